-- The map below every other: roads, water, green, names. One row, replaced as a whole; what it is
-- made of lies in a file under its hash.
CREATE TABLE base_map (
  jurisdiction_id TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  imported_at BIGINT NOT NULL,
  sha256 TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction_id, id)
);
CREATE INDEX base_map_sha256 ON base_map (sha256);
