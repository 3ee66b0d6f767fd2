"""The page of a visit, and what its topic carries."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from patients.readings import lines_under
from portal.audit import actions as audit
from portal.kernel.actor import Actor
from portal.kernel.plugs import Items
from scheduling.visits import selectors
from scheduling.visits.readings.seals import Seals
from scheduling.visits.readings.standing import Names, Standing, standing
from scheduling.visits.selectors import Seen
from scheduling.visits.selectors.frames import AT_ONCE
from scheduling.visits.states import OPENS_BEFORE, OVER, TALKING, Side, State
from scheduling.visits.vocabulary import Event


@dataclass(frozen=True, slots=True, repr=False)
class AttendanceLine:
    """Somebody who was in the visit, for one stretch of it."""

    name: str
    role: str
    from_at: datetime
    to_at: datetime | None


@dataclass(frozen=True, slots=True, repr=False)
class RoomPage:
    """All that the page of a visit shows."""

    appointment_id: UUID
    visit: Standing
    opens_at: datetime
    starts_at: datetime
    ends_at: datetime
    clinician_name: str
    patient_name: str
    born_on: date | None
    is_clinician: bool
    last_sequence: int
    topic: str
    may: dict[str, bool]
    attendance: list[AttendanceLine]


@dataclass(frozen=True, slots=True, repr=False)
class CheckPage:
    """What the page says that tries camera and microphone."""

    appointment_id: UUID
    opens_at: datetime
    starts_at: datetime
    clinician_name: str
    is_clinician: bool


def room_page(actor: Actor, appointment_id: UUID) -> RoomPage:
    """The visit as it stands for the actor.

    Refuses: NotFound.
    Records: VISIT_READ.
    """
    seen = selectors.fetch(actor, appointment_id)
    _record(actor, seen, Event.VISIT_READ)
    names = Names(seen.appointment.patient_id)
    view = standing(actor, seen, names)
    is_clinic = seen.side is Side.CLINIC
    patient_id = seen.appointment.patient_id
    line = lines_under([patient_id]).get(patient_id) if is_clinic else None
    return RoomPage(
        appointment_id=appointment_id,
        visit=view,
        opens_at=view.opens_at,
        starts_at=view.starts_at,
        ends_at=view.ends_at,
        clinician_name=view.clinician_name,
        patient_name=view.patient_name,
        born_on=line.born_on if line else None,
        is_clinician=is_clinic,
        last_sequence=0,
        topic=f"visit.{appointment_id.hex}",
        may=_may(seen),
        attendance=_attendance(seen, names) if seen.room.state in OVER else [],
    )


def check_page(actor: Actor, appointment_id: UUID) -> CheckPage:
    """For whom and when the devices are tried. Nothing of the record is shown.

    Refuses: NotFound.
    """
    seen = selectors.fetch(actor, appointment_id)
    appointment = seen.appointment
    names = Names(appointment.patient_id)
    return CheckPage(
        appointment_id,
        appointment.starts_at - OPENS_BEFORE,
        appointment.starts_at,
        names.person(appointment.clinician_id),
        seen.side is Side.CLINIC,
    )


class RoomView:
    """One reader's live view of one visit. One entry covers it from its first item on."""

    def __init__(self, actor: Actor, appointment_id: UUID) -> None:
        """Refuses: NotFound. Records: VISIT_FOLLOWED."""
        seen = selectors.fetch(actor, appointment_id)
        _record(actor, seen, Event.VISIT_FOLLOWED)
        self._appointment_id = appointment_id
        self._names = Names(seen.appointment.patient_id)

    def items(self, actor: Actor, after: int) -> Items:
        """The present state if it is news, and the frames for this reader's own seat.

        Refuses: NotFound.
        """
        seen = selectors.fetch(actor, self._appointment_id)
        told: list[dict[str, Any]] = []
        last = seen.visit.sequence if seen.visit else 1
        if (seen.visit.state_sequence if seen.visit else 1) > after:
            told.append(standing(actor, seen, self._names).as_item())
        rows = selectors.frames_for(seen, actor.request, after)
        if seen.visit is not None and rows:
            seals = Seals(seen.appointment.patient_id, seen.visit)
            for row in rows[:AT_ONCE]:
                signal = seals.frame(row)
                if signal is not None:
                    told.append(_frame_item(row, signal))
            last = rows[AT_ONCE - 1].sequence if len(rows) > AT_ONCE else rows[-1].sequence
            last = max(last, 0 if len(rows) > AT_ONCE else seen.visit.sequence)
        told.sort(key=lambda item: item["sequence"])
        return Items(told, max(last, after), more=len(rows) > AT_ONCE)


def _attendance(seen: Seen, names: Names) -> list[AttendanceLine]:
    """Who was there. A patient is called as the record says, everybody else by their own name."""
    rows = selectors.attendance_of(seen.visit.pk) if seen.visit else []
    return [
        AttendanceLine(
            names.patient() if row.role == "patient" else names.person(row.person_id),
            row.role,
            row.from_at,
            row.to_at,
        )
        for row in rows
    ]


def _frame_item(row: selectors.FrameRow, signal: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": "signal",
        "sequence": row.sequence,
        "epoch": row.epoch,
        "n": row.number,
        "signal": signal,
    }


def _record(actor: Actor, seen: Seen, event: Event) -> None:
    audit.record_alone(
        actor,
        event,
        patient=seen.appointment.patient_id,
        subject=seen.appointment.pk,
        on_behalf=seen.is_on_behalf,
    )


def _may(seen: Seen) -> dict[str, bool]:
    """Which forms the page offers."""
    state, is_clinic = seen.room.state, seen.side is Side.CLINIC
    is_open = seen.now >= seen.appointment.starts_at - OPENS_BEFORE
    return {
        "arrive": not is_clinic and state is State.PLANNED and is_open,
        "admit": is_clinic and state is State.WAITING,
        "decline": is_clinic and state is State.WAITING,
        "back": is_clinic and state in TALKING,
        "note": is_clinic and state in {State.PLANNED, State.WAITING},
        "join": state in TALKING or (not is_clinic and state is State.WAITING),
        "leave": not is_clinic and state in TALKING | {State.WAITING},
        "end": is_clinic and state in TALKING,
        "confirm": is_clinic and state in TALKING,
    }
