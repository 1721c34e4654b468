-- The evidence log: what was sealed, in the order of its leaves. The hash of an entry is that of
-- its leaf, in base64; ord is the place of what it is of among its kind.
CREATE TABLE log_entries (
  jurisdiction_id TEXT NOT NULL,
  leaf BIGINT NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  seq BIGINT NOT NULL,
  ord BIGINT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (jurisdiction_id, leaf),
  UNIQUE (jurisdiction_id, kind, subject, seq)
);

-- The salt with which an entry hides words and people. Destroying it is what erases them; that
-- needs a row in log_erased first.
CREATE TABLE log_salts (
  jurisdiction_id TEXT NOT NULL,
  leaf BIGINT NOT NULL,
  salt TEXT NOT NULL,
  PRIMARY KEY (jurisdiction_id, leaf)
);

-- Hashes of complete subtrees at every eighth level over the leaves.
CREATE TABLE log_nodes (
  jurisdiction_id TEXT NOT NULL,
  level BIGINT NOT NULL,
  idx BIGINT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (jurisdiction_id, level, idx)
);

-- Signed notes, one for each batch; kind and ord are those of the batch's last entry.
CREATE TABLE log_checkpoints (
  jurisdiction_id TEXT NOT NULL,
  size BIGINT NOT NULL,
  kind TEXT NOT NULL,
  ord BIGINT NOT NULL,
  at BIGINT NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (jurisdiction_id, size)
);
CREATE INDEX log_checkpoints_kind ON log_checkpoints (jurisdiction_id, kind, size);

-- Public keys that sign, from which size of the log on.
CREATE TABLE log_keys (
  jurisdiction_id TEXT NOT NULL,
  nth BIGINT NOT NULL,
  size BIGINT NOT NULL,
  verifier TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction_id, nth)
);
