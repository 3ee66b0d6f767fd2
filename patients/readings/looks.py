"""From entries to looks: what was opened until it was closed is one, like ones are told once.

Pure: entries in, lines out. Who did them and in which words is for the report to say.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from portal.audit.readings.report import OpenEntry
from portal.audit.vocabulary import Outcome
from portal.kernel.plugs import EventSpec

ONE_LOOK = timedelta(minutes=1)
"""A page that is opened and then followed live is one look."""
STILL_OPEN = timedelta(hours=12)
"""No session lasts longer, so nothing is open longer without its end on record."""

Detail = str | int
Vocabulary = Mapping[str, EventSpec]


@dataclass(slots=True)
class Look:
    """One thing that somebody did, from its first entry to its last."""

    spec: EventSpec
    first: OpenEntry
    at: datetime
    until: datetime
    is_tried: bool
    is_open: bool
    details: dict[str, Detail]
    entries: list[UUID] = field(default_factory=list)

    @property
    def subject(self) -> str:
        """The thing that was acted upon, if it has a page of its own."""
        return str(self.details.get("subject", "")) if self.spec.place else ""

    @property
    def alike(self) -> tuple[str, bool, str]:
        """Looks for which this is the same are told in one line."""
        words = self.spec.told or self.spec.meaning
        return words, self.is_tried, self.subject + str(self.details.get("person", ""))


@dataclass(frozen=True, slots=True)
class Line:
    """The same thing, done once or more often by one person on one day."""

    looks: Sequence[Look]

    @property
    def spec(self) -> EventSpec:
        """What was done."""
        return self.looks[0].spec

    @property
    def first_at(self) -> datetime:
        """When the first look began."""
        return self.looks[0].at

    @property
    def last_at(self) -> datetime:
        """When the last look ended."""
        return max(look.until for look in self.looks)

    @property
    def newest(self) -> UUID:
        """The newest entry of them all: what a question is asked about."""
        return max(max(look.entries) for look in self.looks)

    @property
    def span(self) -> tuple[int, int] | None:
        """From which message to which, where that is known and there were any."""
        firsts = [int(look.details.get("first", 0)) for look in self.looks]
        lasts = [int(look.details.get("last", 0)) for look in self.looks]
        first, last = min((n for n in firsts if n), default=0), max(lasts)
        return (first, last) if 0 < first <= last else None


def looks_of(entries: Sequence[OpenEntry], words: Vocabulary, now: datetime) -> list[Look]:
    """The looks that these entries (newest first) are made of, in the order in which they began."""
    looks: list[Look] = []
    opened: dict[tuple[object, ...], list[Look]] = {}
    begun = {spec.ends for spec in words.values() if spec.ends}
    for entry in reversed(entries):
        spec = words.get(entry.row.event) or EventSpec(entry.row.event, entry.row.event)
        ended = opened.get(_thread_of(entry, spec.ends)) if spec.ends else None
        if ended:
            _end(ended.pop(0), entry)
            continue
        look = _look(entry, spec, is_open=spec.event in begun and now - entry.row.at < STILL_OPEN)
        if spec.event in begun:
            opened.setdefault(_thread_of(entry, spec.event), []).append(look)
        looks.append(look)
    return _joined(looks)


def lines_of_looks(looks: Iterable[Look]) -> list[Line]:
    """The looks of one person, those that are alike in one line; the newest line first."""
    alike: dict[tuple[str, bool, str], list[Look]] = {}
    for look in looks:
        alike.setdefault(look.alike, []).append(look)
    return sorted((Line(each) for each in alike.values()), key=lambda line: line.newest)[::-1]


def _look(entry: OpenEntry, spec: EventSpec, *, is_open: bool) -> Look:
    return Look(
        spec=spec,
        first=entry,
        at=entry.row.at,
        until=entry.row.at,
        is_tried=entry.row.outcome == Outcome.REFUSED,
        is_open=is_open,
        details=dict(entry.details),
        entries=[entry.row.id],
    )


def _thread_of(entry: OpenEntry, event: str) -> tuple[object, ...]:
    """What an end has in common with its beginning."""
    details = entry.details
    return event, entry.row.actor, details.get("session"), entry.row.subject


def _end(look: Look, entry: OpenEntry) -> None:
    look.until, look.is_open = entry.row.at, False
    look.entries.append(entry.row.id)
    look.details |= {name: value for name, value in entry.details.items() if name == "last"}


def _joined(looks: list[Look]) -> list[Look]:
    """What began within a minute of the same look of the same person belongs to it."""
    kept: list[Look] = []
    last: dict[tuple[object, ...], Look] = {}
    for look in looks:
        key = (look.first.row.actor, look.first.row.subject, look.alike)
        before = last.get(key)
        if before is None or look.is_tried or not _reads(look) or look.at - before.at > ONE_LOOK:
            kept.append(look)
            last[key] = look
            continue
        before.until = max(before.until, look.until)
        before.is_open = before.is_open or look.is_open
        before.entries += look.entries
        before.details["last"] = max(_number(before, "last"), _number(look, "last"))
        before.details["first"] = _number(before, "first") or _number(look, "first")
    return kept


def _reads(look: Look) -> bool:
    """True for a look at numbered things, which a page and its live view make in two entries."""
    return "first" in look.details


def _number(look: Look, name: str) -> int:
    return int(look.details.get(name, 0))
