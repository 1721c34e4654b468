-- How to reach a reporter, encrypted with a key that is not in the database. A row of its own, so
-- that it can go while the report stays.
CREATE TABLE contacts (
  jurisdiction_id TEXT NOT NULL,
  reporter_id TEXT NOT NULL,
  order_id TEXT NOT NULL,
  sealed TEXT NOT NULL,
  given_at BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction_id, reporter_id)
);
CREATE INDEX contacts_order ON contacts (jurisdiction_id, order_id);
CREATE INDEX idempotency_at ON idempotency (jurisdiction_id, at);
