"""Scenes of the calendar, built by calling actions as their actors."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from portal.kernel import clock, door
from portal.kernel.ids import new_id
from scheduling import actions, selectors
from scheduling.models import Appointment, VisitType
from scheduling.slots import Slot
from tests.cast import Someone
from tests.world import World

WORKDAYS = tuple(range(7))
MORNING, AFTERNOON = (540, 720), (780, 1020)
"""Nine to twelve, and one to five."""


@dataclass
class Times:
    """What happens to the time of the cast: hours, kinds of visits, appointments."""

    world: World

    def hours(
        self,
        of: Someone | None = None,
        *windows: tuple[int, int],
        days: Sequence[int] = WORKDAYS,
        zone: str = "",
        valid_from: date | None = None,
        valid_to: date | None = None,
        by: Someone | None = None,
    ) -> UUID:
        """The hours of Dr Cara, if nobody else is named: every day, nine to twelve, one to five."""
        person = of or self.world.cast.cara
        kept = [(day, *each) for day in days for each in windows or (MORNING, AFTERNOON)]
        door.run(
            actions.set_hours,
            (by or self.world.cast.sam).actor,
            person.id,
            kept,
            valid_from=valid_from or clock.now().date() - timedelta(days=7),
            valid_to=valid_to,
            zone=zone,
            command_id=new_id(),
        )
        return person.id

    def kind(self, *clinicians: Someone, name: str = "Video visit", **rules: Any) -> VisitType:
        """A kind of visit of half an hour that patients may book, offered by Dr Cara."""
        sam = self.world.cast.sam.actor
        given = {
            "minutes": 30,
            "by_video": True,
            "bookable_by_patients": True,
            "notice_minutes": 0,
            "cutoff_minutes": 60,
        } | rules
        kind = door.run(actions.define_visit_type, sam, name=name, command_id=new_id(), **given)
        for someone in clinicians or (self.world.cast.cara,):
            door.run(actions.offer_type, sam, someone.id, kind.pk, command_id=new_id())
        return kind

    def open(self, **rules: Any) -> VisitType:
        """Dr Cara has hours, and offers a kind of visit."""
        self.hours()
        return self.kind(**rules)

    def slots(
        self,
        kind: VisitType,
        by: Someone | None = None,
        *,
        patient: UUID | None = None,
        first: date | None = None,
        days: int = 7,
        **more: Any,
    ) -> list[Slot]:
        """What Ada, if nobody else is named, can have in a week from tomorrow on."""
        return selectors.find_slots(
            (by or self.world.cast.ada).actor,
            patient or self.world.cast.ada_record,
            kind.pk,
            mode=more.pop("mode", kind.modes[0]),
            first=first or tomorrow(),
            days=days,
            **more,
        )

    def hold(
        self,
        kind: VisitType,
        starts_at: datetime | None = None,
        by: Someone | None = None,
        *,
        patient: UUID | None = None,
        clinician: Someone | None = None,
        command: UUID | None = None,
        mode: str = "",
        zone: str = "Europe/Berlin",
    ) -> Appointment:
        """A time is held: the first that is offered, if none is named, by Ada."""
        person = by or self.world.cast.ada
        if starts_at is None:
            starts_at = self.slots(kind, by, patient=patient)[0].starts_at
        return door.run(
            actions.hold,
            person.actor,
            patient or self.world.cast.ada_record,
            kind.pk,
            (clinician or self.world.cast.cara).id,
            starts_at,
            mode or kind.modes[0],
            patient_zone=zone,
            command_id=command or new_id(),
        )

    def book(
        self,
        kind: VisitType,
        starts_at: datetime | None = None,
        by: Someone | None = None,
        *,
        reason: str = "",
        **given: Any,
    ) -> Appointment:
        """The same, and booked."""
        held = self.hold(kind, starts_at, by, **given)
        return self.do(actions.book, held, by, reason=reason)

    def move(
        self, row: Appointment, starts_at: datetime, by: Someone | None = None, **more: Any
    ) -> Appointment:
        """The appointment is moved, by Ada if nobody else is named."""
        return self.do(actions.move, row, by, starts_at, **more)

    def cancel(
        self, row: Appointment, by: Someone | None = None, *, why: str = "not-needed"
    ) -> Appointment:
        """The appointment is cancelled, by Ada if nobody else is named."""
        return self.do(actions.cancel, row, by, why=why)

    def do(
        self, action: Any, row: Appointment, by: Someone | None = None, *given: Any, **more: Any
    ) -> Appointment:
        """The action is carried out on the appointment, by Ada if nobody else is named."""
        more.setdefault("command_id", new_id())
        actor = (by or self.world.cast.ada).actor
        done: Appointment = door.run(action, actor, row.pk, *given, **more)
        return done


def tomorrow() -> date:
    """Tomorrow at the clinic."""
    return clock.now().astimezone(ZoneInfo(settings.TIME_ZONE)).date() + timedelta(days=1)


def at(hour: int, minute: int = 0, *, day: date | None = None, zone: str = "") -> datetime:
    """The instant at which the clinic's wall shows this, tomorrow if no day is named."""
    there = ZoneInfo(zone or settings.TIME_ZONE)
    wall = datetime.combine(day or tomorrow(), time(hour, minute), tzinfo=there)
    return wall.astimezone(UTC)
