-- Ids sort by time, byte by byte, as in SQLite.
ALTER TABLE notices ALTER COLUMN id TYPE TEXT COLLATE "C";
ALTER TABLE tell_people ALTER COLUMN read_until TYPE TEXT COLLATE "C";
ALTER TABLE deliveries ALTER COLUMN id TYPE TEXT COLLATE "C";
