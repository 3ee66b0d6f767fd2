"""Who may see, make and change appointments and hours: the only statement of it.

Coordinators arrange everybody's time and never read why; patients, those who act for them and
those who treat them see theirs; a clinician sees the appointments that are with them.
"""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from patients.models import Patient
from patients.policy import (
    ARRANGING,
    TREATING,
    arrangeable_patients,
    correspondable_patients,
    reachable_patients,
)
from portal.accounts.models import Person, RoleGrant
from portal.accounts.policy import grants_in_force
from portal.kernel import clock
from portal.kernel.actor import Actor, ActorKind
from scheduling.models import Appointment, State, TimeException, VisitType

KEEPING = frozenset({"clinician"})
"""Roles that see patients at set times, and keep hours."""


def arranges(actor: Actor) -> bool:
    """True for those who arrange everybody's time, and for the portal's own work."""
    return actor.kind is ActorKind.SYSTEM or actor.has_role(*ARRANGING)


def bookable_patients(actor: Actor) -> QuerySet[Patient]:
    """Patients for whom the actor may hold, book, move and cancel."""
    return arrangeable_patients(actor) if arranges(actor) else correspondable_patients(actor)


def placeable_patients(actor: Actor, moving: UUID | None = None) -> QuerySet[Patient]:
    """Patients for whom the actor may look for a time; to move a visit, whoever it is with."""
    if moving is None:
        return bookable_patients(actor)
    whose = changeable_appointments(actor).filter(pk=moving).values("patient")
    return Patient.objects.filter(pk__in=whose)


def readable_appointments(actor: Actor) -> QuerySet[Appointment]:
    """Appointments of which the actor may know time, kind and for whom; not the reason."""
    if arranges(actor):
        return Appointment.objects.all()
    return Appointment.objects.filter(Q(patient__in=reachable_patients(actor)) | _with(actor))


def explained_appointments(actor: Actor) -> QuerySet[Appointment]:
    """Appointments whose reason the actor may read as well."""
    return Appointment.objects.filter(Q(patient__in=reachable_patients(actor)) | _with(actor))


def changeable_appointments(actor: Actor) -> QuerySet[Appointment]:
    """Appointments that the actor may move and cancel: where they may book, and their own."""
    if arranges(actor):
        return Appointment.objects.all()
    return Appointment.objects.filter(Q(patient__in=bookable_patients(actor)) | _with(actor))


def expired_holds(actor: Actor) -> QuerySet[Appointment]:
    """Held times whose minutes are over: whoever needs the time may take them away."""
    return Appointment.objects.filter(state=State.HELD, held_until__lte=clock.now())


def bookable_types(actor: Actor, *, for_staff: bool) -> QuerySet[VisitType]:
    """Kinds of visits that can be booked now: for patients only those that are for them."""
    kinds = VisitType.objects.filter(is_active=True)
    return kinds if for_staff else kinds.filter(bookable_by_patients=True)


def working_people() -> QuerySet[RoleGrant, Any]:
    """The ids of those who keep hours today."""
    return grants_in_force().filter(role__in=KEEPING).values("person")


def keepers(actor: Actor) -> QuerySet[Person]:
    """People whose hours, absences and openings the actor may set: everybody's, or their own."""
    people = Person.objects.filter(pk__in=working_people())
    if arranges(actor):
        return people
    return people.filter(pk=actor.id) if actor.has_role(*KEEPING) else people.none()


def removable_exceptions(actor: Actor) -> QuerySet[TimeException]:
    """Exceptions that the actor may take away; those of the whole clinic only who arranges."""
    if arranges(actor):
        return TimeException.objects.all()
    return TimeException.objects.filter(person__in=keepers(actor))


def sees_calendars(actor: Actor) -> bool:
    """True for those who may look at the calendars of the clinic."""
    return arranges(actor) or actor.has_role(*TREATING)


def _with(actor: Actor) -> Q:
    mine = actor.is_person and actor.has_role(*KEEPING)
    return Q(clinician=actor.id) if mine else Q(pk__in=[])
