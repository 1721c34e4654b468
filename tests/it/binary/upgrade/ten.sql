-- What a program kept whose newest migration was 10, beside the former: people are told, and what that
-- needs stood open.
INSERT INTO hooks (jurisdiction_id, id, data, since) VALUES
  ('erqi', '01a21533-0000-7185-897e-3b02b17644c0', '{"name":"值班群","way":"wecom","url":"https://robot.example/send?key=open-until-12","secret":"","events":["late"]}', 1795651988847);
INSERT INTO pushes (jurisdiction_id, recipient, id, endpoint, p256dh, auth, since) VALUES
  ('erqi', 'person:01a21532-ed6f-7185-897e-3b02b17644c0', 'd4', 'https://push.example/open-until-12', 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4', 'BTBZMqHH6r4Tts7J_aSIgg', 1795651988847);
INSERT INTO settings (jurisdiction_id, name, value) VALUES
  ('erqi', 'telling_keys', '{"link":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=","vapid":"AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=","sign":"AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM="}');
INSERT INTO tell_people (jurisdiction_id, person_id, data, read_until) VALUES
  ('erqi', '01a21532-ed6f-7185-897e-3b02b17644c0', '{"email":"duty@example.org"}', '');
INSERT INTO notices (jurisdiction_id, org_id, id, order_id, number, seq, event, at)
  SELECT 'erqi', '', '01a21533-1111-7185-897e-3b02b17644c0', id, number, 1, 'placed', placed_at FROM orders WHERE number = '2026-000425';
INSERT INTO deliveries (jurisdiction_id, id, order_id, number, seq, event, channel, recipient, state, attempts, created_at, next_at, done_at, reason)
  SELECT 'erqi', '01a21533-2222-7185-897e-3b02b17644c0', id, number, 1, 'placed', 'email', 'person:01a21532-ed6f-7185-897e-3b02b17644c0', 'sent', 1, placed_at, NULL, placed_at, NULL
  FROM orders WHERE number = '2026-000425';
