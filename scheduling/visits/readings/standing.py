"""How a visit stands for one reader: the same on the page and over the socket."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from patients.readings import names_under
from portal.accounts.selectors import names_of
from portal.kernel import clock
from portal.kernel.actor import Actor
from scheduling.visits import selectors
from scheduling.visits.readings.relays import ice_servers
from scheduling.visits.readings.seals import Seals
from scheduling.visits.selectors import Seen
from scheduling.visits.states import OPENS_BEFORE, OVER, TALKING, Ending, Hold, Side, State


@dataclass(frozen=True, slots=True, repr=False)
class NoteLine:
    """What the clinic told whoever waits."""

    code: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True, repr=False)
class Peer:
    """Whoever sits opposite."""

    name: str
    role: str
    seat: str
    here: bool
    why: str = ""
    """no-right or signed-out, if they are gone because they may not be there any more."""


@dataclass(frozen=True, slots=True)
class Ended:
    """Why and when it was over."""

    why: str
    at: datetime


@dataclass(frozen=True, slots=True, repr=False)
class Confirmed:
    """The opening answers."""

    at: datetime
    name: bool = False
    birth: bool = False
    place: str = ""
    phone: str = ""
    others: str = ""
    safe: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Standing:
    """A visit as one reader sees it now."""

    sequence: int
    state: str
    role: str
    seat: str
    opens_at: datetime
    starts_at: datetime
    ends_at: datetime
    clinician_name: str
    patient_name: str
    waiting_since: datetime | None
    admitted_at: datetime | None
    live_at: datetime | None
    note: NoteLine | None
    peer: Peer | None
    epoch: int
    polite: bool
    ice_servers: list[dict[str, Any]] | None
    ended: Ended | None
    confirmed: Confirmed | None

    def as_item(self) -> dict[str, Any]:
        """The same as the socket carries it."""
        item: dict[str, Any] = {"kind": "state"} | _stamped(asdict(self))
        item["clinician"] = {"name": item.pop("clinician_name")}
        patient = item.pop("patient_name")
        item["patient"] = {"name": patient} if patient else None
        if self.ice_servers is None:
            del item["ice_servers"]
        return item


class Names:
    """What people around one visit are called, looked up once."""

    def __init__(self, patient_id: UUID) -> None:
        self._patient_id = patient_id
        self._people: dict[UUID, str] = {}
        self._patient: str | None = None

    def person(self, person_id: UUID) -> str:
        """The name of somebody with a sign-in."""
        if person_id not in self._people:
            self._people |= names_of([person_id])
        return self._people.get(person_id, "")

    def patient(self) -> str:
        """The patient's name, for a reader whose entry names the patient already."""
        if self._patient is None:
            self._patient = names_under([self._patient_id]).get(self._patient_id, "")
        return self._patient


def standing(actor: Actor, seen: Seen, names: Names) -> Standing:
    """How the visit stands for the actor. The caller has left the entry."""
    visit, room, appointment = seen.visit, seen.room, seen.appointment
    is_clinic = seen.side is Side.CLINIC
    seat = _own_seat(actor, seen)
    shows_relays = visit is not None and seat == "mine" and room.state in TALKING
    seals = Seals(appointment.patient_id, visit) if visit else None
    return Standing(
        sequence=visit.state_sequence if visit else 1,
        state=room.state.value,
        role=seen.role,
        seat=seat,
        opens_at=appointment.starts_at - OPENS_BEFORE,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        clinician_name=names.person(appointment.clinician_id),
        patient_name=names.patient() if is_clinic else "",
        waiting_since=visit.waiting_since if visit else None,
        admitted_at=visit.admitted_at if visit else None,
        live_at=visit.live_at if visit else None,
        note=_note(seen, seals) if seals else None,
        peer=_peer(seen, names),
        epoch=room.epoch,
        polite=not is_clinic,
        ice_servers=ice_servers(visit.pk, actor.id, seen.now) if visit and shows_relays else None,
        ended=_ended(seen),
        confirmed=_confirmed(seen, seals) if seals and is_clinic else None,
    )


def _own_seat(actor: Actor, seen: Seen) -> str:
    """none (also for one's own that waits for one to come back), mine, elsewhere, gone."""
    seat = seen.room.seats[seen.side]
    if seat.sitter is None:
        return "none"
    if seat.hold is Hold.GONE:
        return "gone" if seat.sitter.person == actor.id else "none"
    if seat.sitter.person != actor.id:
        return "elsewhere"
    if seat.sitter.socket == actor.request:
        return "mine"
    return "none" if seat.hold is Hold.AWAY else "elsewhere"


def _peer(seen: Seen, names: Names) -> Peer | None:
    seat = seen.room.seats[seen.side.other]
    if seat.sitter is None:
        return None
    # Whoever acts for the patient, or treats them, is called by their own name.
    is_patient = seat.sitter.role == "patient"
    name = names.patient() if is_patient else names.person(seat.sitter.person)
    why = _why_gone(seen, seat.sitter.person) if seat.hold is Hold.GONE else ""
    return Peer(name, seat.sitter.role, seat.hold.value, seat.is_held, why)


def _why_gone(seen: Seen, person_id: UUID) -> str:
    rows = selectors.attendance_of(seen.visit.pk) if seen.visit else []
    parted = next((row.parted for row in reversed(rows) if row.person_id == person_id), "")
    return parted if parted in {"no-right", "signed-out"} else ""


def _note(seen: Seen, seals: Seals) -> NoteLine | None:
    visit = seen.visit
    if visit is None or not visit.note_code or visit.note_at is None:
        return None
    return NoteLine(visit.note_code, seals.note(), visit.note_at)


def _ended(seen: Seen) -> Ended | None:
    if seen.room.state not in OVER:
        return None
    visit = seen.visit
    if visit is not None and visit.over_at is not None:
        return Ended(visit.ending, visit.over_at)
    at = getattr(seen.appointment, "ended_at", None) or seen.appointment.starts_at
    return Ended(Ending.CANCELLED.value, at)


def _confirmed(seen: Seen, seals: Seals) -> Confirmed | None:
    if seen.visit is None or seen.room.state is State.PLANNED:
        return None
    row = selectors.newest_confirmation(seen.visit.pk)
    return Confirmed(row.at, **seals.answers(row)) if row else None


def _stamped(value: Any) -> Any:
    """The same with each instant as text."""
    if isinstance(value, datetime):
        return clock.stamp(value)
    if isinstance(value, dict):
        return {key: _stamped(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_stamped(inner) for inner in value]
    return value
