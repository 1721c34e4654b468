-- Events get a place of their own. A number is taken only when the transaction has its own number
-- (pg_current_xact_id), so that what is still missing below a number that can be seen belongs to a
-- transaction that can be seen to run.
CREATE SEQUENCE events_ord;
CREATE SEQUENCE log_erased_ord;

-- Whose words were erased, when and why; with the commitments that stay in the leaf. Sealed too.
CREATE TABLE log_erased (
  ord BIGINT NOT NULL DEFAULT (CASE WHEN pg_current_xact_id() IS NOT NULL THEN nextval('log_erased_ord') END),
  jurisdiction_id TEXT NOT NULL,
  leaf BIGINT NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  seq BIGINT NOT NULL,
  content TEXT NOT NULL,
  person TEXT NOT NULL,
  reason TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction_id, leaf),
  UNIQUE (jurisdiction_id, kind, subject, seq)
);
ALTER SEQUENCE log_erased_ord OWNED BY log_erased.ord;
CREATE INDEX log_erased_place ON log_erased (ord);

CREATE TABLE events_in_order (
  ord BIGINT NOT NULL DEFAULT (CASE WHEN pg_current_xact_id() IS NOT NULL THEN nextval('events_ord') END),
  jurisdiction_id TEXT NOT NULL,
  order_id TEXT NOT NULL,
  seq BIGINT NOT NULL,
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  org_id TEXT,
  data TEXT NOT NULL
);
INSERT INTO events_in_order (jurisdiction_id, order_id, seq, at, actor, org_id, data)
  SELECT jurisdiction_id, order_id, seq, at, actor, org_id, data FROM events ORDER BY at, order_id, seq;
DROP TABLE events;
ALTER TABLE events_in_order RENAME TO events;
ALTER SEQUENCE events_ord OWNED BY events.ord;
ALTER TABLE events ADD CONSTRAINT events_pkey PRIMARY KEY (jurisdiction_id, order_id, seq);
CREATE INDEX events_at ON events (jurisdiction_id, at);
CREATE INDEX events_place ON events (ord);
DROP FUNCTION events_keep;

CREATE FUNCTION keep_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
CREATE TRIGGER events_keep_delete BEFORE DELETE ON events FOR EACH ROW EXECUTE FUNCTION keep_rows();
CREATE TRIGGER events_keep_truncate BEFORE TRUNCATE ON events FOR EACH STATEMENT EXECUTE FUNCTION keep_rows();
-- Words may be taken out once the log says that they were erased; nothing else ever changes.
CREATE FUNCTION events_keep_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.ord = OLD.ord AND NEW.jurisdiction_id = OLD.jurisdiction_id AND NEW.order_id = OLD.order_id AND NEW.seq = OLD.seq
  AND NEW.at = OLD.at AND NEW.org_id IS NOT DISTINCT FROM OLD.org_id AND EXISTS (SELECT 1 FROM log_erased e WHERE e.kind = 'order'
  AND e.jurisdiction_id = OLD.jurisdiction_id AND e.subject = OLD.order_id AND e.seq = OLD.seq)
  THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'events is append-only';
END $$;
CREATE TRIGGER events_keep_update BEFORE UPDATE ON events FOR EACH ROW EXECUTE FUNCTION events_keep_update();

CREATE TRIGGER log_entries_keep BEFORE UPDATE OR DELETE ON log_entries FOR EACH ROW EXECUTE FUNCTION keep_rows();
CREATE TRIGGER log_entries_keep_truncate BEFORE TRUNCATE ON log_entries FOR EACH STATEMENT EXECUTE FUNCTION keep_rows();
CREATE TRIGGER log_erased_keep BEFORE UPDATE OR DELETE ON log_erased FOR EACH ROW EXECUTE FUNCTION keep_rows();
CREATE TRIGGER log_erased_keep_truncate BEFORE TRUNCATE ON log_erased FOR EACH STATEMENT EXECUTE FUNCTION keep_rows();
CREATE TRIGGER log_nodes_keep BEFORE UPDATE OR DELETE ON log_nodes FOR EACH ROW EXECUTE FUNCTION keep_rows();
CREATE TRIGGER log_nodes_keep_truncate BEFORE TRUNCATE ON log_nodes FOR EACH STATEMENT EXECUTE FUNCTION keep_rows();
CREATE TRIGGER log_checkpoints_keep BEFORE UPDATE OR DELETE ON log_checkpoints FOR EACH ROW EXECUTE FUNCTION keep_rows();
CREATE TRIGGER log_checkpoints_keep_truncate BEFORE TRUNCATE ON log_checkpoints FOR EACH STATEMENT EXECUTE FUNCTION keep_rows();
CREATE TRIGGER log_keys_keep BEFORE UPDATE OR DELETE ON log_keys FOR EACH ROW EXECUTE FUNCTION keep_rows();
CREATE TRIGGER log_keys_keep_truncate BEFORE TRUNCATE ON log_keys FOR EACH STATEMENT EXECUTE FUNCTION keep_rows();
CREATE TRIGGER log_salts_keep BEFORE UPDATE ON log_salts FOR EACH ROW EXECUTE FUNCTION keep_rows();
CREATE TRIGGER log_salts_keep_truncate BEFORE TRUNCATE ON log_salts FOR EACH STATEMENT EXECUTE FUNCTION keep_rows();
CREATE FUNCTION log_salts_keep_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS (SELECT 1 FROM log_erased e WHERE e.jurisdiction_id = OLD.jurisdiction_id AND e.leaf = OLD.leaf)
  THEN RETURN OLD; END IF;
  RAISE EXCEPTION 'a salt is destroyed only with a row in log_erased';
END $$;
CREATE TRIGGER log_salts_keep_delete BEFORE DELETE ON log_salts FOR EACH ROW EXECUTE FUNCTION log_salts_keep_delete();
