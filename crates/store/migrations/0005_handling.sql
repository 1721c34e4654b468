-- Who was called to help and has not reported: what a co-handler's inbox shows.
CREATE TABLE whistles (
  jurisdiction_id TEXT NOT NULL,
  org_id TEXT NOT NULL,
  order_id TEXT NOT NULL,
  PRIMARY KEY (jurisdiction_id, org_id, order_id)
);
CREATE INDEX whistles_order ON whistles (jurisdiction_id, order_id);

-- Under supervision by the superior (督办). The key is written with escapes inside people's words,
-- so this finds the field alone.
ALTER TABLE orders ADD COLUMN supervised BIGINT NOT NULL DEFAULT 0;
UPDATE orders SET supervised = 1 WHERE data LIKE '%"supervised":true%';
