"""Times to choose from: good ones first, then a month day by day, on the reader's clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from patients.selectors import careteam_of
from portal.accounts.selectors import names_of
from portal.kernel.actor import Actor
from scheduling import selectors
from scheduling.models import Appointment, State, VisitType
from scheduling.readings.times import Shown, day_words, shown, today_in
from scheduling.slots import Slot

DAYS = 31
GOOD = 3
LATE_HOUR = 16
PARTS = ((0, 12), (12, 17), (17, 24))


@dataclass(frozen=True, slots=True)
class Asked:
    """What times are looked for, and how the page that shows them is addressed."""

    patient_id: UUID
    visit_type: VisitType
    mode: str
    base: str
    query: tuple[tuple[str, str], ...] = ()
    clinician_id: UUID | None = None
    day: date | None = None
    moving: UUID | None = None
    """The appointment that is to be moved: its own time is no obstacle."""
    now_at: datetime | None = None
    wanted: datetime | None = None
    """The time that somebody else was faster at."""

    def address(self, **more: str) -> str:
        """The page, with these asked for on top."""
        return f"{self.base}?{urlencode([*self.query, *more.items()])}"


@dataclass(frozen=True, slots=True)
class SlotLine:
    """One time to press."""

    value: str
    when: Shown
    clinician: str
    clinician_id: UUID


@dataclass(frozen=True, slots=True)
class Group:
    """Times under a word."""

    words: str
    slots: list[SlotLine]


@dataclass(frozen=True, slots=True)
class DayCell:
    """One day of the month, with how many times it has."""

    number: int
    month: str
    words: str
    n: int
    href: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Choosable:
    """A clinician who can be asked for."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class PickerPage:
    """All times that a page offers."""

    good: list[Group]
    weeks: list[list[DayCell | None]]
    week_names: list[dict[str, str]]
    chosen_words: str
    parts: list[Group]
    clinicians: list[Choosable]
    chosen_clinician: UUID | None
    several_clinicians: bool
    here: str


def times(actor: Actor, asked: Asked, zone: str) -> PickerPage:
    """The times that the patient can have, for a month from today."""
    found = _slots(actor, asked)
    known = _known(asked.patient_id, {slot.clinician_id for slot in found})
    names = names_of(slot.clinician_id for slot in found)
    chosen = [s for s in found if asked.clinician_id in {None, s.clinician_id}]
    lines = [_line(slot, names, zone) for slot in _one_each(chosen, known)]
    days = _by_day(lines)
    day = asked.day if asked.day in days else next(iter(days), None)
    everybody = sorted(names.items(), key=lambda each: (each[0] not in known, each[1].casefold()))
    return PickerPage(
        good=_good(lines, known, asked),
        weeks=_weeks(days, day, asked, zone) if days else [],
        week_names=_week_names(),
        chosen_words=day_words(day, zone) if day else "",
        parts=_parts(days[day], zone) if day else [],
        clinicians=[Choosable(*each) for each in everybody],
        chosen_clinician=asked.clinician_id,
        several_clinicians=len(names) > 1 and asked.clinician_id is None,
        here=asked.address(),
    )


def _slots(actor: Actor, asked: Asked) -> list[Slot]:
    today = today_in(settings.TIME_ZONE)
    found = selectors.find_slots(
        actor,
        asked.patient_id,
        asked.visit_type.pk,
        mode=asked.mode,
        first=today,
        days=DAYS,
        apart_from=asked.moving,
    )
    return [slot for slot in found if slot.starts_at != asked.now_at]


def _known(patient_id: UUID, among: set[UUID]) -> list[UUID]:
    """Clinicians whom the patient knows: of the last visits, then of the care team."""
    rows = Appointment.objects.filter(patient=patient_id, state=State.BOOKED)
    seen = rows.order_by("-starts_at").values_list("clinician", flat=True)[:10]
    team = [member.person_id for member in careteam_of(patient_id)]
    return [each for each in dict.fromkeys([*seen, *team]) if each in among]


