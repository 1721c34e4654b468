UPDATE orders SET open_cell =
  CAST(FLOOR((lat + 90.0) * 1000.0) AS BIGINT) * 1000000 + CAST(FLOOR((lon + 180.0) * 1000.0) AS BIGINT)
WHERE lon IS NOT NULL AND hidden = 0 AND state IN ('placed', 'routed', 'accepted', 'in_progress', 'deferred');
