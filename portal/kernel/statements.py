"""SQL that runs for every message: past the rewriting of it that Django does each time.

On SQLite Django looks for parameter marks in the text at every call, which costs three times as
much as the statement; on PostgreSQL it writes the values into the text, so that each call is
planned anew, at eight times the cost of carrying it out. Where somebody watches statements
(tests, debugging), they pass through Django as ever.
"""

import re
from collections.abc import Mapping
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

Row = tuple[Any, ...]
_MARK = re.compile(r"%\((\w+)\)s")


class Statement:
    """One SQL text, with `%(name)s` where a value goes and no other percent sign."""

    def __init__(self, text: str) -> None:
        if "%" in _MARK.sub("", text):
            raise ValueError("a percent sign that marks no value")
        self.text = text
        self._marked = _MARK.sub(r":\1", text)

    def rows(self, values: Mapping[str, Any]) -> list[Row]:
        """What the statement finds."""
        database = connections[DEFAULT_DB_ALIAS]
        if is_watched(database):
            with database.cursor() as cursor:
                cursor.execute(self.text, values)
                return list(cursor.fetchall())
        with database.wrap_database_errors:
            return list(self._run(database, values).fetchall())

    def change(self, values: Mapping[str, Any]) -> int:
        """How many rows the statement changed. In a transaction only: single writes take turns."""
        database = connections[DEFAULT_DB_ALIAS]
        if not database.in_atomic_block:
            raise RuntimeError("a change outside of a transaction")
        if is_watched(database):
            with database.cursor() as cursor:
                cursor.execute(self.text, values)
                return int(cursor.rowcount)
        with database.wrap_database_errors:
            return int(self._run(database, values).rowcount)

    def _run(self, database: BaseDatabaseWrapper, values: Mapping[str, Any]) -> Any:
        """The engine's own cursor, after the statement."""
        database.ensure_connection()
        database.validate_no_broken_transaction()
        if database.vendor == "sqlite":
            return database.connection.execute(self._marked, values)
        from psycopg import Cursor  # noqa: PLC0415 (not there in every installation)

        # Django switches preparing off for a connection; its own statements stay as they are.
        database.connection.prepare_threshold = 0
        return Cursor(database.connection).execute(self.text, values, prepare=True)


def is_watched(database: BaseDatabaseWrapper) -> bool:
    """True if somebody wants to see this connection's statements."""
    return bool(database.execute_wrappers) or database.queries_logged
