"""Inserting many rows at once, in plain SQL: the ORM would cost more than all the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the log and its columns, each with its type on PostgreSQL."""

    name: str
    columns: tuple[tuple[str, str], ...]

    def insert(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """The rows are in the table."""
        if not rows:
            return
        names = ", ".join(f'"{name}"' for name, _ in self.columns)
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                # One statement for all: parsing one for each row costs as much as the rows.
                arrays = ", ".join(f"%s::{kind}[]" for _, kind in self.columns)
                cursor.execute(
                    f"INSERT INTO {self.name} ({names}) SELECT * FROM unnest({arrays})",  # noqa: S608
                    [list(column) for column in zip(*rows, strict=True)],
                )
                return
            places = ", ".join("%s" for _ in self.columns)
            cursor.executemany(
                f"INSERT INTO {self.name} ({names}) VALUES ({places})",  # noqa: S608
                rows,
            )


ENTRIES = Table(
    "audit_entry",
    (
        ("id", "uuid"),
        ("leaf", "bytea"),
        ("event", "text"),
        ("at", "timestamptz"),
        ("actor", "text"),
        ("patient", "text"),
        ("subject", "text"),
        ("outcome", "smallint"),
        ("request", "text"),
    ),
)
DETAILS = Table("audit_detail", (("entry_id", "uuid"), ("sealed", "bytea")))
MENTIONS = Table("audit_mention", (("entry_id", "uuid"), ("patient", "text")))
LEAVES = Table("audit_leaf", (("seq", "bigint"), ("entry_id", "uuid"), ("leaf_hash", "bytea")))
TILES = Table(
    "audit_tile",
    (("level", "smallint"), ("index", "bigint"), ("root", "bytea"), ("hashes", "bytea")),
)
