UPDATE orders SET open_cell = CAST((lat + 90.0) * 1000.0 AS INTEGER) * 1000000 + CAST((lon + 180.0) * 1000.0 AS INTEGER)
WHERE lon IS NOT NULL AND hidden = 0 AND state IN ('placed', 'routed', 'accepted', 'in_progress', 'deferred');
