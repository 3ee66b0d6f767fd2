"""Putting a PostgreSQL database back in place, which is ten times as fast as copying it anew.

Rows only: if a table, a trigger, a function or a constraint is not what it was, nothing is touched
and the caller copies the template. The guards of append-only tables stand aside within the one
transaction that puts the rows back, and stand as before when it commits; no test runs meanwhile.
"""

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

Connection = psycopg.Connection[Any]

_SHAPE = """
SELECT md5(string_agg(line, E'\\n' ORDER BY line)) FROM (
    SELECT concat_ws('|', 'class', oid, relname, relkind, relrowsecurity, relacl) AS line
    FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL
    SELECT concat_ws('|', 'column', attrelid, attname, atttypid, attnotnull, attisdropped)
    FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
    WHERE c.relnamespace = 'public'::regnamespace AND attnum > 0
    UNION ALL
    SELECT concat_ws('|', 'trigger', tgrelid, tgfoid, tgenabled, pg_get_triggerdef(oid))
    FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL
    SELECT concat_ws('|', 'function', oid, proname, prosrc)
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL
    SELECT concat_ws('|', 'constraint', conrelid, conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
) shape
"""
_TABLES = """
SELECT relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname
"""
_SEQUENCES = "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'"
_TRIGGERS = """
SELECT tgname, tgenabled FROM pg_trigger
WHERE NOT tgisinternal AND tgrelid = %s::regclass
"""
_ENABLE = {"O": "ENABLE", "D": "DISABLE", "R": "ENABLE REPLICA", "A": "ENABLE ALWAYS"}


@dataclass(frozen=True)
class Snapshot:
    """The shape of a database, its rows, and where its sequences stand."""

    shape: str
    digests: dict[str, str]
    rows: dict[str, bytes]
    sequences: dict[str, tuple[int, bool]]

    @classmethod
    def of(cls, connection: Connection) -> "Snapshot":
        """What this database is now."""
        tables = [name for (name,) in connection.execute(_TABLES)]
        rows = {}
        for table in tables:
            ask = sql.SQL("COPY {} TO STDOUT (FORMAT BINARY)").format(sql.Identifier(table))
            with connection.cursor() as cursor, cursor.copy(ask) as copy:
                rows[table] = b"".join(bytes(part) for part in copy)
        return cls(_shape(connection), _digests(connection, tables), rows, _sequences(connection))

    def rewind(self, connection: Connection) -> bool:
        """True if the database is as it was then; False, and untouched, if its shape is not."""
        if _shape(connection) != self.shape:
            return False
        digests = _digests(connection, [*self.rows])
        moved = [table for table, digest in digests.items() if digest != self.digests[table]]
        with connection.transaction():
            connection.execute("SET CONSTRAINTS ALL DEFERRED")
            for table in moved:
                self._refill(connection, table)
            for name, (last, called) in self.sequences.items():
                quoted = sql.Identifier(name).as_string(connection)
                connection.execute("SELECT setval(%s, %s, %s)", [quoted, last, called])
        return True

    def _refill(self, connection: Connection, table: str) -> None:
        name = sql.Identifier(table)
        guards = connection.execute(_TRIGGERS, [name.as_string(connection)]).fetchall()
        alter = sql.SQL("ALTER TABLE {} {} TRIGGER {}")
        for guard, _ in guards:
            connection.execute(alter.format(name, sql.SQL("DISABLE"), sql.Identifier(guard)))
        connection.execute(sql.SQL("DELETE FROM {}").format(name))
        fill = sql.SQL("COPY {} FROM STDIN (FORMAT BINARY)").format(name)
        with connection.cursor() as cursor, cursor.copy(fill) as copy:
            copy.write(self.rows[table])
        for guard, state in guards:
            how = sql.SQL(_ENABLE[_text(state)])
            connection.execute(alter.format(name, how, sql.Identifier(guard)))


def _shape(connection: Connection) -> str:
    row = connection.execute(_SHAPE).fetchone()
    assert row
    return str(row[0])


def _digests(connection: Connection, tables: list[str]) -> dict[str, str]:
    """What tells one content of each table from another, in one statement."""
    if not tables:
        return {}
    one = "SELECT {}, md5(string_agg(t::text, '' ORDER BY t::text)) FROM {} t"
    parts = [sql.SQL(one).format(sql.Literal(name), sql.Identifier(name)) for name in tables]
    return dict(connection.execute(sql.SQL(" UNION ALL ").join(parts)).fetchall())


def _sequences(connection: Connection) -> dict[str, tuple[int, bool]]:
    names = [name for (name,) in connection.execute(_SEQUENCES)]
    found = {}
    for name in names:
        ask = sql.SQL("SELECT last_value, is_called FROM {}").format(sql.Identifier(name))
        row = connection.execute(ask).fetchone()
        assert row
        found[name] = (row[0], row[1])
    return found


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
