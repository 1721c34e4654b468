-- By what a reporter is found who proves an address or a number: a keyed hash of it in its one form
-- (the key is not here), in the row that goes with the contact data. Rows of older programs are marked
-- later, by the clock.
ALTER TABLE contacts ADD COLUMN email_mark TEXT;
ALTER TABLE contacts ADD COLUMN phone_mark TEXT;
ALTER TABLE contacts ADD COLUMN marked BIGINT NOT NULL DEFAULT 0;
-- When somebody proved that it is theirs.
ALTER TABLE contacts ADD COLUMN email_verified_at BIGINT;
ALTER TABLE contacts ADD COLUMN phone_verified_at BIGINT;
CREATE INDEX contacts_email ON contacts (jurisdiction_id, email_mark) WHERE email_mark IS NOT NULL;
CREATE INDEX contacts_phone ON contacts (jurisdiction_id, phone_mark) WHERE phone_mark IS NOT NULL;
CREATE INDEX contacts_unmarked ON contacts (jurisdiction_id, reporter_id) WHERE marked = 0;

-- Browsers in which a resident proved an address or a number, for a short time; what it is stands
-- sealed.
CREATE TABLE resident_sessions (
  jurisdiction_id TEXT NOT NULL,
  token_hash TEXT NOT NULL,
  sealed TEXT NOT NULL,
  ends_at BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction_id, token_hash)
);
CREATE INDEX resident_sessions_end ON resident_sessions (jurisdiction_id, ends_at);
