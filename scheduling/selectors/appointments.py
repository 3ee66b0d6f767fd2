"""Appointments through the policy: fetched for a page, or locked for a change."""

from collections.abc import Collection, Iterator
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from patients.models import Patient
from patients.policy import proxies_in_force
from patients.selectors import label_for
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound
from scheduling import policy
from scheduling.models import Appointment, Change, State
from scheduling.selectors.rules import clinic_span
from scheduling.slots import wall_times

OURS = frozenset({"patient", "proxy", ""})


def acts_for_clinic(actor: Actor, patient_id: UUID) -> bool:
    """True if the actor books for this patient as the clinic does, not as patient or proxy."""
    return policy.arranges(actor) or label_for(actor.id, patient_id) not in OURS


def fetch_appointment(actor: Actor, appointment_id: UUID) -> Appointment:
    """The appointment with its kind, if the actor may know of it. Refuses NotFound."""
    rows = policy.readable_appointments(actor).select_related("visit_type")
    found = rows.filter(pk=appointment_id).first()
    if found is None:
        raise not_found(appointment_id)
    return found


def lock_appointment(actor: Actor, appointment_id: UUID) -> Appointment:
    """The appointment, if the actor may change it, locked until the transaction ends.

    Refuses NotFound.
    """
    rows = policy.changeable_appointments(actor).select_for_update(of=("self",))
    found = rows.select_related("visit_type", "patient").filter(pk=appointment_id).first()
    if found is None:
        raise not_found(appointment_id)
    return found


def not_found(appointment_id: UUID) -> NotFound:
    """The one answer for an appointment that is not there and one that is not yours."""
    there = Appointment.objects.filter(pk=appointment_id).values_list("patient", flat=True).first()
    return NotFound(kind="appointment", subject=appointment_id if there else None, patient=there)


def upcoming(actor: Actor) -> QuerySet[Appointment]:
    """Booked appointments of those for whom the actor may book, or with them, the next first."""
    rows = policy.readable_appointments(actor).filter(state=State.BOOKED)
    return rows.filter(ends_at__gt=clock.now()).order_by("starts_at", "id")


def day_of(
    actor: Actor, day: date, clinicians: Collection[UUID] | None = None
) -> QuerySet[Appointment]:
    """What is held or booked on this day of the clinic, in order of time."""
    begins, ends = clinic_span(day, day)
    rows = policy.readable_appointments(actor).filter(starts_at__lt=ends, ends_at__gt=begins)
    held = Q(state=State.HELD, held_until__gt=clock.now())
    rows = rows.filter(held | Q(state=State.BOOKED))
    if clinicians is not None:
        rows = rows.filter(clinician__in=clinicians)
    return rows.select_related("visit_type").order_by("starts_at", "id")


def appointments_of(patient_id: UUID) -> QuerySet[Appointment]:
    """Every appointment of this patient, the oldest first, for whoever exports or erases."""
    return Appointment.objects.filter(patient=patient_id).order_by("starts_at", "id")


def history_of(appointment_id: UUID) -> list[Change]:
    """What became of an appointment that was fetched, in order."""
    return list(Change.objects.filter(appointment=appointment_id).order_by("id"))


def holds_of(person_id: UUID, patient_id: UUID) -> int:
    """How many times this person, or anybody for this patient, is keeping at this instant."""
    now = clock.now()
    kept = Appointment.objects.filter(state=State.HELD, held_until__gt=now)
    return kept.filter(Q(made_by=person_id) | Q(patient=patient_id)).count()


def told_of(patient_id: UUID) -> list[UUID]:
    """Who gets letters about this patient's appointments: their account, and who may book."""
    own = Patient.objects.filter(pk=patient_id, person__is_active=True)
    people = [*own.values_list("person", flat=True)]
    grants = proxies_in_force().filter(patient=patient_id, person__is_active=True)
    grants = grants.filter(scope__in=["correspond", "full"]).order_by("begins_at", "id")
    people += grants.values_list("person", flat=True)
    return [*dict.fromkeys(people)]


def is_told_of(person_id: UUID, appointment_id: UUID) -> bool:
    """True if this person gets letters about this appointment, as things stand now."""
    row = Appointment.objects.filter(pk=appointment_id).values_list("patient", flat=True).first()
    return row is not None and person_id in told_of(row)


def shifted_appointments(after: datetime) -> Iterator[Appointment]:
    """Booked appointments whose wall time means another instant by the zone rules of today.

    For a person to look at: nothing moves by itself.
    """
    rows = Appointment.objects.filter(state=State.BOOKED, starts_at__gt=after)
    for row in rows.order_by("starts_at", "id").iterator(500):
        meant = wall_times(datetime.fromisoformat(row.wall_start), row.zone)
        if row.starts_at not in meant:
            yield row
