"""Each epoch of the log counts its own sizes: after a restore they may begin below the old ones.

Numbers go on through all epochs, and an epoch that ended is never signed again. The guards of
checkpoints are put up anew; those of other tables stay as 0002 put them up.
"""

from importlib import import_module

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

BEFORE = import_module("portal.audit.migrations.0002_rows_only_ever_added")
EVENTS, on_postgresql = BEFORE.EVENTS, BEFORE.on_postgresql
TABLE = "audit_checkpoint"
SAME = "rowid = NEW.rowid OR number = NEW.number OR (epoch = NEW.epoch AND size = NEW.size)"
IN_ORDER = (
    "NEW.number = (SELECT COALESCE(MAX(number) + 1, 0) FROM audit_checkpoint)"
    " AND NEW.epoch >= (SELECT COALESCE(MAX(epoch), 0) FROM audit_checkpoint)"
    " AND NEW.size > (SELECT COALESCE(MAX(size), 0) FROM audit_checkpoint"
    " WHERE epoch = NEW.epoch)"
    " AND NEW.size <= (SELECT COALESCE(MAX(seq) + 1, 0) FROM audit_leaf)"
)
FUNCTIONS = {
    **BEFORE.FUNCTIONS,
    f"{TABLE}_in_order": BEFORE.body(IN_ORDER, BEFORE.OUT_OF_ORDER),
}


def on_sqlite() -> dict[str, str]:
    """Trigger by name: the statement that makes it."""
    guards: dict[str, str] = BEFORE.on_sqlite()
    there = f"EXISTS (SELECT 1 FROM {TABLE} WHERE {SAME})"  # noqa: S608 (both stand above)
    for name, condition, message in (
        (f"{TABLE}_no_replace", there, BEFORE.TAKEN),
        (f"{TABLE}_in_order", f"NOT ({IN_ORDER})", BEFORE.OUT_OF_ORDER),
    ):
        guards[name] = (
            f"CREATE TRIGGER {name} BEFORE INSERT ON {TABLE} WHEN {condition}"
            f" BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )
    return guards


def put_up(
    schema_editor: BaseDatabaseSchemaEditor, guards: dict[str, str], functions: dict[str, str]
) -> None:
    if schema_editor.connection.vendor == "sqlite":
        # Making the table anew has dropped its triggers.
        for name, statement in guards.items():
            if name.startswith(f"{TABLE}_"):
                schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}", None)
                schema_editor.execute(statement, None)
        return
    name = f"{TABLE}_in_order"
    schema_editor.execute(
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $${functions[name]}$$",
        None,
    )


def stand(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The guards of checkpoints know epochs."""
    put_up(schema_editor, on_sqlite(), FUNCTIONS)


def stand_as_before(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The guards of checkpoints are those of 0002."""
    put_up(schema_editor, BEFORE.on_sqlite(), BEFORE.FUNCTIONS)


def nothing(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The other direction does it."""


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_rows_only_ever_added")]
    operations = [
        migrations.RunPython(nothing, stand_as_before),
        migrations.AddField(
            "checkpoint", "epoch", models.PositiveIntegerField(default=1, db_default=1)
        ),
        migrations.AlterField("checkpoint", "size", models.BigIntegerField()),
        migrations.AddConstraint(
            "checkpoint",
            models.UniqueConstraint(fields=["epoch", "size"], name="one_checkpoint_per_size"),
        ),
        migrations.RunPython(stand, nothing),
    ]
