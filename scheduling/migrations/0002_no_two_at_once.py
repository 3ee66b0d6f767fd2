"""Two claims of one resource never overlap, and history is only added to: the database says so.

On PostgreSQL an exclusion constraint, on SQLite triggers with the same predicate. On SQLite Django
changes a table by making it anew, which loses its triggers: a later migration of one of these
tables runs `stand` again.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TAKEN = "claims of one resource overlap"
KEPT = "the history of an appointment is only added to"
SAME = "resource_kind = NEW.resource_kind AND resource_id = NEW.resource_id"
OVERLAPS = f"{SAME} AND begins < NEW.ends AND ends > NEW.begins"
CLAIM, CHANGE = "scheduling_claim", "scheduling_change"


def on_sqlite() -> dict[str, str]:
    """Trigger by name: the statement that makes it."""
    there = f"EXISTS (SELECT 1 FROM {CLAIM} WHERE {OVERLAPS}"  # noqa: S608 (all from above)
    same = f"EXISTS (SELECT 1 FROM {CHANGE} WHERE id = NEW.id OR rowid = NEW.rowid)"  # noqa: S608

    def trigger(name: str, when: str, table: str, condition: str, message: str) -> dict[str, str]:
        clause = f" WHEN {condition}" if condition else ""
        return {
            name: f"CREATE TRIGGER {name} BEFORE {when} ON {table}{clause}"
            f" BEGIN SELECT RAISE(ABORT, '{message}'); END"
        }

    return {
        **trigger("claims_apart_insert", "INSERT", CLAIM, f"{there})", TAKEN),
        **trigger("claims_apart_update", "UPDATE", CLAIM, f"{there} AND id <> OLD.id)", TAKEN),
        **trigger("changes_no_update", "UPDATE", CHANGE, "", KEPT),
        **trigger("changes_no_delete", "DELETE", CHANGE, "", KEPT),
        **trigger("changes_no_replace", "INSERT", CHANGE, same, KEPT),
    }


ON_POSTGRESQL = (
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    f"ALTER TABLE {CLAIM} ADD CONSTRAINT claims_apart EXCLUDE USING gist"
    " (resource_kind WITH =, resource_id WITH =, int8range(begins, ends) WITH &&)",
    "CREATE FUNCTION scheduling_refuse() RETURNS trigger LANGUAGE plpgsql AS"
    f" $$ BEGIN RAISE EXCEPTION '{KEPT}'"
    " USING ERRCODE = 'integrity_constraint_violation'; END $$",
    f"CREATE TRIGGER changes_kept BEFORE UPDATE OR DELETE ON {CHANGE}"
    " FOR EACH ROW EXECUTE FUNCTION scheduling_refuse()",
    f"CREATE TRIGGER changes_not_emptied BEFORE TRUNCATE ON {CHANGE}"
    " FOR EACH STATEMENT EXECUTE FUNCTION scheduling_refuse()",
    # Ordinary triggers are passed over when session_replication_role is replica.
    f"ALTER TABLE {CHANGE} ENABLE ALWAYS TRIGGER changes_kept",
    f"ALTER TABLE {CHANGE} ENABLE ALWAYS TRIGGER changes_not_emptied",
)
OFF_POSTGRESQL = (
    f"DROP TRIGGER IF EXISTS changes_kept ON {CHANGE}",
    f"DROP TRIGGER IF EXISTS changes_not_emptied ON {CHANGE}",
    "DROP FUNCTION IF EXISTS scheduling_refuse()",
    f"ALTER TABLE {CLAIM} DROP CONSTRAINT IF EXISTS claims_apart",
)


def stand(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Every guard of this engine stands."""
    sqlite = schema_editor.connection.vendor == "sqlite"
    for statement in on_sqlite().values() if sqlite else ON_POSTGRESQL:
        schema_editor.execute(statement, None)


def fall(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """No guard stands."""
    if schema_editor.connection.vendor == "sqlite":
        for name in on_sqlite():
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}", None)
        return
    for statement in OFF_POSTGRESQL:
        schema_editor.execute(statement, None)


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0001_times_and_claims")]
    operations = [migrations.RunPython(stand, fall)]
