"""The scene of the demo clinic: hours, kinds of visits, an absence, and visits this week.

It is furnished once; visits to come are booked anew on a later start, once the old ones are past.
"""

import logging
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from patients.ports import DemoClinic
from patients.selectors import clinic_day
from portal.accounts.policy import grants_in_force
from portal.kernel import clock, door
from portal.kernel.actor import Actor, person_actor
from portal.kernel.errors import Refusal
from portal.kernel.ids import new_id
from scheduling import actions, selectors
from scheduling.models import Appointment, State, VisitType
from scheduling.slots import wall_of

log = logging.getLogger("portal.scheduling")
DESK = "becker"
BEFORE = timedelta(days=10)
"""How long ago the visit was made that is past by now."""
MORNING, AFTERNOON, LATE = (510, 720), (780, 1020), (960, 1140)
WORKDAYS = range(5)
WEEKS: dict[str, tuple[tuple[int, int, int], ...]] = {
    "okafor": (*((day, *MORNING) for day in WORKDAYS), *((day, *AFTERNOON) for day in (0, 1, 3))),
    "lindqvist": (*((day, *MORNING) for day in (0, 2, 4)), *((day, *LATE) for day in (1, 3))),
    "demir": tuple((day, 480, 840) for day in WORKDAYS),
}
KINDS: tuple[tuple[dict[str, Any], tuple[str, ...]], ...] = (
    (
        {
            "name": "Video visit",
            "minutes": 20,
            "after_minutes": 5,
            "step_minutes": 10,
            "by_video": True,
            "bookable_by_patients": True,
            "notice_minutes": 60,
            "cutoff_minutes": 240,
        },
        ("okafor", "lindqvist"),
    ),
    (
        {
            "name": "Phone call",
            "minutes": 10,
            "step_minutes": 10,
            "by_phone": True,
            "bookable_by_patients": True,
            "notice_minutes": 60,
            "cutoff_minutes": 60,
        },
        ("okafor", "lindqvist", "demir"),
    ),
    (
        {
            "name": "Check-up at the clinic",
            "minutes": 30,
            "after_minutes": 5,
            "in_person": True,
            "bookable_by_patients": True,
            "notice_minutes": 24 * 60,
        },
        ("okafor", "lindqvist"),
    ),
    (
        {"name": "Blood test", "minutes": 15, "before_minutes": 5, "in_person": True},
        ("demir",),
    ),
)


@dataclass(frozen=True, slots=True)
class Planned:
    """One visit of the demo: who, with whom, what, in how many days, and not before which hour."""

    patient: str
    clinician: str
    kind: str
    days: int
    hour: int


PAST = (Planned("ada", "okafor", "Check-up at the clinic", 3, 9),)
TO_COME = (
    Planned("ada", "okafor", "Video visit", 2, 9),
    Planned("leo", "lindqvist", "Check-up at the clinic", 4, 9),
    Planned("imani", "okafor", "Phone call", 1, 10),
    Planned("walter", "okafor", "Check-up at the clinic", 3, 11),
    Planned("mila", "lindqvist", "Video visit", 1, 16),
    Planned("imani", "demir", "Blood test", 5, 8),
    Planned("walter", "demir", "Blood test", 0, 8),
)


def play(clinic: DemoClinic) -> None:
    """The demo's calendar is furnished. What is there already is left alone."""
    if not {DESK, *WEEKS} <= clinic.people.keys():
        return
    desk = _acting(clinic.people[DESK])
    kinds = _kinds()
    if not kinds:
        with clock.moved(by=-BEFORE):
            kinds = _furnished(desk, clinic)
            _visits(desk, clinic, kinds, PAST)
        _absences(desk, clinic)
    _visits(desk, clinic, kinds, TO_COME)


def _kinds() -> dict[str, VisitType]:
    names = [rules["name"] for rules, _who in KINDS]
    return {kind.name: kind for kind in VisitType.objects.filter(name__in=names)}


def _furnished(desk: Actor, clinic: DemoClinic) -> dict[str, VisitType]:
    """Hours and kinds of visits."""
    since = clinic_day(clock.now()) - timedelta(days=20)
    for key, week in WEEKS.items():
        door.run(
            actions.set_hours,
            desk,
            clinic.people[key],
            week,
            valid_from=since,
            command_id=new_id(),
        )
    for rules, who in KINDS:
        kind = door.run(actions.define_visit_type, desk, command_id=new_id(), **rules)
        for key in who:
            door.run(actions.offer_type, desk, clinic.people[key], kind.pk, command_id=new_id())
    return _kinds()


def _absences(desk: Actor, clinic: DemoClinic) -> None:
    """Dr Lindqvist is away in the week after next; at the turn of the year the clinic is shut."""
    today = clinic_day(clock.now())
    monday = today + timedelta(days=14 - today.weekday())
    away = _midnight(monday), _midnight(monday + timedelta(days=5))
    who = clinic.people["lindqvist"]
    door.run(actions.add_absence, desk, who, *away, occasion="leave", command_id=new_id())
    shut = _midnight(date(today.year, 12, 24)), _midnight(date(today.year + 1, 1, 2))
    door.run(actions.add_absence, desk, None, *shut, occasion="holiday", command_id=new_id())


def _visits(
    desk: Actor, clinic: DemoClinic, kinds: dict[str, VisitType], planned: tuple[Planned, ...]
) -> None:
    for each in planned:
        kind, who = kinds.get(each.kind), clinic.people[each.clinician]
        patient = clinic.patients.get(each.patient)
        if kind is None or patient is None or _has_one(patient, who, kind):
            continue
        try:
            _book(desk, patient, kind, who, each)
        except Refusal as refusal:
            # Somebody used the demo: its hours are theirs now.
            log.info("the demo has one visit less: %s", refusal.code)


def _book(desk: Actor, patient: UUID, kind: VisitType, who: UUID, each: Planned) -> None:
    """The first time that is offered from that day and hour on."""
    first = clinic_day(clock.now()) + timedelta(days=each.days)
    found = selectors.find_slots(
        desk, patient, kind.pk, clinicians=[who], mode=kind.modes[0], first=first, days=10
    )
    wall = f"T{each.hour:02}:00"
    zone = selectors.clinic_zone()
    late = [s for s in found if wall_of(s.starts_at, zone)[10:] >= wall]
    if not late:
        return
    held = door.run(
        actions.hold,
        desk,
        patient,
        kind.pk,
        who,
        late[0].starts_at,
        kind.modes[0],
        patient_zone=zone,
        command_id=new_id(),
    )
    door.run(actions.book, desk, held.pk, command_id=new_id())


def _has_one(patient: UUID, who: UUID, kind: VisitType) -> bool:
    rows = Appointment.objects.filter(state=State.BOOKED, starts_at__gt=clock.now())
    return rows.filter(patient=patient, clinician=who, visit_type=kind).exists()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min)


def _acting(person_id: UUID) -> Actor:
    """This person, in the roles of now."""
    roles = grants_in_force().filter(person=person_id).values_list("role", flat=True)
    return person_actor(person_id, frozenset(roles)).asking("", "command")
