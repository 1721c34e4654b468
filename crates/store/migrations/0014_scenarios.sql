-- Scenarios for green within reach that were kept under a name: what would be changed, by whom.
CREATE TABLE scenarios (
  jurisdiction_id TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  ruleset TEXT NOT NULL,
  edits TEXT NOT NULL,
  person_id TEXT NOT NULL,
  org_id TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction_id, id)
);
CREATE INDEX scenarios_newest ON scenarios (jurisdiction_id, made_at);
