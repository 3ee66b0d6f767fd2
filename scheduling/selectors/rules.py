"""Kinds of visits, who offers them, hours and exceptions."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from patients.selectors import clinic_days
from portal.accounts.models import Person
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound
from scheduling import policy
from scheduling.errors import NotOffered
from scheduling.models import Appointment, Hours, Offering, State, TimeException, VisitType


def clinic_zone() -> str:
    """The zone that the clinic lives in."""
    return str(settings.TIME_ZONE)


def clinic_span(first: date, last: date) -> tuple[datetime, datetime]:
    """The instants at which these days of the clinic begin and are over, the last one included."""
    return clinic_days(first, None)[0], clinic_days(last + timedelta(days=1), None)[0]


def visit_types(*, but_inactive: bool = True) -> list[VisitType]:
    """Every kind of visit, by name."""
    kinds = VisitType.objects.order_by("name", "id")
    return list(kinds.filter(is_active=True) if but_inactive else kinds)


def offered_types(actor: Actor, *, for_staff: bool) -> list[VisitType]:
    """Kinds of visits that somebody offers and the actor may book, by name."""
    kinds = policy.bookable_types(actor, for_staff=for_staff)
    offered = kinds.filter(pk__in=_open_offerings().values("visit_type"))
    return list(offered.order_by("name", "id"))


def fetch_kind(
    actor: Actor, visit_type_id: UUID, clinician_id: UUID, mode: str, *, for_staff: bool
) -> VisitType:
    """The kind of visit, if this clinician offers it in this way and the actor may book it.

    Refuses NotFound, NotOffered.
    """
    kind = policy.bookable_types(actor, for_staff=for_staff).filter(pk=visit_type_id).first()
    if kind is None:
        raise NotFound(kind="visit type")
    if mode not in kind.modes or clinician_id not in clinicians_offering(visit_type_id):
        raise NotOffered
    return kind


def clinicians_offering(visit_type_id: UUID) -> list[UUID]:
    """Who offers this kind of visit today."""
    rows = _open_offerings().filter(visit_type=visit_type_id)
    return list(rows.order_by("clinician").values_list("clinician", flat=True))


def fetch_keeper(actor: Actor, person_id: UUID) -> Person:
    """Somebody whose hours the actor may set. Refuses NotFound."""
    person = policy.keepers(actor).filter(pk=person_id).first()
    if person is None:
        exists = Person.objects.filter(pk=person_id).exists()
        raise NotFound(kind="person", subject=person_id if exists else None)
    return person


def hours_of(person_id: UUID) -> list[Hours]:
    """The weekly windows of somebody, by validity, day and hour."""
    rows = Hours.objects.filter(person=person_id)
    return list(rows.order_by("valid_from", "weekday", "opens_minute", "id"))


def exceptions_between(
    people: Collection[UUID], begins: datetime, ends: datetime
) -> QuerySet[TimeException]:
    """Absences and openings of these people, and closures of the clinic, that touch this time."""
    whose = Q(person__in=people) | Q(person=None)
    rows = TimeException.objects.filter(whose, starts_at__lt=ends, ends_at__gt=begins)
    return rows.order_by("starts_at", "id")


def booked_within(person_id: UUID | None, begins: datetime, ends: datetime) -> list[Appointment]:
    """Booked appointments that touch this time: what an absence would leave in the lurch."""
    rows = Appointment.objects.filter(state=State.BOOKED, starts_at__lt=ends, ends_at__gt=begins)
    if person_id is not None:
        rows = rows.filter(clinician=person_id)
    return list(rows.order_by("starts_at", "id"))


def valid_hours(people: Collection[UUID], first: date, last: date) -> QuerySet[Hours]:
    """Windows of these people that may hold on one of these days."""
    open_end = Q(valid_to=None) | Q(valid_to__gte=first)
    return Hours.objects.filter(open_end, person__in=people, valid_from__lte=last)


def _open_offerings() -> QuerySet[Offering]:
    working = policy.working_people()
    return Offering.objects.filter(clinician__is_active=True, clinician__in=working)
