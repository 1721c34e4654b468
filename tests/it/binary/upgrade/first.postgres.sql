CREATE FUNCTION events_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'events are append-only'; END $$;
CREATE TRIGGER events_keep BEFORE UPDATE OR DELETE ON events FOR EACH ROW EXECUTE FUNCTION events_keep();
-- Codes are compared byte by byte, as SQLite does: "inside a place" is a range of its code.
ALTER TABLE orders ALTER COLUMN place_code TYPE TEXT COLLATE "C";
ALTER TABLE orders ALTER COLUMN id TYPE TEXT COLLATE "C";
ALTER TABLE places ALTER COLUMN code TYPE TEXT COLLATE "C";
ALTER TABLE orgs ALTER COLUMN code TYPE TEXT COLLATE "C";
-- The list of migrations as sqlx kept it.
CREATE TABLE _sqlx_migrations (
  version BIGINT PRIMARY KEY,
  description TEXT NOT NULL,
  installed_on TIMESTAMPTZ NOT NULL DEFAULT now(),
  success BOOLEAN NOT NULL,
  checksum BYTEA NOT NULL,
  execution_time BIGINT NOT NULL
);
INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (1, 'orders', TRUE, '\x00', 1);
