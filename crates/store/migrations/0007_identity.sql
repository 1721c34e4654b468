-- Roles that people hold in an organisation, over a place or over all it answers for, from a day to
-- a day. A membership is a role now: those that were there may do all that members could.
CREATE TABLE roles (
  jurisdiction_id TEXT NOT NULL,
  id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  org_id TEXT NOT NULL,
  role TEXT NOT NULL,
  place_id TEXT,
  since BIGINT NOT NULL,
  until BIGINT,
  PRIMARY KEY (jurisdiction_id, id),
  FOREIGN KEY (jurisdiction_id, person_id) REFERENCES people (jurisdiction_id, id),
  FOREIGN KEY (jurisdiction_id, org_id) REFERENCES orgs (jurisdiction_id, id)
);
CREATE INDEX roles_person ON roles (jurisdiction_id, person_id);
CREATE INDEX roles_org ON roles (jurisdiction_id, org_id);

-- What a key may be used for; keys that are there keep what they could do.
ALTER TABLE api_keys ADD COLUMN scopes TEXT NOT NULL DEFAULT 'place update-status';

-- What was done to accounts, roles, keys and rules: who, when, what, to whom. Append-only.
CREATE TABLE audit (
  jurisdiction_id TEXT NOT NULL,
  id TEXT NOT NULL,
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  what TEXT NOT NULL,
  about TEXT NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (jurisdiction_id, id)
);
CREATE INDEX audit_at ON audit (jurisdiction_id, at);

-- Sessions can be told apart and ended: on which device, on which day last seen.
ALTER TABLE sessions ADD COLUMN device TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN seen_at BIGINT NOT NULL DEFAULT 0;
UPDATE sessions SET seen_at = opened_at;
CREATE INDEX sessions_person ON sessions (jurisdiction_id, person_id);

-- Failed attempts by account and by address, for the wait before the next one.
CREATE TABLE attempts (
  jurisdiction_id TEXT NOT NULL,
  name TEXT NOT NULL,
  fails BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction_id, name)
);

-- Links that let one person make an account with one role.
CREATE TABLE invitations (
  jurisdiction_id TEXT NOT NULL,
  token_hash TEXT NOT NULL,
  org_id TEXT NOT NULL,
  role TEXT NOT NULL,
  place_id TEXT,
  role_until BIGINT,
  made_by TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  used_at BIGINT,
  PRIMARY KEY (jurisdiction_id, token_hash),
  FOREIGN KEY (jurisdiction_id, org_id) REFERENCES orgs (jurisdiction_id, id)
);

-- One-time steps between two requests: a second factor that is awaited, a passkey's challenge, the
-- state of a login elsewhere, a code sent to a resident. Taken once, gone after a while.
CREATE TABLE challenges (
  jurisdiction_id TEXT NOT NULL,
  token_hash TEXT NOT NULL,
  kind TEXT NOT NULL,
  data TEXT NOT NULL,
  tries BIGINT NOT NULL DEFAULT 0,
  ends_at BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction_id, token_hash)
);
CREATE INDEX challenges_end ON challenges (jurisdiction_id, ends_at);

-- Second factors.
CREATE TABLE totp (
  jurisdiction_id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  secret TEXT NOT NULL,
  confirmed_at BIGINT,
  last_step BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (jurisdiction_id, person_id),
  FOREIGN KEY (jurisdiction_id, person_id) REFERENCES people (jurisdiction_id, id)
);
CREATE TABLE recovery_codes (
  jurisdiction_id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  code_hash TEXT NOT NULL,
  used_at BIGINT,
  PRIMARY KEY (jurisdiction_id, person_id, code_hash),
  FOREIGN KEY (jurisdiction_id, person_id) REFERENCES people (jurisdiction_id, id)
);
CREATE TABLE passkeys (
  jurisdiction_id TEXT NOT NULL,
  id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  label TEXT NOT NULL,
  data TEXT NOT NULL,
  added_at BIGINT NOT NULL,
  used_at BIGINT,
  PRIMARY KEY (jurisdiction_id, id),
  FOREIGN KEY (jurisdiction_id, person_id) REFERENCES people (jurisdiction_id, id)
);
CREATE INDEX passkeys_person ON passkeys (jurisdiction_id, person_id);

-- Who somebody is at another provider (OpenID Connect): issuer and subject.
CREATE TABLE identities (
  jurisdiction_id TEXT NOT NULL,
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  person_id TEXT NOT NULL,
  linked_at BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction_id, issuer, subject),
  FOREIGN KEY (jurisdiction_id, person_id) REFERENCES people (jurisdiction_id, id)
);
