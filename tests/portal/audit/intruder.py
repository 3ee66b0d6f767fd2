"""Somebody with a connection of their own to the database: no door, no guard in Python."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import psycopg
from django.conf import settings

from portal.audit.checks import GUARDS

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
            connection.execute(f"DROP TRIGGER {name}")
        return
    for name, (table, _, _) in GUARDS.on_postgresql().items():
        connection.execute(f"DROP TRIGGER {name} ON {table}")
