-- What a program kept whose newest migration was 7: accounts with roles, links, an audit trail; how to
-- reach reporters stood open in their own rows.
UPDATE reporters SET data = '{"name":"王小明","phone":"138 1111 2222","email":"Wang@Example.org","language":"zh-CN"}'
  WHERE order_id = (SELECT id FROM orders WHERE number = '2026-000425');
INSERT INTO sessions (jurisdiction_id, token_hash, person_id, org_id, opened_at, ends_at, device, seen_at) VALUES
  ('erqi', 'a1', '01a21532-ed6f-7185-897e-3b02b17644c0', '01a21532-ec8a-7400-8e29-899e04e05f93', 1795651988847, 4102444800000, 'Chrome · Android', 1795651988847);
INSERT INTO api_keys (jurisdiction_id, key_hash, label, since, until, scopes) VALUES ('erqi', 'b2', 'other city', 1795651988847, NULL, 'place bulk');
INSERT INTO audit (jurisdiction_id, id, at, actor, what, about, detail) VALUES
  ('erqi', '01a21532-ffff-7185-897e-3b02b17644c0', 1795651988847, '{"kind":"system"}', 'role_given', 'district', 'lead');
INSERT INTO attempts (jurisdiction_id, name, fails, last_at) VALUES ('erqi', 'account:x', 3, 1795651988847);
INSERT INTO invitations (jurisdiction_id, token_hash, org_id, role, place_id, role_until, made_by, made_at, ends_at, used_at) VALUES
  ('erqi', 'c3', '01a21532-ec8a-7400-8e29-899e04e05f93', 'worker', NULL, NULL, '{"kind":"system"}', 1795651988847, 4102444800000, NULL);
INSERT INTO identities (jurisdiction_id, issuer, subject, person_id, linked_at) VALUES
  ('erqi', 'https://id.example', 'li', '01a21532-ed6f-7185-897e-3b02b17644c0', 1795651988847);
