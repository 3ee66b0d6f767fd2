"""Booking what is held, moving what is booked in one step, and cancelling it."""

from datetime import datetime, timedelta
from uuid import UUID

from portal.audit import actions as audit
from portal.crypto import envelope, keys
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import BadInput
from scheduling import selectors, slots
from scheduling.actions import claims, letters
from scheduling.actions.holds import Wish, check_held, offered
from scheduling.actions.receipts import first_result
from scheduling.errors import NotBooked, ReasonTooLong, RecordErased, TooLate
from scheduling.models import KEY_PURPOSE, Appointment, Claim, State, reason_place
from scheduling.texts import MOST_REASON, cleaned
from scheduling.vocabulary import WHYS, Event


def book(actor: Actor, appointment_id: UUID, *, reason: str = "", command_id: UUID) -> Appointment:
    """What was held is booked, with the reason sealed; letters wait to go out.

    Refuses: NotFound, HoldOver, NotBooked, ReasonTooLong, CommandReused, RecordErased.
    Records: APPOINTMENT_BOOKED.
    """
    if len(reason) > 4 * MOST_REASON or len(reason := cleaned(reason)) > MOST_REASON:
        raise ReasonTooLong
    row = selectors.lock_appointment(actor, appointment_id)
    if first_result(actor, command_id, ("book", appointment_id, reason), row.pk):
        return row
    check_held(actor, row)
    claims.lock_claimed(actor, row)
    row.state, row.held_until, row.booked_at = State.BOOKED, None, clock.now()
    row.reason_sealed = _sealed(row, reason) if reason else None
    row.save(update_fields=["state", "held_until", "booked_at", "reason_sealed"])
    Claim.objects.filter(appointment=row.pk).update(held_until=None)
    claims.keep(actor, row, "booked")
    audit.record(
        actor,
        Event.APPOINTMENT_BOOKED,
        patient=row.patient_id,
        subject=row.pk,
        on_behalf=_is_on_behalf(actor, row),
        clinician=row.clinician_id,
        mode=row.mode,
    )
    letters.confirm(actor, row)
    return row


def move(
    actor: Actor,
    appointment_id: UUID,
    starts_at: datetime,
    *,
    clinician_id: UUID | None = None,
    command_id: UUID,
) -> Appointment:
    """The appointment is at the new time. If that is not to be had, it stays where it was.

    One that is there already, moved in another tab perhaps, stays as it is, and nobody is told.

    Refuses: NotFound, NotBooked, TooLate, NotOffered, SlotTaken, CommandReused.
    Records: APPOINTMENT_MOVED.
    """
    row = selectors.lock_appointment(actor, appointment_id)
    content = ("move", appointment_id, starts_at.timestamp(), clinician_id)
    if first_result(actor, command_id, content, row.pk):
        return row
    for_staff = _may_change(actor, row)
    whom, before = clinician_id or row.clinician_id, row.starts_at
    if (whom, starts_at) == (row.clinician_id, before):
        return row
    kind = selectors.fetch_kind(actor, row.visit_type_id, whom, row.mode, for_staff=for_staff)
    wish = Wish(row.patient, kind, whom, starts_at, for_staff)
    claims.lock_claimed(actor, row, wish.claims)
    offered(actor, wish, apart_from=row.pk)
    claims.drop(actor, row)
    row.starts_at, row.ends_at, row.clinician_id = starts_at, wish.ends_at, whom
    row.zone = selectors.clinic_zone()
    row.wall_start = slots.wall_of(starts_at, row.zone)
    row.revision += 1
    row.save(update_fields=["starts_at", "ends_at", "clinician", "zone", "wall_start", "revision"])
    claims.put(actor, row, wish.claims)
    claims.keep(actor, row, "moved")
    audit.record(
        actor,
        Event.APPOINTMENT_MOVED,
        patient=row.patient_id,
        subject=row.pk,
        on_behalf=_is_on_behalf(actor, row),
        clinician=whom,
        revision=row.revision,
    )
    letters.tell_of_move(actor, row, before)
    return row


def cancel(actor: Actor, appointment_id: UUID, *, why: str, command_id: UUID) -> Appointment:
    """The appointment is off, its time is free, and its history stays.

    Refuses: NotFound, BadInput, NotBooked, TooLate, CommandReused.
    Records: APPOINTMENT_CANCELLED.
    """
    if why not in WHYS:
        raise BadInput
    row = selectors.lock_appointment(actor, appointment_id)
    if first_result(actor, command_id, ("cancel", appointment_id, why), row.pk):
        return row
    _may_change(actor, row)
    claims.lock_claimed(actor, row)
    row.revision += 1
    claims.give_back(actor, row, State.CANCELLED, "cancelled", why=why)
    audit.record(
        actor,
        Event.APPOINTMENT_CANCELLED,
        patient=row.patient_id,
        subject=row.pk,
        on_behalf=_is_on_behalf(actor, row),
        why=why,
        revision=row.revision,
    )
    letters.tell_of_cancelling(actor, row)
    return row


def _may_change(actor: Actor, row: Appointment) -> bool:
    """True for the clinic, which may until the visit is over; patients only before the cut-off.

    Refuses NotBooked, TooLate.
    """
    now = clock.now()
    own = actor.id == row.clinician_id and actor.has_role("clinician")
    for_staff = own or selectors.acts_for_clinic(actor, row.patient_id)
    if row.state != State.BOOKED or (row.ends_at if for_staff else row.starts_at) <= now:
        raise NotBooked
    if not for_staff and now > row.starts_at - timedelta(minutes=row.visit_type.cutoff_minutes):
        raise TooLate
    return for_staff


def _is_on_behalf(actor: Actor, row: Appointment) -> bool:
    """True if a proxy did it for the patient."""
    if selectors.acts_for_clinic(actor, row.patient_id) or actor.id == row.clinician_id:
        return False
    return bool(row.patient.person_id != actor.id)


def _sealed(row: Appointment, reason: str) -> bytes:
    try:
        key = keys.create_data_key(row.patient_id, KEY_PURPOSE, row.pk)
    except keys.KeyGone:
        raise RecordErased from None
    return envelope.seal(key, reason.encode(), reason_place(key, row.pk))
