-- Whom an invitation is for at another provider (OpenID Connect), where the inviting person said so:
-- the account that it makes is linked from the beginning.
ALTER TABLE invitations ADD COLUMN issuer TEXT;
ALTER TABLE invitations ADD COLUMN subject TEXT;
