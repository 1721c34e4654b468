INSERT INTO whistles (jurisdiction_id, org_id, order_id)
  SELECT DISTINCT o.jurisdiction_id, w.value ->> 'to', o.id
  FROM orders o, jsonb_array_elements(o.data::jsonb -> 'whistles') w
  WHERE o.closed_at IS NULL AND w.value ->> 'report' IS NULL;
