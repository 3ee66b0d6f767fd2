"""The clinic's day: who is here, who comes, what is free. Times are the clinic's."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from patients.readings import names_under
from portal.accounts.selectors import names_of
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound
from scheduling import policy, selectors
from scheduling.models import Appointment, Hours, State, TimeException
from scheduling.readings.kinds import mode_words
from scheduling.readings.lines import ICONS, note_read
from scheduling.readings.times import clinic_zone, clock_words

SHORTEST = timedelta(minutes=5)
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, repr=False)
class SheetRow:
    """One stretch of somebody's day: a visit, a hold, an absence, or free."""

    kind: str
    starts_at: datetime
    ends_at: datetime
    words: str
    id: UUID | None = None
    patient_name: str = ""
    icon: str = ""

    @property
    def starts(self) -> str:
        """When it begins, at the clinic."""
        return clock_words(self.starts_at.astimezone(clinic_zone()))

    @property
    def ends(self) -> str:
        """When it is over, at the clinic."""
        return clock_words(self.ends_at.astimezone(clinic_zone()))

    @property
    def is_now(self) -> bool:
        """True while it lasts."""
        return self.starts_at <= clock.now() < self.ends_at


@dataclass(frozen=True, slots=True, repr=False)
class Column:
    """The day of one clinician."""

    clinician_id: UUID
    name: str
    rows: list[SheetRow]
    summary: str


@dataclass(frozen=True, slots=True, repr=False)
class DayPage:
    """The day of the clinic, or of one clinician."""

    day: date
    columns: list[Column]
    may_see_all: bool
    whose: str
    may_book: bool
    may_define_types: bool


def day(actor: Actor, asked: date, whose: str = "") -> DayPage:
    """Who comes on this day, and to whom. A clinician's own day, unless all are asked for.

    Refuses: NotFound.
    Records: APPOINTMENTS_READ.
    """
    if not policy.sees_calendars(actor):
        raise NotFound
    arranges = policy.arranges(actor)
    mine = actor.has_role("clinician") and (whose == "mine" or not arranges)
    span = _span(asked)
    rows = _appointments(actor, asked, only=actor.id if mine else None)
    people = [actor.id] if mine else _people(asked, span, rows)
    return DayPage(
        day=asked,
        columns=_columns(actor, asked, people, rows),
        may_see_all=arranges and actor.has_role("clinician"),
        whose="mine" if mine else "all",
        may_book=policy.bookable_patients(actor).exists(),
        may_define_types=policy.arranges(actor),
    )


def _span(day: date) -> Span:
    zone = clinic_zone()
    return (
        datetime.combine(day, time(), zone),
        datetime.combine(day + timedelta(days=1), time(), zone),
    )


def _appointments(actor: Actor, day: date, *, only: UUID | None) -> list[Appointment]:
    return [*selectors.day_of(actor, day, [only] if only else None)]


def _people(day: date, span: Span, rows: Iterable[Appointment]) -> list[UUID]:
    """Everybody with hours, an opening or a visit on this day."""
    keeping = [hours.person_id for hours in _hours(day)]
    extra = TimeException.objects.filter(
        kind="opening", starts_at__lt=span[1], ends_at__gt=span[0]
    ).values_list("person", flat=True)
    return [*dict.fromkeys([*keeping, *extra, *(row.clinician_id for row in rows)])]


def _hours(day: date) -> list[Hours]:
    valid = Q(valid_to=None) | Q(valid_to__gte=day)
    return [*Hours.objects.filter(valid, weekday=day.weekday(), valid_from__lte=day)]


def _columns(
    actor: Actor, day: date, people: Sequence[UUID], rows: Sequence[Appointment]
) -> list[Column]:
    called, names = names_under(note_read(actor, rows)), names_of(people)
    span = _span(day)
    exceptions = [
        *TimeException.objects.filter(
            Q(person__in=people) | Q(person=None), starts_at__lt=span[1], ends_at__gt=span[0]
        )
    ]
    hours = _hours(day)
    columns = [
        _column(each, names.get(each, ""), day, rows, exceptions, hours, called) for each in people
    ]
    return sorted(columns, key=lambda column: column.name.casefold())


def _column(
    person: UUID,
    name: str,
    day: date,
    rows: Iterable[Appointment],
    exceptions: Iterable[TimeException],
    hours: Iterable[Hours],
    called: dict[UUID, str],
) -> Column:
    theirs = [_visit_row(row, called) for row in rows if row.clinician_id == person]
    away = [e for e in exceptions if e.kind == "absence" and e.person_id in {person, None}]
    open_ = [_window(each, day) for each in hours if each.person_id == person]
    open_ += [
        (e.starts_at, e.ends_at)
        for e in exceptions
        if e.kind == "opening" and e.person_id == person
    ]
    span = _span(day)
    absences = [_absence_row(each, span) for each in away]
    taken = [(row.starts_at, row.ends_at) for row in (*theirs, *absences)]
    free = [SheetRow("free", *gap, words=_("Free")) for gap in without(open_, taken)]
    n = sum(1 for row in theirs if row.kind == "visit")
    every = sorted([*theirs, *absences, *free], key=lambda row: (row.starts_at, row.ends_at))
    summary = ngettext("%(n)d visit", "%(n)d visits", n) % {"n": n}
    return Column(person, name, every, summary)


def _visit_row(row: Appointment, called: dict[UUID, str]) -> SheetRow:
    kind = "visit" if row.state == State.BOOKED else "hold"
    words = f"{row.visit_type.name} · {mode_words(row.mode)}"
    if kind == "hold" and row.held_until:
        until = clock_words(row.held_until.astimezone(clinic_zone()))
        words = _("Being booked, kept until %(time)s") % {"time": until}
    name = called.get(row.patient_id, "")
    return SheetRow(kind, row.starts_at, row.ends_at, words, row.pk, name, ICONS[row.mode])


def _absence_row(row: TimeException, span: Span) -> SheetRow:
    words = _("Clinic closed") if row.person_id is None else _("Away")
    return SheetRow("absence", max(row.starts_at, span[0]), min(row.ends_at, span[1]), words)


def _window(hours: Hours, day: date) -> Span:
    """The instants of a window in wall time. One that falls into a gap begins after it."""
    zone, midnight = ZoneInfo(hours.zone), datetime.combine(day, time())
    opens = (midnight + timedelta(minutes=hours.opens_minute)).replace(tzinfo=zone)
    closes = (midnight + timedelta(minutes=hours.closes_minute)).replace(tzinfo=zone)
    return opens, closes


def without(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """What is left of these spans, joined and in order, without what is too short to use."""
    left = joined((begins.astimezone(UTC), ends.astimezone(UTC)) for begins, ends in spans)
    for begins, ends in taken:
        left = [
            piece
            for low, high in left
            for piece in ((low, min(high, begins)), (max(low, ends), high))
            if piece[1] - piece[0] >= SHORTEST
        ]
    return left


def joined(spans: Iterable[Span]) -> list[Span]:
    """The same stretches of time, in order, none of which touches another."""
    found: list[Span] = []
    for begins, ends in sorted(spans):
        if found and begins <= found[-1][1]:
            found[-1] = found[-1][0], max(ends, found[-1][1])
        else:
            found.append((begins, ends))
    return found
