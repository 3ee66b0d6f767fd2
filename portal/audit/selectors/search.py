"""Looking through the whole log: by whom, about whom, what, how it ended, the way in, and when.

One index leads, the one with the fewest entries, and the rest is sifted out of a window of what it
leads to. So a look takes as long over a million entries as over ten thousand; what it did not get
to lies beyond. Nothing counts the log, and no page is found by counting.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from portal.audit.selectors.entries import PAGE, EntryRow, rows_at
from portal.audit.vocabulary import Outcome

WINDOW = 10_000
"""Entries that are sifted in one statement."""
MOST_WINDOWS = 2
"""Windows that one look passes at most when hardly anything in them is wanted."""
WAYS = ("page", "socket", "job", "command")
"""The ways in: a page, a live view, background work, the command line."""
SLACK = timedelta(minutes=10)
"""An id holds the time at which it was made; a clock that was put right may differ from it."""


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for. What is empty asks for nothing; people and patients are pseudonyms."""

    actor: str = ""
    patient: str = ""
    event: str = ""
    way: str = ""
    outcome: Outcome | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found, newest first, and where to look on: None where the log begins."""

    rows: list[EntryRow]
    beyond: UUID | None
    is_cut: bool = False
    """True if the look ended because it had passed enough, not because the page was full."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of SQL and what it is given."""

    sql: str
    given: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Lead:
    """An index that leads: which entries it holds, and what is left to sift them by."""

    name: str
    where: Piece
    rest: Search
    patient: str = ""
    """Whose lists are to be found, too."""


def look(search: Search, *, before: UUID | None = None, limit: int = PAGE) -> Looked:
    """Entries that are wanted, newest first, at most `limit`, at a cost that does not grow."""
    lead = leading(search, before)
    found: list[UUID] = []
    for _ in range(MOST_WINDOWS):
        found += _ids(page_of(lead, before, limit + 1 - len(found)))
        if len(found) > limit:
            return Looked(rows_at(found[:limit]), found[limit - 1])
        before = _floor(lead, before) if _sieve(lead.rest) else None
        if before is None:
            return Looked(rows_at(found), None)
    return Looked(rows_at(found), before, is_cut=True)


def leading(search: Search, before: UUID | None = None) -> Lead:
    """The index with the fewest entries among those that the search could follow."""
    leads = list(_leads(search))
    return leads[0] if len(leads) == 1 else min(leads, key=lambda lead: _held(lead, before))


def page_of(lead: Lead, before: UUID | None, limit: int) -> Piece:
    """The statement that finds the ids of a page."""
    sieve = _sieve(lead.rest)
    window = _window(lead, before, WINDOW if sieve else limit)
    where = " AND ".join(piece.sql for piece in sieve) or "1 = 1"
    given = (*window.given, *(value for piece in sieve for value in piece.given))
    sql = f"SELECT id FROM ({window.sql}) seen WHERE {where} ORDER BY id DESC LIMIT {limit}"  # noqa: S608
    return Piece(sql, given)


def _leads(search: Search) -> Iterator[Lead]:
    if search.patient:
        where = Piece("patient = %s", (search.patient,))
        yield Lead("patient", where, replace(search, patient=""), search.patient)
        return
    if search.outcome:
        # The first half is the condition of the partial index: SQLite wants it word by word.
        where = Piece(f"outcome > 0 AND outcome = {int(search.outcome)}")
        yield Lead("outcome", where, replace(search, outcome=None))
    if search.actor:
        yield Lead("actor", Piece("actor = %s", (search.actor,)), replace(search, actor=""))
    if search.event:
        yield Lead("event", Piece("event = %s", (search.event,)), replace(search, event=""))
    if not (search.outcome or search.actor or search.event):
        yield Lead("log", Piece("1 = 1"), search)


