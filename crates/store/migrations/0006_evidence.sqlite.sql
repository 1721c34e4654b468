-- Whose words were erased, when and why; with the commitments that stay in the leaf. Sealed too.
CREATE TABLE log_erased (
  ord INTEGER PRIMARY KEY AUTOINCREMENT,
  jurisdiction_id TEXT NOT NULL,
  leaf BIGINT NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  seq BIGINT NOT NULL,
  content TEXT NOT NULL,
  person TEXT NOT NULL,
  reason TEXT NOT NULL,
  at BIGINT NOT NULL,
  UNIQUE (jurisdiction_id, leaf),
  UNIQUE (jurisdiction_id, kind, subject, seq)
);

-- Events get a place of their own in the order in which they were committed: writers take turns.
CREATE TABLE events_in_order (
  ord INTEGER PRIMARY KEY AUTOINCREMENT,
  jurisdiction_id TEXT NOT NULL,
  order_id TEXT NOT NULL,
  seq BIGINT NOT NULL,
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  org_id TEXT,
  data TEXT NOT NULL,
  UNIQUE (jurisdiction_id, order_id, seq)
);
INSERT INTO events_in_order (jurisdiction_id, order_id, seq, at, actor, org_id, data)
  SELECT jurisdiction_id, order_id, seq, at, actor, org_id, data FROM events ORDER BY at, order_id, seq;
DROP TABLE events;
ALTER TABLE events_in_order RENAME TO events;
CREATE INDEX events_at ON events (jurisdiction_id, at);

CREATE TRIGGER events_keep_delete BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events is append-only'); END;
-- Words may be taken out once the log says that they were erased; nothing else ever changes.
CREATE TRIGGER events_keep_update BEFORE UPDATE ON events WHEN NOT (NEW.ord = OLD.ord AND NEW.jurisdiction_id = OLD.jurisdiction_id AND NEW.order_id = OLD.order_id AND NEW.seq = OLD.seq
  AND NEW.at = OLD.at AND NEW.org_id IS OLD.org_id AND EXISTS (SELECT 1 FROM log_erased e WHERE e.kind = 'order'
  AND e.jurisdiction_id = OLD.jurisdiction_id AND e.subject = OLD.order_id AND e.seq = OLD.seq))
BEGIN SELECT RAISE(ABORT, 'events is append-only'); END;

CREATE TRIGGER log_entries_keep_update BEFORE UPDATE ON log_entries BEGIN SELECT RAISE(ABORT, 'log_entries is append-only'); END;
CREATE TRIGGER log_entries_keep_delete BEFORE DELETE ON log_entries BEGIN SELECT RAISE(ABORT, 'log_entries is append-only'); END;
CREATE TRIGGER log_erased_keep_update BEFORE UPDATE ON log_erased BEGIN SELECT RAISE(ABORT, 'log_erased is append-only'); END;
CREATE TRIGGER log_erased_keep_delete BEFORE DELETE ON log_erased BEGIN SELECT RAISE(ABORT, 'log_erased is append-only'); END;
CREATE TRIGGER log_nodes_keep_update BEFORE UPDATE ON log_nodes BEGIN SELECT RAISE(ABORT, 'log_nodes is append-only'); END;
CREATE TRIGGER log_nodes_keep_delete BEFORE DELETE ON log_nodes BEGIN SELECT RAISE(ABORT, 'log_nodes is append-only'); END;
CREATE TRIGGER log_checkpoints_keep_update BEFORE UPDATE ON log_checkpoints BEGIN SELECT RAISE(ABORT, 'log_checkpoints is append-only'); END;
CREATE TRIGGER log_checkpoints_keep_delete BEFORE DELETE ON log_checkpoints BEGIN SELECT RAISE(ABORT, 'log_checkpoints is append-only'); END;
CREATE TRIGGER log_keys_keep_update BEFORE UPDATE ON log_keys BEGIN SELECT RAISE(ABORT, 'log_keys is append-only'); END;
CREATE TRIGGER log_keys_keep_delete BEFORE DELETE ON log_keys BEGIN SELECT RAISE(ABORT, 'log_keys is append-only'); END;
CREATE TRIGGER log_salts_keep_update BEFORE UPDATE ON log_salts BEGIN SELECT RAISE(ABORT, 'log_salts is append-only'); END;
CREATE TRIGGER log_salts_keep_delete BEFORE DELETE ON log_salts WHEN NOT EXISTS (SELECT 1 FROM log_erased e
  WHERE e.jurisdiction_id = OLD.jurisdiction_id AND e.leaf = OLD.leaf)
BEGIN SELECT RAISE(ABORT, 'a salt is destroyed only with a row in log_erased'); END;
