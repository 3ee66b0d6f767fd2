"""One visit as the actor may see it: its appointment, its rows, and the room that they make."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound
from scheduling.models import Appointment
from scheduling.visits import policy
from scheduling.visits.models import Attendance, Carried, Confirmation, Seat, Visit
from scheduling.visits.states import OVER, Room, Side, Sitter, State, hold_at
from scheduling.visits.states import Seat as PureSeat

Rule = Callable[[Actor], "QuerySet[Appointment]"]


@dataclass(slots=True)
class Seen:
    """A visit at one instant, and as what the actor is in it (empty for who only watches)."""

    appointment: Appointment
    visit: Visit | None
    seats: dict[Side, Seat]
    room: Room
    role: str
    now: datetime = field(default_factory=clock.now)

    @property
    def side(self) -> Side:
        """The side on which the actor sits."""
        return Side.CLINIC if self.role == "clinician" else Side.PATIENT

    @property
    def is_on_behalf(self) -> bool:
        """True if the actor is there for the patient."""
        return self.role == "proxy"


def fetch(actor: Actor, appointment_id: UUID, *, among: Rule = policy.attended_visits) -> Seen:
    """The visit, if the rule lets the actor reach it. Refuses NotFound."""
    appointment = _appointment(actor, appointment_id, among)
    return _seen(actor, appointment, Visit.objects.filter(appointment=appointment_id).first())


def lock(actor: Actor, appointment_id: UUID, *, among: Rule = policy.attended_visits) -> Seen:
    """The same with the visit's row locked, if there is one yet. Refuses NotFound."""
    appointment = _appointment(actor, appointment_id, among)
    locked = Visit.objects.select_for_update().filter(appointment=appointment_id).first()
    return _seen(actor, appointment, locked)


def lock_any(actor: Actor, appointment_id: UUID) -> Seen | None:
    """The visit with its row locked, whoever asks: for what time or a lost socket did to it."""
    appointment = Appointment.objects.select_related("patient").filter(pk=appointment_id).first()
    locked = Visit.objects.select_for_update().filter(appointment=appointment_id).first()
    return _seen(actor, appointment, locked) if appointment and locked else None


def seats_of_socket(socket: str) -> list[Seat]:
    """The seats that are held over this socket."""
    return list(Seat.objects.filter(socket=socket, is_left=False).select_related("visit"))


def find_carried(actor: Actor, command_id: UUID) -> Carried | None:
    """What this command of the actor did, if it was carried out."""
    return Carried.objects.filter(person_id=actor.id, command_id=command_id).first()


def attendance_of(visit_id: UUID) -> list[Attendance]:
    """Who was there, in order of coming."""
    return list(Attendance.objects.filter(visit=visit_id).order_by("from_at", "pk"))


def newest_confirmation(visit_id: UUID) -> Confirmation | None:
    """The answers to the opening questions that count."""
    return Confirmation.objects.filter(visit=visit_id).order_by("-at", "-id").first()


def room_of(
    appointment: Appointment, visit: Visit | None, seats: Iterable[Seat], now: datetime
) -> Room:
    """The room that these rows make at this instant."""
    state = State(visit.state) if visit else State.PLANNED
    if appointment.state == policy.CANCELLED and state not in OVER:
        return Room(State.CANCELLED, visit.epoch if visit else 0)
    if visit is not None and is_moved(appointment, visit):
        return Room(State.PLANNED, visit.epoch)
    held = {Side(seat.side): _pure(seat, now) for seat in seats}
    both = {side: held.get(side, PureSeat()) for side in Side}
    return Room(state, visit.epoch if visit else 0, both)


def is_moved(appointment: Appointment, visit: Visit) -> bool:
    """True if the appointment moved since: what came of it before counts no more."""
    return appointment.state == policy.BOOKED and visit.revision != appointment.revision


def _pure(seat: Seat, now: datetime) -> PureSeat:
    hold = hold_at(now, seen_at=seat.seen_at, lost_at=seat.lost_at, is_left=seat.is_left)
    return PureSeat(hold, Sitter(seat.person_id, seat.role, seat.device, seat.token, seat.socket))


def _seen(actor: Actor, appointment: Appointment, visit: Visit | None) -> Seen:
    rows = list(Seat.objects.filter(visit=visit)) if visit else []
    now = clock.now()
    room = room_of(appointment, visit, rows, now)
    by_side = {Side(row.side): row for row in rows}
    return Seen(appointment, visit, by_side, room, _role(actor, appointment), now)


def _role(actor: Actor, appointment: Appointment) -> str:
    """Being the patient comes first, holding the visit second; who else is let in acts for them.

    Whoever is no clinician any more holds no visit, and may still be there for the patient.
    """
    if appointment.patient.person_id == actor.id:
        return "patient"
    if appointment.clinician_id == actor.id and actor.has_role(*policy.HOSTING):
        return "clinician"
    attends = policy.arrivable_visits(actor).filter(pk=appointment.pk)
    return "proxy" if actor.is_person and attends.exists() else ""


def _appointment(actor: Actor, appointment_id: UUID, among: Rule) -> Appointment:
    found = among(actor).select_related("patient").filter(pk=appointment_id).first()
    if found is None:
        theirs = Appointment.objects.filter(pk=appointment_id).values_list("patient", flat=True)
        patient = theirs.first()
        subject = appointment_id if patient else None
        raise NotFound(kind="visit", subject=subject, patient=patient)
    return found
