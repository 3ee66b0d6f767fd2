"""Timetables: read from the tables, and remembered for as long as their stamps are the same.

The memory only makes searching fast. Whoever holds or moves reads the tables anew, and the
database decides.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from portal.kernel import door
from scheduling.models import CLINIC, Resource
from scheduling.selectors.rules import exceptions_between, valid_hours
from scheduling.slots import Hold, Rules, Span, Timetable, Window, instant, minute

_DAY = 1440
_AROUND = 2 * _DAY
_COVER = 64 * _DAY
_MOST = 2_000
Stamps = tuple[UUID | None, UUID | None]
# One row for each resource: tens of thousands of rows would cost more than all that is done with
# them. The index of the claims holds every column, so that the rows themselves are not read.
_CLAIMS = """
SELECT resource_id,
    {join}({begins} || ' ' || {ends}, ' ') FILTER (WHERE held_until IS NULL),
    {join}({begins} || ' ' || {ends} || ' ' || {until}, ',') FILTER (WHERE held_until IS NOT NULL)
FROM scheduling_claim
WHERE resource_kind = %s AND ends > %s AND begins < %s{more}
GROUP BY resource_id"""
_SPELT = {
    "sqlite": {"join": "group_concat", "begins": "begins", "ends": "ends", "until": "held_until"},
    "postgresql": {
        "join": "string_agg",
        "begins": "begins::text",
        "ends": "ends::text",
        "until": "held_until::text",
    },
}
_SOME = " AND resource_id IN ({})"
_WINDOW = ("weekday", "opens_minute", "closes_minute", "zone", "valid_from", "valid_to")
_EVERYBODY = 50
"""From how many people on the claims of all are read, rather than of each."""
_CROWDS = 8
"""For how many sets of people it is remembered that all of their stamps are the same."""
StampRows = list[tuple[Any, Any]]


class Memory:
    """The timetables that this process knows, each with the stamps under which it was made."""

    def __init__(self) -> None:
        self._known: dict[UUID, tuple[Stamps, Timetable]] = {}
        self._crowds: dict[object, tuple[StampRows, dict[UUID, Timetable]]] = {}

    def get(
        self, people: Collection[UUID], begins: int, ends: int, *, apart_from: UUID | None = None
    ) -> dict[UUID, Timetable]:
        """The timetables of these people, that cover this time at least."""
        if apart_from or door.inside():
            # What an uncommitted change looks like is nobody else's business.
            return read(people, begins, ends, apart_from=apart_from)
        # Stamps first: what is read after them is at least as new as they are.
        rows = stamp_rows(people)
        crowd = (*people, begins, ends)
        same = self._crowds.get(crowd)
        if same and same[0] == rows:
            return same[1]
        found = self._found(people, stamps_of(people, rows), begins, ends)
        if len(self._crowds) >= _CROWDS:
            self._crowds.clear()
        self._crowds[crowd] = (rows, found)
        return found

    def _found(
        self, people: Collection[UUID], stamps: Mapping[UUID, Stamps], begins: int, ends: int
    ) -> dict[UUID, Timetable]:
        """Out of memory whose stamp is the same, and read anew for the others."""
        found: dict[UUID, Timetable] = {}
        for person in people:
            known = self._known.get(person)
            if known and known[0] == stamps[person] and known[1].covers(begins, ends):
                found[person] = known[1]
        missing = [person for person in people if person not in found]
        if missing:
            made = read(missing, begins, max(ends, begins + _COVER))
            if len(self._known) + len(made) > _MOST:
                self._known.clear()
            self._known.update({who: (stamps[who], table) for who, table in made.items()})
            found |= made
        return found


memory = Memory()


def timetables(
    people: Collection[UUID], first: datetime, last: datetime, *, apart_from: UUID | None = None
) -> dict[UUID, Timetable]:
    """The timetables of these people around this time, out of memory where it is fresh.

    But for one appointment, if it is named: as if it were not there, as the tables have it now.
    """
    return memory.get(people, *_around(first, last), apart_from=apart_from)


def timetable_now(
    person_id: UUID, first: datetime, last: datetime, *, apart_from: UUID | None = None
) -> Timetable:
    """The timetable of one person as the tables have it now, but for one appointment."""
    return read([person_id], *_around(first, last), apart_from=apart_from)[person_id]


def stamp_rows(people: Collection[UUID]) -> StampRows:
    """The stamps of the clinic and at least of these people, as the table has them."""
    whose = [*people, CLINIC] if len(people) < _EVERYBODY else None
    with connection.cursor() as cursor:
        sql = "SELECT resource_id, stamp FROM scheduling_calendar WHERE resource_kind <> %s"
        given: list[Any] = [Resource.PATIENT.value]
        if whose is not None:
            sql += _SOME.format(",".join(["%s"] * len(whose)))
            given += _stored(whose)
        cursor.execute(sql, given)
        rows: StampRows = cursor.fetchall()
        return rows


def stamps_of(people: Collection[UUID], rows: StampRows) -> dict[UUID, Stamps]:
    """The stamp of the clinic and of each of these people."""
    stamps = dict(rows)
    [clinic, *theirs] = [stamps.get(each) for each in _stored([CLINIC, *people])]
    return {person: (clinic, stamp) for person, stamp in zip(people, theirs, strict=True)}


def read(
    people: Collection[UUID], begins: int, ends: int, *, apart_from: UUID | None = None
) -> dict[UUID, Timetable]:
    """The timetables of these people as the tables have them."""
    rules = _rules(people, begins, ends)
    taken, holds = claims_of(Resource.PERSON, people, begins, ends, apart_from=apart_from)
    return {
        person: Timetable(rules[person], begins, ends, taken[person], holds[person])
        for person in people
    }


def claims_of(
    kind: Resource,
    whose: Collection[UUID],
    begins: int,
    ends: int,
    *,
    apart_from: UUID | None = None,
) -> tuple[Mapping[UUID, list[tuple[int, int]]], Mapping[UUID, list[Hold]]]:
    """What is taken of these resources, and what is held, in this time. One query, if any."""
    if not whose:
        return {}, {}
    more = ""
    given: list[Any] = [kind.value, begins, ends]
    if apart_from is not None:
        more = " AND appointment_id <> %s"
        given += _stored([apart_from])
    keys = _stored(whose)
    if len(whose) < _EVERYBODY:
        more += _SOME.format(",".join(["%s"] * len(whose)))
        given += keys
    with connection.cursor() as cursor:
        cursor.execute(_CLAIMS.format(**_SPELT[connection.vendor], more=more), given)
        found = {who: (taken, held) for who, taken, held in cursor.fetchall()}
    claims = {who: found.get(key, (None, None)) for who, key in zip(whose, keys, strict=True)}
    return (
        {who: _spans(taken) for who, (taken, _) in claims.items()},
        {who: _holds(held) for who, (_, held) in claims.items()},
    )


def _spans(joined: str | None) -> list[tuple[int, int]]:
    """Begin and end in turn. Plain pairs: there are tens of thousands of them."""
    if not joined:
        return []
    minutes = map(int, joined.split())
    return list(zip(minutes, minutes, strict=True))


def _holds(joined: str | None) -> list[Hold]:
    """Begin, end, and until when it is held."""
    parts = (each.split(" ", 2) for each in joined.split(",")) if joined else ()
    return [Hold(int(begins), int(ends), _aware(until)) for begins, ends, until in parts]


def _rules(people: Collection[UUID], begins: int, ends: int) -> dict[UUID, Rules]:
    first, last = instant(begins), instant(ends)
    windows: dict[UUID, list[Window]] = defaultdict(list)
    days = (first - timedelta(days=1)).date(), (last + timedelta(days=1)).date()
    for row in valid_hours(people, *days).values_list("person", *_WINDOW):
        windows[row[0]].append(Window._make(row[1:]))
    spans: dict[tuple[UUID | None, str], list[Span]] = defaultdict(list)
    for person, kind, starts_at, ends_at in exceptions_between(people, first, last).values_list(
        "person", "kind", "starts_at", "ends_at"
    ):
        spans[person, kind].append(Span(minute(starts_at), minute(ends_at)))
    closures = tuple(spans[None, "absence"])
    return {
        person: Rules(
            tuple(windows[person]),
            closures,
            tuple(spans[person, "opening"]),
            tuple(spans[person, "absence"]),
        )
        for person in people
    }


def _around(first: datetime, last: datetime) -> tuple[int, int]:
    """This time and two days on both sides, from midnight to midnight in UTC."""
    begins = (minute(first) - _AROUND) // _DAY * _DAY
    return begins, -(-(minute(last) + _AROUND) // _DAY) * _DAY


def _stored(ids: Collection[UUID]) -> list[Any]:
    """The ids as a plain statement gives and takes them."""
    native = connection.features.has_native_uuid_field
    return list(ids) if native else [each.hex for each in ids]


def _aware(until: str) -> datetime:
    """The instant, as a plain statement gives it: on SQLite in UTC, and not said so."""
    at = datetime.fromisoformat(until)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
