INSERT INTO whistles (jurisdiction_id, org_id, order_id)
  SELECT DISTINCT o.jurisdiction_id, json_extract(w.value, '$.to'), o.id
  FROM orders o, json_each(o.data, '$.whistles') w
  WHERE o.closed_at IS NULL AND json_extract(w.value, '$.report') IS NULL;