def _sieve(rest: Search) -> list[Piece]:
    """What the lead leaves open."""
    found = []
    if rest.actor:
        found.append(Piece("actor = %s", (rest.actor,)))
    if rest.event:
        found.append(Piece("event = %s", (rest.event,)))
    if rest.outcome is not None:
        found.append(Piece(f"outcome = {int(rest.outcome)}"))
    if rest.way:
        found.append(Piece("way > 0"))
    if rest.since:
        found.append(Piece("at >= %s", (_instant(rest.since),)))
    if rest.until:
        found.append(Piece("at < %s", (_instant(rest.until),)))
    return found


def _window(lead: Lead, before: UUID | None, most: int) -> Piece:
    """The newest so many entries of this lead, before the given one and about in the time."""
    seen = f"SELECT id, actor, event, outcome, at{_way(lead.rest.way)} FROM"
    own = _newest(f"{seen} audit_entry WHERE", "id", lead.where, lead.rest, before, most)
    if not lead.patient:
        return own
    named = Piece("patient = %s", (lead.patient,))
    listed = _newest(
        "SELECT entry_id FROM audit_mention WHERE", "entry_id", named, lead.rest, before, most
    )
    return Piece(
        f"SELECT * FROM (SELECT * FROM ({own.sql}) own UNION ALL"  # noqa: S608 (names of ours)
        f" {seen} ({listed.sql}) listed JOIN audit_entry ON id = entry_id) either"
        f" ORDER BY id DESC LIMIT {most}",
        (*own.given, *listed.given),
    )


def _newest(
    head: str, column: str, where: Piece, rest: Search, before: UUID | None, most: int
) -> Piece:
    ends = [Piece(f"{column} < %s", (_key(before),))] if before else []
    if rest.since:
        ends.append(Piece(f"{column} >= %s", (_key(_first_id(rest.since - SLACK)),)))
    if rest.until:
        ends.append(Piece(f"{column} < %s", (_key(_first_id(rest.until + SLACK)),)))
    both = [where, *ends]
    return Piece(
        f"{head} {' AND '.join(piece.sql for piece in both)} ORDER BY {column} DESC LIMIT {most}",
        tuple(value for piece in both for value in piece.given),
    )


def _way(way: str) -> str:
    """Whether a leaf names this way in: its bytes are of one spelling, so they can be looked at."""
    if not way:
        return ""
    spelt = f'"src":"{WAYS[WAYS.index(way)]}"'.encode().hex()
    if connection.vendor == "postgresql":
        return f", position('\\x{spelt}'::bytea IN leaf) AS way"
    return f", instr(leaf, X'{spelt}') AS way"


def _held(lead: Lead, before: UUID | None) -> int:
    """How many entries this lead holds, as far as a window reaches."""
    newest = _newest("SELECT 1 FROM audit_entry WHERE", "id", lead.where, lead.rest, before, WINDOW)
    return int(_row(Piece(f"SELECT COUNT(*) FROM ({newest.sql}) held", newest.given))[0])  # noqa: S608


def _floor(lead: Lead, before: UUID | None) -> UUID | None:
    """The last entry of a full window; None where the window reached the end."""
    window = _window(lead, before, WINDOW)
    sql = f"SELECT COUNT(*), MIN(CAST(id AS text)) FROM ({window.sql}) seen"  # noqa: S608
    count, last = _row(Piece(sql, window.given))
    return UUID(last) if count == WINDOW else None


def _row(piece: Piece) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(piece.sql, piece.given)
        row: tuple[Any, ...] = cursor.fetchone()
    return row


def _ids(piece: Piece) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(piece.sql, piece.given)
        return [found if isinstance(found, UUID) else UUID(found) for (found,) in cursor.fetchall()]


def _first_id(at: datetime) -> UUID:
    """No id made at this instant or later is smaller."""
    return UUID(int=max(0, int(at.timestamp() * 1000)) << 80)


def _key(entry_id: UUID) -> Any:
    return entry_id if connection.features.has_native_uuid_field else entry_id.hex


def _instant(at: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(at)
