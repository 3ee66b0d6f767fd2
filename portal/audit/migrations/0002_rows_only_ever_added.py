"""Guards: rows of the log are added, in order, and never changed, replaced, removed or emptied.

They stop mistakes and casual hands; what stops nobody with the database file is shown by the
signed tree. GUARDS is also what the running portal compares the database with (`checks.py`).

On SQLite Django changes a table by making it anew, which loses its triggers: a later migration of
one of these tables runs `stand` again.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

ADDED_ONLY = ("audit_entry", "audit_mention", "audit_leaf", "audit_tile", "audit_checkpoint")
REFUSED = "audit rows are only ever added"
TAKEN = "this audit row is there already"
OUT_OF_ORDER = "audit rows are numbered without gaps"
TOO_LATE = "what belongs to an entry comes with the entry"

# REPLACE removes the row in its way without a DELETE trigger unless recursive_triggers is on, so
# whatever could be in the way is looked for first: the hidden rowid as well as every unique column.
SAME = {
    "audit_entry": "rowid = NEW.rowid OR id = NEW.id",
    "audit_mention": "rowid = NEW.rowid OR (entry_id = NEW.entry_id AND patient = NEW.patient)",
    "audit_detail": "rowid = NEW.rowid OR entry_id = NEW.entry_id",
    "audit_leaf": "rowid = NEW.rowid OR seq = NEW.seq OR entry_id = NEW.entry_id",
    "audit_tile": 'rowid = NEW.rowid OR (level = NEW.level AND "index" = NEW."index")',
    "audit_checkpoint": "rowid = NEW.rowid OR number = NEW.number OR size = NEW.size",
}
# What must hold of a new row, the same on both engines.
IN_ORDER = {
    "audit_leaf": "NEW.seq = (SELECT COALESCE(MAX(seq) + 1, 0) FROM audit_leaf)",
    "audit_tile": (
        'NEW."index" = (SELECT COALESCE(MAX("index") + 1, 0) FROM audit_tile'
        " WHERE level = NEW.level)"
    ),
    "audit_checkpoint": (
        "NEW.number = (SELECT COALESCE(MAX(number) + 1, 0) FROM audit_checkpoint)"
        " AND NEW.size > (SELECT COALESCE(MAX(size), 0) FROM audit_checkpoint)"
        " AND NEW.size <= (SELECT COALESCE(MAX(seq) + 1, 0) FROM audit_leaf)"
    ),
}
IN_TIME = "NOT EXISTS (SELECT 1 FROM audit_leaf WHERE entry_id = NEW.entry_id)"


def on_sqlite() -> dict[str, str]:
    """Trigger by name: the statement that makes it."""

    def trigger(name: str, when: str, table: str, condition: str, message: str) -> dict[str, str]:
        clause = f" WHEN {condition}" if condition else ""
        return {
            name: f"CREATE TRIGGER {name} BEFORE {when} ON {table}{clause}"
            f" BEGIN SELECT RAISE(ABORT, '{message}'); END"
        }

    guards: dict[str, str] = {}
    for table in ADDED_ONLY:
        guards |= trigger(f"{table}_no_update", "UPDATE", table, "", REFUSED)
        guards |= trigger(f"{table}_no_delete", "DELETE", table, "", REFUSED)
    guards |= trigger("audit_detail_no_update", "UPDATE", "audit_detail", "", REFUSED)
    for table, same in SAME.items():
        there = f"EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608 (both from the table above)
        guards |= trigger(f"{table}_no_replace", "INSERT", table, there, TAKEN)
    for table, order in IN_ORDER.items():
        guards |= trigger(f"{table}_in_order", "INSERT", table, f"NOT ({order})", OUT_OF_ORDER)
    for table in ("audit_mention", "audit_detail"):
        guards |= trigger(f"{table}_in_time", "INSERT", table, f"NOT ({IN_TIME})", TOO_LATE)
    return guards


def body(condition: str, message: str) -> str:
    return (
        f" BEGIN IF NOT ({condition}) THEN RAISE EXCEPTION '{message}'"
        " USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END "
    )


# Function by name: its body in PL/pgSQL.
FUNCTIONS = {
    "audit_refuse": (
        f" BEGIN RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'integrity_constraint_violation'; END "
    ),
    # Whatever the statement says: the sequencer trusts this number.
    "audit_entry_xact": " BEGIN NEW.xact := pg_current_xact_id(); RETURN NEW; END ",
    "audit_in_time": body(IN_TIME, TOO_LATE),
    **{f"{table}_in_order": body(order, OUT_OF_ORDER) for table, order in IN_ORDER.items()},
}
ROW, BEFORE, INSERT, DELETE, UPDATE, TRUNCATE = 1, 2, 4, 8, 16, 32
EVENTS = {
    "DELETE OR UPDATE": ROW | BEFORE | DELETE | UPDATE,
    "UPDATE": ROW | BEFORE | UPDATE,
    "TRUNCATE": BEFORE | TRUNCATE,
    "INSERT": ROW | BEFORE | INSERT,
}


def on_postgresql() -> dict[str, tuple[str, str, str]]:
    """Trigger by name: its table, events and function."""
    guards = {}
    for table in ADDED_ONLY:
        guards[f"{table}_no_change"] = (table, "DELETE OR UPDATE", "audit_refuse")
        guards[f"{table}_no_truncate"] = (table, "TRUNCATE", "audit_refuse")
    guards["audit_detail_no_update"] = ("audit_detail", "UPDATE", "audit_refuse")
    guards["audit_detail_no_truncate"] = ("audit_detail", "TRUNCATE", "audit_refuse")
    guards["audit_entry_xact"] = ("audit_entry", "INSERT", "audit_entry_xact")
    for table in IN_ORDER:
        guards[f"{table}_in_order"] = (table, "INSERT", f"{table}_in_order")
    for table in ("audit_mention", "audit_detail"):
        guards[f"{table}_in_time"] = (table, "INSERT", "audit_in_time")
    return guards


def stand(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Every guard of this engine stands."""
    if schema_editor.connection.vendor == "sqlite":
        for statement in on_sqlite().values():
            schema_editor.execute(statement, None)
        return
    schema_editor.execute(
        "ALTER TABLE audit_entry ADD COLUMN xact xid8 NOT NULL DEFAULT pg_current_xact_id()", None
    )
    schema_editor.execute("CREATE INDEX entries_by_transaction ON audit_entry (xact, id)", None)
    for name, code in FUNCTIONS.items():
        schema_editor.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${code}$$", None
        )
    for name, (table, events, function) in on_postgresql().items():
        each = "STATEMENT" if events == "TRUNCATE" else "ROW"
        schema_editor.execute(
            f"CREATE TRIGGER {name} BEFORE {events} ON {table}"
            f" FOR EACH {each} EXECUTE FUNCTION {function}()",
            None,
        )
        # Ordinary triggers are passed over when session_replication_role is replica.
        schema_editor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}", None)


def fall(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """No guard stands."""
    if schema_editor.connection.vendor == "sqlite":
        for name in on_sqlite():
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}", None)
        return
    for name, (table, _, _) in on_postgresql().items():
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}", None)
    for name in FUNCTIONS:
        schema_editor.execute(f"DROP FUNCTION IF EXISTS {name}()", None)
    schema_editor.execute("ALTER TABLE audit_entry DROP COLUMN xact", None)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_entries_and_their_tree")]
    operations = [migrations.RunPython(stand, fall)]
