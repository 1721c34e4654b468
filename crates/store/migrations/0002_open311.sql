-- Tokens given to programs in place of an order's number; the number is told when resolved_at is set.
CREATE TABLE tokens (
  jurisdiction_id TEXT NOT NULL,
  token_hash TEXT NOT NULL,
  number TEXT NOT NULL,
  issued_at BIGINT NOT NULL,
  resolved_at BIGINT,
  PRIMARY KEY (jurisdiction_id, token_hash),
  FOREIGN KEY (jurisdiction_id, number) REFERENCES orders (jurisdiction_id, number)
);
CREATE INDEX tokens_waiting ON tokens (jurisdiction_id, issued_at) WHERE resolved_at IS NULL;
