"""Holding a time while somebody decides. It is theirs for five minutes, and once for five more."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from patients.models import Patient
from patients.selectors import fetch_patient
from portal.audit import actions as audit
from portal.crypto.keys import shred_keys_of
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import BadInput
from portal.kernel.ids import new_id
from scheduling import policy, selectors, slots
from scheduling.actions import claims
from scheduling.actions.receipts import first_result
from scheduling.errors import (
    ExtendedAlready,
    HoldOver,
    NotBooked,
    NotOffered,
    RecordErased,
    SlotTaken,
    TooManyHolds,
    ZoneUnknown,
)
from scheduling.models import Appointment, Claim, Resource, State, VisitType
from scheduling.vocabulary import MODES, Event

KEPT = timedelta(minutes=5)
MOST_HOLDS, MOST_HOLDS_STAFF = 3, 12
_AROUND = timedelta(days=1)
_IN_USE = frozenset({"taken", "patient-taken"})


class Wish(NamedTuple):
    """A time as somebody asks for it: for whom, what, with whom, when, and by whose rules."""

    patient: Patient
    kind: VisitType
    clinician_id: UUID
    starts_at: datetime
    for_staff: bool

    @property
    def ends_at(self) -> datetime:
        """When the visit would be over."""
        return self.starts_at + timedelta(minutes=self.kind.minutes)

    @property
    def claims(self) -> list[selectors.Wanted]:
        """What it would take of whose time."""
        return selectors.wanted_by(self.kind, self.patient, self.clinician_id, self.starts_at)


def hold(
    actor: Actor,
    patient_id: UUID,
    visit_type_id: UUID,
    clinician_id: UUID,
    starts_at: datetime,
    mode: str,
    *,
    patient_zone: str,
    command_id: UUID,
) -> Appointment:
    """The time is kept for the patient for five minutes, and nobody else can take it.

    Refuses: NotFound, RecordErased, BadInput, ZoneUnknown, NotOffered, SlotTaken, TooManyHolds,
        CommandReused.
    Locks: the calendars of the visit and of the actor.
    Records: TIME_HELD.
    """
    patient = fetch_patient(actor, patient_id, among=policy.bookable_patients)
    if not shred_keys_of([patient_id]):
        raise RecordErased
    content = ("hold", patient_id, visit_type_id, clinician_id, starts_at.timestamp(), mode)
    row_id = new_id()
    if first := first_result(actor, command_id, content, row_id):
        return selectors.fetch_appointment(actor, first)
    for_staff = selectors.acts_for_clinic(actor, patient_id)
    kind = _kind(actor, visit_type_id, clinician_id, mode, for_staff=for_staff)
    wish = Wish(patient, kind, clinician_id, starts_at, for_staff)
    _checked_zone(patient_zone)
    # Their own as well: how many times somebody keeps is counted by one of their holds at a time.
    mine = (Resource.PERSON.value, actor.id)
    claims.lock_calendars(actor, [mine, *(claim[:2] for claim in wish.claims)])
    _count(actor, wish)
    offered(actor, wish)
    row = _made(actor, row_id, wish, mode, patient_zone)
    claims.put(actor, row, wish.claims)
    claims.keep(actor, row, "held")
    audit.record(
        actor,
        Event.TIME_HELD,
        patient=patient_id,
        subject=row.pk,
        on_behalf=not for_staff and patient.person_id != actor.id,
        clinician=clinician_id,
        mode=mode,
    )
    return row


def extend_hold(actor: Actor, appointment_id: UUID, *, command_id: UUID) -> Appointment:
    """The time is kept for five minutes from now. Once.

    Refuses: NotFound, HoldOver, ExtendedAlready, NotBooked, CommandReused.
    Records: HOLD_EXTENDED.
    """
    row = selectors.lock_appointment(actor, appointment_id)
    if first_result(actor, command_id, ("extend", appointment_id), row.pk):
        return row
    check_held(actor, row)
    if row.is_extended:
        raise ExtendedAlready
    claims.lock_claimed(actor, row)
    row.held_until, row.is_extended = clock.now() + KEPT, True
    row.save(update_fields=["held_until", "is_extended"])
    Claim.objects.filter(appointment=row.pk).update(held_until=row.held_until)
    claims.keep(actor, row, "extended")
    audit.record(actor, Event.HOLD_EXTENDED, patient=row.patient_id, subject=row.pk)
    return row


def release(actor: Actor, appointment_id: UUID, *, command_id: UUID) -> Appointment:
    """The time is free again. What was given back or has expired before stays as it is.

    Refuses: NotFound, NotBooked, CommandReused.
    Records: HOLD_RELEASED.
    """
    row = selectors.lock_appointment(actor, appointment_id)
    if first_result(actor, command_id, ("release", appointment_id), row.pk):
        return row
    if row.state in {State.BOOKED, State.CANCELLED}:
        raise NotBooked
    if row.state == State.HELD:
        claims.lock_claimed(actor, row)
        claims.give_back(actor, row, State.EXPIRED, "released")
        audit.record(actor, Event.HOLD_RELEASED, patient=row.patient_id, subject=row.pk)
    return row


def sweep_holds(actor: Actor, *, most: int = 100) -> int:
    """Holds whose minutes are over are expired, at most so many. Returns how many there were.

    Records: HOLD_EXPIRED for each.
    """
    found = policy.expired_holds(actor).order_by("held_until").values_list("pk", flat=True)
    return claims.expire(actor, list(found[:most]))


def check_held(actor: Actor, row: Appointment) -> None:
    """The appointment is held still.

    Refuses: HoldOver, NotBooked.
    Records: nothing.
    """
    if row.state == State.EXPIRED or (
        row.state == State.HELD and row.held_until and row.held_until <= clock.now()
    ):
        raise HoldOver
    if row.state != State.HELD:
        raise NotBooked


def offered(actor: Actor, wish: Wish, *, apart_from: UUID | None = None) -> None:
    """The wish is one of the offers of this very moment. The calendars are locked.

    Refuses: NotOffered, SlotTaken.
    Records: HOLD_EXPIRED for every hold that stood in the way and whose minutes are over.
    """
    claims.clear(actor, wish.claims)
    around = wish.starts_at - _AROUND, wish.starts_at + _AROUND
    ask = selectors.ask_for(
        wish.patient, wish.kind, *around, for_staff=wish.for_staff, apart_from=apart_from
    )
    table = selectors.timetable_now(wish.clinician_id, *around, apart_from=apart_from)
    at = slots.minute(wish.starts_at)
    if slots.instant(at) == wish.starts_at and slots.is_offered(table, ask, at):
        return
    raise SlotTaken if slots.why_not(table, ask, at) in _IN_USE else NotOffered


def _kind(
    actor: Actor, visit_type_id: UUID, clinician_id: UUID, mode: str, *, for_staff: bool
) -> VisitType:
    if mode not in MODES:
        raise BadInput
    return selectors.fetch_kind(actor, visit_type_id, clinician_id, mode, for_staff=for_staff)


def _checked_zone(zone: str) -> None:
    if not slots.is_wall(zone):
        raise ZoneUnknown


def _count(actor: Actor, wish: Wish) -> None:
    """Nobody keeps more times than they can decide about."""
    most = MOST_HOLDS_STAFF if wish.for_staff else MOST_HOLDS
    if selectors.holds_of(actor.id, wish.patient.pk) >= most:
        raise TooManyHolds


def _made(actor: Actor, row_id: UUID, wish: Wish, mode: str, patient_zone: str) -> Appointment:
    now, zone = clock.now(), selectors.clinic_zone()
    return Appointment.objects.create(
        id=row_id,
        patient=wish.patient,
        clinician_id=wish.clinician_id,
        visit_type=wish.kind,
        mode=mode,
        state=State.HELD,
        starts_at=wish.starts_at,
        ends_at=wish.ends_at,
        zone=zone,
        wall_start=slots.wall_of(wish.starts_at, zone),
        patient_zone=patient_zone,
        held_until=now + KEPT,
        made_by=actor.id,
        made_at=now,
    )
