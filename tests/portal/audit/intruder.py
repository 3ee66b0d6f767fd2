"""Somebody with a connection of their own to the database: no door, no guard in Python."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import psycopg
from django.conf import settings

from portal.audit import notes
from portal.audit.checks import GUARDS
from portal.audit.selectors import log
from tests.portal.audit.scenes import CLERK, seen_often, signed

Refused = (sqlite3.IntegrityError, psycopg.errors.IntegrityConstraintViolation)


class Connection(Protocol):
    """What both drivers offer."""

    def execute(self, query: Any, params: Any = ...) -> Any:
        """The cursor of this statement."""


def is_sqlite() -> bool:
    """True in embedded mode."""
    return "sqlite" in settings.DATABASES["default"]["ENGINE"]


@contextmanager
def intruder() -> Iterator[Connection]:
    """A connection as any tool opens it: every pragma and setting at its default."""
    address = settings.DATABASES["default"]
    if is_sqlite():
        file = sqlite3.connect(address["NAME"], isolation_level=None, timeout=20)
        try:
            yield file
        finally:
            file.close()
        return
    with psycopg.connect(
        host=address["HOST"],
        port=address["PORT"],
        user=address["USER"],
        password=address["PASSWORD"],
        dbname=address["NAME"],
        autocommit=True,
    ) as server:
        yield server


def drop_guards(connection: Connection) -> None:
    """No guard stands any more."""
    if is_sqlite():
        for name in GUARDS.on_sqlite():
            connection.execute(f"DROP TRIGGER IF EXISTS {name}")
        return
    for name, (table, _, _) in GUARDS.on_postgresql().items():
        connection.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")


def stand_guards() -> None:
    """Every guard stands again, as after a restore of the whole database."""
    with intruder() as hand:
        if is_sqlite():
            for statement in GUARDS.on_sqlite().values():
                hand.execute(statement)
            return
        for name, (table, events, function) in GUARDS.on_postgresql().items():
            each = "STATEMENT" if events == "TRUNCATE" else "ROW"
            hand.execute(
                f"CREATE TRIGGER {name} BEFORE {events} ON {table}"
                f" FOR EACH {each} EXECUTE FUNCTION {function}()"
            )
            hand.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


def forget(seq: int) -> None:
    """The database is as it was before leaf `seq`."""
    with intruder() as hand:
        drop_guards(hand)
        later = "(SELECT entry_id FROM audit_leaf WHERE seq >= {})"
        statements = (
            f"DELETE FROM audit_detail WHERE entry_id IN {later}",
            f"DELETE FROM audit_entry WHERE id IN {later}",
            "DELETE FROM audit_checkpoint WHERE size > {}",
            "DELETE FROM audit_leaf WHERE seq >= {}",
        )
        for statement in statements:
            hand.execute(statement.format(seq))


def a_restored_log() -> notes.Checkpoint:
    """Fifteen entries were signed, ten are left; what was the last checkpoint."""
    seen_often(CLERK, 10)
    signed()
    seen_often(CLERK, 5)
    last = log.checkpoint_in(signed().note)
    forget(10)
    stand_guards()
    return last
