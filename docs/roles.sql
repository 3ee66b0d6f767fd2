-- Three roles for PostgreSQL, so that not even the portal itself can take the guards of its log down.
--
--   portal_owner     owns tables, functions and guards; migrates; nobody signs in as it otherwise
--   portal_app       what the portal runs as: adds to the log, and can neither change nor remove
--   portal_auditor   reads the log, no details and nothing else
--
-- As a superuser, in the portal's database, after every `manage.py migrate`:
--
--   psql -v ON_ERROR_STOP=1 -f docs/roles.sql portal
--   ALTER ROLE portal_app LOGIN PASSWORD '…';     -- PORTAL_DATABASE_URL; so for the auditor
--   ALTER ROLE portal_owner LOGIN PASSWORD '…';   -- PORTAL_DATABASE_URL of `migrate` alone
--
-- The same file again changes nothing but what new migrations brought.

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['portal_owner', 'portal_app', 'portal_auditor'] LOOP
        IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION', name);
        END IF;
    END LOOP;
END $$;

DO $$
DECLARE thing record;
BEGIN
    FOR thing IN SELECT c.oid::regclass AS name FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v')
    LOOP
        EXECUTE format('ALTER TABLE %s OWNER TO portal_owner', thing.name);
    END LOOP;
    -- Functions of extensions stay their extension's.
    FOR thing IN SELECT p.oid::regprocedure AS name FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace AND NOT EXISTS (
            SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO portal_owner', thing.name);
    END LOOP;
END $$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO portal_owner;
GRANT USAGE ON SCHEMA public TO portal_app, portal_auditor;

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO portal_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO portal_app;
REVOKE UPDATE, DELETE, TRUNCATE ON
    audit_entry, audit_mention, audit_leaf, audit_tile, audit_checkpoint FROM portal_app;
REVOKE UPDATE, TRUNCATE ON audit_detail FROM portal_app;

GRANT SELECT ON
    audit_entry, audit_mention, audit_leaf, audit_tile, audit_checkpoint TO portal_auditor;
