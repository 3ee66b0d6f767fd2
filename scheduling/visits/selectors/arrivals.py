"""Who waits, and who is soon to come: for those who keep an eye on a waiting room."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from patients.policy import ARRANGING
from portal.kernel import clock
from portal.kernel.actor import Actor
from scheduling.visits import policy
from scheduling.visits.models import Seat, Visit
from scheduling.visits.selectors.visits import room_of
from scheduling.visits.states import OPENS_BEFORE, OVER, SITTING, Side, State

MOST = 100
PAST = timedelta(hours=8)
_ORDER = {State.WAITING: 0, State.ADMITTED: 1, State.LIVE: 1, State.PLANNED: 2}


@dataclass(frozen=True, slots=True)
class Arrival:
    """A visit that somebody waits for, is in, or is soon to come to."""

    appointment_id: UUID
    patient_id: UUID
    clinician_id: UUID
    state: str
    starts_at: datetime
    waiting_since: datetime | None
    is_here: bool
    note_code: str
    note_at: datetime | None
    is_mine: bool


def may_watch(actor: Actor) -> bool:
    """True for those who have a waiting room to keep an eye on."""
    return actor.is_person and actor.has_role(*policy.HOSTING, *ARRANGING)


def watches_all(actor: Actor) -> bool:
    """True for those who keep an eye on every waiting room."""
    return actor.has_role(*ARRANGING)


def n_waiting(actor: Actor) -> int:
    """How many people wait for the actor now."""
    if not may_watch(actor):
        return 0
    watched = policy.watched_visits(actor).filter(state=policy.BOOKED)
    return watched.filter(visit__state=State.WAITING.value).count()


def arrivals(actor: Actor, *, waiting_only: bool = False) -> list[Arrival]:
    """Visits under way or soon to begin: who waits longest comes first."""
    if not may_watch(actor):
        return []
    now = clock.now()
    under_way = Q(visit__state__in=[State.WAITING, State.ADMITTED, State.LIVE])
    planned = Q(visit=None) | Q(visit__state=State.PLANNED)
    soon = Q(starts_at__lte=now + OPENS_BEFORE, ends_at__gt=now, starts_at__gt=now - PAST)
    wanted = Q(visit__state=State.WAITING) if waiting_only else under_way | (planned & soon)
    rows = policy.watched_visits(actor).filter(wanted, state=policy.BOOKED)
    found = list(rows.select_related("visit").order_by("starts_at", "pk")[:MOST])
    seats = _seats([row.pk for row in found])
    lines = []
    for row in found:
        visit: Visit | None = getattr(row, "visit", None)
        room = room_of(row, visit, seats.get(row.pk, []), now)
        if room.state in OVER:
            continue
        lines.append(
            Arrival(
                row.pk,
                row.patient_id,
                row.clinician_id,
                room.state.value,
                row.starts_at,
                visit.waiting_since if visit else None,
                room.seats[Side.PATIENT].hold in SITTING,
                visit.note_code if visit else "",
                visit.note_at if visit else None,
                row.clinician_id == actor.id,
            )
        )
    return sorted(lines, key=_place)


def _place(line: Arrival) -> tuple[int, datetime]:
    return _ORDER[State(line.state)], line.waiting_since or line.starts_at


def _seats(appointment_ids: list[UUID]) -> dict[UUID, list[Seat]]:
    found: dict[UUID, list[Seat]] = {}
    rows = Seat.objects.filter(visit__appointment__in=appointment_ids).select_related("visit")
    for seat in rows:
        found.setdefault(seat.visit.appointment_id, []).append(seat)
    return found
