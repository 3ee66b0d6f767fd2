"""Who may be in which visit: the only statement of it. Visits stand on appointments by video."""

from django.db.models import Q, QuerySet

from patients.models import Patient, Scope
from patients.policy import ARRANGING, proxies_in_force
from portal.kernel.actor import Actor, ActorKind
from scheduling.models import Appointment

VIDEO = "video"
BOOKED = "booked"
CANCELLED = "cancelled"
HOSTING = frozenset({"clinician"})
"""Roles with which an appointment's clinician may hold the visit."""


def attended_visits(actor: Actor) -> QuerySet[Appointment]:
    """Visits in which the actor has a seat: as the patient, for the patient, as the clinician."""
    if not actor.is_person:
        return Appointment.objects.none()
    return _visits().filter(_as_patient(actor) | _as_clinician(actor))


def arrivable_visits(actor: Actor) -> QuerySet[Appointment]:
    """Visits to which the actor comes as the patient, or for the patient with full scope."""
    return _visits().filter(_as_patient(actor)) if actor.is_person else Appointment.objects.none()


def hosted_visits(actor: Actor) -> QuerySet[Appointment]:
    """Visits that the actor holds: nobody else lets somebody in, or ends them."""
    return _visits().filter(_as_clinician(actor)) if actor.is_person else Appointment.objects.none()


def watched_visits(actor: Actor) -> QuerySet[Appointment]:
    """Visits whose waiting room the actor keeps an eye on: their own, or as a coordinator all."""
    if actor.is_person and actor.has_role(*ARRANGING):
        return _visits()
    return hosted_visits(actor)


def _visits() -> QuerySet[Appointment]:
    return Appointment.objects.filter(mode=VIDEO, state__in=[BOOKED, CANCELLED])


def _as_patient(actor: Actor) -> Q:
    own = Patient.objects.filter(person=actor.id, merged_into=None)
    full = proxies_in_force().filter(person=actor.id, scope=Scope.FULL)
    return Q(patient__in=own.values("pk")) | Q(patient__in=full.values("patient"))


def _as_clinician(actor: Actor) -> Q:
    return Q(clinician_id=actor.id) if actor.has_role(*HOSTING) else Q(pk__in=[])


def lapsing_visits(actor: Actor) -> QuerySet[Appointment]:
    """Visits that the portal's own work may close once their time is past."""
    return _visits() if actor.kind is ActorKind.SYSTEM else Appointment.objects.none()
