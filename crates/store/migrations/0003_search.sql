-- Where an order lies on a grid of a thousandth of a degree, for the search of similar ones; set
-- only while it is open, public and has a position, so that the index holds nothing else.
ALTER TABLE orders ADD COLUMN open_cell BIGINT;
CREATE INDEX orders_similar ON orders (jurisdiction_id, category, open_cell, placed_at, lon, lat, id)
  WHERE open_cell IS NOT NULL;

-- What lists and counts ask: by state, by category, by place, by change, by deadline.
CREATE INDEX orders_state ON orders (jurisdiction_id, hidden, state, placed_at, id);
CREATE INDEX orders_category ON orders (jurisdiction_id, category, hidden, placed_at, id, state);
CREATE INDEX orders_place ON orders (jurisdiction_id, place_code, hidden, state, placed_at, id);
CREATE INDEX orders_updated ON orders (jurisdiction_id, updated_at);
DROP INDEX orders_due;
CREATE INDEX orders_due ON orders (jurisdiction_id, (COALESCE(due_at, 9223372036854775807)), id);
