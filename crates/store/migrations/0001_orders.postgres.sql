CREATE FUNCTION events_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'events are append-only'; END $$;
CREATE TRIGGER events_keep BEFORE UPDATE OR DELETE ON events FOR EACH ROW EXECUTE FUNCTION events_keep();
-- Codes are compared byte by byte, as SQLite does: "inside a place" is a range of its code.
ALTER TABLE orders ALTER COLUMN place_code TYPE TEXT COLLATE "C";
ALTER TABLE orders ALTER COLUMN id TYPE TEXT COLLATE "C";
ALTER TABLE places ALTER COLUMN code TYPE TEXT COLLATE "C";
ALTER TABLE orgs ALTER COLUMN code TYPE TEXT COLLATE "C";