def _one_each(found: Iterable[Slot], known: Sequence[UUID]) -> list[Slot]:
    """One slot for each time: with somebody known, if one of them is free then."""
    rank = {who: n for n, who in enumerate(known)}
    best: dict[datetime, Slot] = {}
    for slot in found:
        old = best.get(slot.starts_at)
        if old is None or rank.get(slot.clinician_id, 99) < rank.get(old.clinician_id, 99):
            best[slot.starts_at] = slot
    return [*best.values()]


def _line(slot: Slot, names: dict[UUID, str], zone: str) -> SlotLine:
    return SlotLine(
        value=f"{slot.clinician_id.hex}.{int(slot.starts_at.timestamp())}",
        when=shown(slot.starts_at, zone),
        clinician=names.get(slot.clinician_id, ""),
        clinician_id=slot.clinician_id,
    )


def _good(lines: list[SlotLine], known: Sequence[UUID], asked: Asked) -> list[Group]:
    """A few times that most people would take. No time stands in two groups."""
    left, groups = lines, []
    wanted = asked.wanted
    if wanted is not None:
        near = sorted(left, key=lambda line: abs(line.when.at - wanted))[:GOOD]
        groups.append(Group(_("Close to the time you wanted"), sorted(near, key=_start)))
        left = [line for line in left if line not in near]
    groups.append(Group(_("Soonest"), left[:GOOD]))
    left = left[GOOD:]
    if known and asked.clinician_id is None:
        mine = [line for line in left if line.clinician_id == known[0]][:GOOD]
        if len({line.clinician_id for line in lines}) > 1:
            words = _("With %(name)s, whom you know") % {"name": mine[0].clinician if mine else ""}
            groups.append(Group(words, mine))
            left = [line for line in left if line not in mine]
    late = [line for line in left if _hour(line) >= LATE_HOUR][:GOOD]
    groups.append(Group(_("After school or work"), late))
    return [group for group in groups if group.slots]


def _start(line: SlotLine) -> datetime:
    return line.when.at


def _hour(line: SlotLine) -> int:
    return int(line.when.time[:2])


def _by_day(lines: Iterable[SlotLine]) -> dict[date, list[SlotLine]]:
    days: dict[date, list[SlotLine]] = {}
    for line in lines:
        days.setdefault(line.when.date, []).append(line)
    return days


def _parts(lines: list[SlotLine], zone: str) -> list[Group]:
    words = (_("Morning"), _("Afternoon"), _("Evening"))
    groups = [
        Group(word, [line for line in lines if begins <= _hour(line) < ends])
        for word, (begins, ends) in zip(words, PARTS, strict=True)
    ]
    return [group for group in groups if group.slots]


def _weeks(
    days: dict[date, list[SlotLine]], chosen: date | None, asked: Asked, zone: str
) -> list[list[DayCell | None]]:
    """Whole weeks from Monday on; a day before today is nothing."""
    today, last = today_in(zone), max(days)
    first = today - timedelta(days=today.weekday())
    n_weeks = (last - first).days // 7 + 1
    return [
        [_cell(first + timedelta(days=7 * week + n), today, days, chosen, asked) for n in range(7)]
        for week in range(n_weeks)
    ]


def _cell(
    day: date, today: date, days: dict[date, list[SlotLine]], chosen: date | None, asked: Asked
) -> DayCell | None:
    if day < today:
        return None
    more = {"with": str(asked.clinician_id)} if asked.clinician_id else {}
    return DayCell(
        number=day.day,
        month=date_format(day, "M"),
        words=date_format(day, "l j F"),
        n=len(days.get(day, ())),
        href=asked.address(day=day.isoformat(), **more),
        is_chosen=day == chosen,
    )


def _week_names() -> list[dict[str, str]]:
    return [{"short": str(WEEKDAYS_ABBR[n]), "long": str(WEEKDAYS[n])} for n in range(7)]
