"""Whether the guards of the log stand in the database, exactly as the migration put them up."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from django.core.checks import CheckMessage, Error, Warning
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from portal.audit.models import Entry

GUARDS = import_module("portal.audit.migrations.0003_checkpoints_of_epochs")

ON_SQLITE = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
# A guard must fire always, before the statement, unconditionally, on every column, and its
# function must hold what we wrote: a trigger of the right name that does nothing is missing.
ON_POSTGRESQL = """
    SELECT t.tgname, c.relname, t.tgtype, p.proname, p.prosrc
    FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid
    JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal
      AND t.tgenabled = 'A' AND t.tgqual IS NULL AND t.tgattr = ''::int2vector
"""


# True for a superuser, too, who is a member of every role.
OWNED = """
    SELECT EXISTS (
        SELECT 1 FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
        AND starts_with(c.relname, 'audit_') AND c.relkind = 'r'
        AND pg_has_role(current_user, c.relowner, 'USAGE')
    )
"""


def guards_missing(alias: str = "default") -> list[str]:
    """The names of guards that do not stand as they should; empty if all is well."""
    connection = connections[alias]
    wanted, found = _wanted(connection), _found(connection)
    return sorted(name for name, guard in wanted.items() if found.get(name) != guard)


def guards_stand(**kwargs: Any) -> list[CheckMessage]:
    """An error for each guard that is missing or was changed; part of `check --deploy`.

    Not of every command: `migrate` must be able to put up what is missing.
    """
    if Entry._meta.db_table not in connections["default"].introspection.table_names():
        return []
    return [
        Error(
            f"the audit log's guard {name} does not stand",
            hint="find out who took it down; `manage.py audit verify` shows what was changed",
            id="audit.E001",
        )
        for name in guards_missing()
    ]


def roles_are_apart(**kwargs: Any) -> list[CheckMessage]:
    """A warning if whoever the portal runs as could take the guards down; part of `--deploy`.

    On SQLite whoever has the file can do anything; there is nothing to tell apart.
    """
    connection = connections["default"]
    if connection.vendor == "sqlite":
        return []
    with connection.cursor() as cursor:
        cursor.execute(OWNED)
        owned = cursor.fetchone()[0]
    if not owned:
        return []
    return [
        Warning(
            "the portal runs as a role that owns tables of its audit log",
            hint="docs/roles.sql makes an owner that migrates and an app that only adds",
            id="audit.W001",
        )
    ]


def _wanted(connection: BaseDatabaseWrapper) -> Mapping[str, object]:
    if connection.vendor == "sqlite":
        guards: dict[str, object] = GUARDS.on_sqlite()
        return guards
    return {
        name: (table, GUARDS.EVENTS[events], function, GUARDS.FUNCTIONS[function])
        for name, (table, events, function) in GUARDS.on_postgresql().items()
    }


def _found(connection: BaseDatabaseWrapper) -> Mapping[str, object]:
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute(ON_SQLITE if sqlite else ON_POSTGRESQL)
        rows = cursor.fetchall()
    return dict(rows) if sqlite else {name: tuple(rest) for name, *rest in rows}
