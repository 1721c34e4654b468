INSERT INTO roles (jurisdiction_id, id, person_id, org_id, role, since, until)
  SELECT jurisdiction_id, gen_random_uuid()::text, person_id, org_id, 'lead', since, until FROM memberships;
DROP TABLE memberships;
ALTER TABLE audit ALTER COLUMN id TYPE TEXT COLLATE "C";
CREATE FUNCTION audit_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$;
CREATE TRIGGER audit_keep BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_keep();
