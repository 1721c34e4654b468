-- The city as walkers know it: network, parks, buildings. One row, replaced as a whole; what it is
-- made of lies in a file under its hash.
CREATE TABLE city (
  jurisdiction_id TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  source TEXT NOT NULL,
  attribution TEXT NOT NULL,
  imported_at BIGINT NOT NULL,
  sha256 TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  counts TEXT NOT NULL,
  PRIMARY KEY (jurisdiction_id, id)
);
CREATE INDEX city_sha256 ON city (sha256);
