"""The whole log in order, in pages: what a verification reads. Never more than a page in memory."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Max

from portal.audit.models import Checkpoint, Tile
from portal.kernel import clock

PAGE = 1000

PLACED = """
    SELECT l.seq, l.leaf_hash, l.entry_id, e.leaf, e.event, {at}, e.actor, e.patient, e.subject,
           e.outcome, e.request, d.sealed
    FROM audit_leaf l
    LEFT JOIN audit_entry e ON e.id = l.entry_id
    LEFT JOIN audit_detail d ON d.entry_id = l.entry_id
    WHERE l.seq > %s AND l.seq < %s ORDER BY l.seq LIMIT %s
"""
MENTIONED = """
    SELECT m.entry_id, m.patient FROM audit_leaf l JOIN audit_mention m ON m.entry_id = l.entry_id
    WHERE l.seq BETWEEN %s AND %s
"""
NOT_PLACED = """
    SELECT e.id, e.at, {final} FROM audit_entry e
    WHERE NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.entry_id = e.id) ORDER BY e.id
"""
# Between these two a transaction that is still open, in whatever database of the cluster, keeps the
# sequencer from the entry, however old it is: it waits, and nothing is wrong with it.
FINAL = """(e.xact < pg_snapshot_xmin(pg_current_snapshot())
            OR e.xact >= pg_snapshot_xmax(pg_current_snapshot()))"""
ORPHANED = """
    SELECT x.entry_id FROM {table} x
    WHERE NOT EXISTS (SELECT 1 FROM audit_entry e WHERE e.id = x.entry_id) ORDER BY x.entry_id
"""


@dataclass(frozen=True, slots=True)
class Columns:
    """What the columns of an entry say beside its leaf."""

    event: str
    at: datetime
    actor: str
    patient: str | None
    subject: str | None
    outcome: int
    request: str
    mentions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Placed:
    """One leaf with its entry. `content` and `columns` are None where the entry is gone."""

    seq: int
    leaf_hash: bytes
    entry: UUID
    content: bytes | None
    columns: Columns | None
    sealed: bytes | None


def placed(size: int, *, after: int = -(2**62)) -> Iterator[Placed]:
    """The leaves of the tree of this size, in order; those after one, if it is named."""
    last = after
    # A touched instant may be none; as text it is read all the same.
    at = "CAST(e.at AS TEXT)" if connection.vendor == "sqlite" else "e.at"
    statement = PLACED.format(at=at)
    while rows := _read(statement, [last, size, PAGE]):
        first, last = rows[0][0], rows[-1][0]
        mentions: dict[Any, set[str]] = defaultdict(set)
        for entry, patient in _read(MENTIONED, [first, last]):
            mentions[entry].add(patient)
        for row in rows:
            yield _placed(row, frozenset(mentions.get(row[2], ())))


def epochs() -> Iterator[tuple[int, int]]:
    """Every epoch that was ever signed in, and the number that its first checkpoint must have."""
    first = 0
    found = Checkpoint.objects.order_by("epoch").values_list("epoch").annotate(Max("number"))
    for epoch, last in found:
        yield epoch, first
        first = last + 1


def checkpoints(epoch: int) -> Iterator[Checkpoint]:
    """Every checkpoint of an epoch, in order of number."""
    last = -(2**62)
    rows_of = Checkpoint.objects.filter(epoch=epoch).order_by("number")
    while rows := list(rows_of.filter(number__gt=last)[:PAGE]):
        last = rows[-1].number
        yield from rows


def tiles_beyond(counts: list[int]) -> Iterator[tuple[int, int]]:
    """Tiles (level, index) that a tree with so many full tiles of each level does not have."""
    places = Tile.objects.order_by("level", "index").values_list("level", "index")
    for level, index in places.iterator(chunk_size=PAGE):
        if index < 0 or level >= len(counts) or index >= counts[level]:
            yield level, index


def not_placed(patience: timedelta) -> Iterator[tuple[UUID, bool]]:
    """Entries without a place in the tree, and whether they could have had one for long."""
    limit, is_sqlite = clock.now() - patience, connection.vendor == "sqlite"
    for entry, at, is_final in _read(NOT_PLACED.format(final="1" if is_sqlite else FINAL), []):
        yield _id(entry), is_sqlite or (is_final and at < limit)


def orphans() -> Iterator[tuple[str, UUID]]:
    """Rows of other tables that belong to an entry which is not there: what, and which entry."""
    for what, table in (("details", "audit_detail"), ("a mention", "audit_mention")):
        for (entry,) in _read(ORPHANED.format(table=table), []):
            yield what, _id(entry)


def _placed(row: tuple[Any, ...], mentions: frozenset[str]) -> Placed:
    seq, leaf_hash, entry, content, event, at, actor, *_, sealed = row
    patient, subject, outcome, request = row[7:11]
    gone = content is None
    return Placed(
        seq,
        _bytes(leaf_hash),
        _id(entry),
        None if gone else _bytes(content),
        None
        if gone
        else Columns(event, _instant(at), actor, patient, subject, outcome, request, mentions),
        None if sealed is None else _bytes(sealed),
    )


def _read(statement: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _bytes(value: Any) -> bytes:
    """SQLite holds in a column whatever is put there. What are no bytes is nothing."""
    return bytes(value) if isinstance(value, bytes | memoryview) else b""


def _id(value: UUID | str) -> UUID:
    """SQLite holds ids as text. An id that is none becomes nobody's: it fits no entry."""
    if isinstance(value, UUID):
        return value
    try:
        return UUID(value)
    except ValueError:
        return UUID(int=0)


def _instant(value: datetime | str) -> datetime:
    """SQLite holds instants as text. What is none becomes one that no leaf has."""
    if isinstance(value, datetime):
        return value
    try:
        return datetime.fromisoformat(f"{value}+00:00")
    except ValueError:
        return datetime.fromisoformat("0001-01-01T00:00:00+00:00")
