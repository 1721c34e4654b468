-- Places, organisations, people, orders. Every table carries jurisdiction_id first in its key.
CREATE TABLE settings (
  jurisdiction_id TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (jurisdiction_id, name)
);

-- Running numbers, handed out in blocks so that no two writers wait for one row.
CREATE TABLE counters (
  jurisdiction_id TEXT NOT NULL,
  name TEXT NOT NULL,
  value BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction_id, name)
);

-- Rulesets, catalogues and calendars as dated texts with their source; never changed, only added.
CREATE TABLE rules (
  jurisdiction_id TEXT NOT NULL,
  name TEXT NOT NULL,
  body TEXT NOT NULL,
  added_at BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction_id, name)
);

CREATE TABLE orgs (
  jurisdiction_id TEXT NOT NULL,
  id TEXT NOT NULL,
  code TEXT NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (jurisdiction_id, id),
  UNIQUE (jurisdiction_id, code)
);

CREATE TABLE places (
  jurisdiction_id TEXT NOT NULL,
  id TEXT NOT NULL,
  code TEXT NOT NULL,
  kind TEXT NOT NULL,
  parent_id TEXT,
  data TEXT NOT NULL,
  PRIMARY KEY (jurisdiction_id, id),
  UNIQUE (jurisdiction_id, code)
);
CREATE INDEX places_parent ON places (jurisdiction_id, parent_id, code);

CREATE TABLE people (
  jurisdiction_id TEXT NOT NULL,
  id TEXT NOT NULL,
  login TEXT NOT NULL,
  name TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  demo BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction_id, id),
  UNIQUE (jurisdiction_id, login)
);

CREATE TABLE memberships (
  jurisdiction_id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  org_id TEXT NOT NULL,
  since BIGINT NOT NULL,
  until BIGINT,
  PRIMARY KEY (jurisdiction_id, person_id, org_id),
  FOREIGN KEY (jurisdiction_id, person_id) REFERENCES people (jurisdiction_id, id),
  FOREIGN KEY (jurisdiction_id, org_id) REFERENCES orgs (jurisdiction_id, id)
);

CREATE TABLE sessions (
  jurisdiction_id TEXT NOT NULL,
  token_hash TEXT NOT NULL,
  person_id TEXT NOT NULL,
  org_id TEXT NOT NULL,
  opened_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction_id, token_hash),
  FOREIGN KEY (jurisdiction_id, person_id) REFERENCES people (jurisdiction_id, id)
);

CREATE TABLE api_keys (
  jurisdiction_id TEXT NOT NULL,
  key_hash TEXT NOT NULL,
  label TEXT NOT NULL,
  since BIGINT NOT NULL,
  until BIGINT,
  PRIMARY KEY (jurisdiction_id, key_hash)
);

-- data holds the whole order as JSON; the other columns are what lists filter and sort by.
CREATE TABLE orders (
  jurisdiction_id TEXT NOT NULL,
  id TEXT NOT NULL,
  number TEXT NOT NULL,
  version BIGINT NOT NULL,
  state TEXT NOT NULL,
  category TEXT NOT NULL,
  holder_id TEXT,
  place_code TEXT NOT NULL,
  lon DOUBLE PRECISION,
  lat DOUBLE PRECISION,
  hidden BIGINT NOT NULL,
  placed_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  due_at BIGINT,
  closed_at BIGINT,
  search TEXT NOT NULL,
  source TEXT,
  source_key TEXT,
  data TEXT NOT NULL,
  PRIMARY KEY (jurisdiction_id, id),
  UNIQUE (jurisdiction_id, number)
);
CREATE INDEX orders_placed ON orders (jurisdiction_id, placed_at, id);
CREATE INDEX orders_holder ON orders (jurisdiction_id, holder_id, state, due_at);
CREATE INDEX orders_due ON orders (jurisdiction_id, due_at) WHERE due_at IS NOT NULL;
CREATE UNIQUE INDEX orders_source ON orders (jurisdiction_id, source, source_key) WHERE source IS NOT NULL;

-- One row per person behind an order. Contact data is never public.
CREATE TABLE reporters (
  jurisdiction_id TEXT NOT NULL,
  order_id TEXT NOT NULL,
  id TEXT NOT NULL,
  secret_hash TEXT NOT NULL,
  joined_at BIGINT NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (jurisdiction_id, order_id, id),
  FOREIGN KEY (jurisdiction_id, order_id) REFERENCES orders (jurisdiction_id, id)
);

-- Append-only: what happened, by whom, for which organisation.
CREATE TABLE events (
  jurisdiction_id TEXT NOT NULL,
  order_id TEXT NOT NULL,
  seq BIGINT NOT NULL,
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  org_id TEXT,
  data TEXT NOT NULL,
  PRIMARY KEY (jurisdiction_id, order_id, seq)
);
CREATE INDEX events_at ON events (jurisdiction_id, at);

CREATE TABLE files (
  jurisdiction_id TEXT NOT NULL,
  id TEXT NOT NULL,
  order_id TEXT,
  sha256 TEXT NOT NULL,
  data TEXT NOT NULL,
  added_at BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction_id, id)
);
CREATE INDEX files_order ON files (jurisdiction_id, order_id);

-- What was answered to a request that a client may send again.
CREATE TABLE idempotency (
  jurisdiction_id TEXT NOT NULL,
  key TEXT NOT NULL,
  body_hash TEXT NOT NULL,
  answer TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction_id, key)
);

-- Work to be done later: claimed with a lease, fenced by the attempt's number.
CREATE TABLE jobs (
  jurisdiction_id TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  run_at BIGINT NOT NULL,
  attempt BIGINT NOT NULL,
  leased_until BIGINT,
  dead_at BIGINT,
  error TEXT,
  PRIMARY KEY (jurisdiction_id, id)
);
CREATE INDEX jobs_run ON jobs (jurisdiction_id, run_at) WHERE dead_at IS NULL;
