"""Who may reach which patient: the ground of nearly every right in the house.

Three links open a record: being the patient, acting for the patient, and treating the patient.
Nobody else reaches anything; administrators and privacy officers hold no key to content.
"""

from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from patients.models import (
    AccessQuestion,
    CareTeamMember,
    Offer,
    Patient,
    Proxy,
    Purpose,
    Scope,
)
from portal.accounts.models import Person
from portal.kernel import clock
from portal.kernel.actor import Actor, ActorKind

TREATING = frozenset({"clinician", "coordinator", "supervisor"})
"""Roles with which a care-team link counts. Without one of them it lies idle."""
ARRANGING = frozenset({"coordinator"})
"""Roles that arrange links and records, without reading them."""
REVIEWING = frozenset({"privacy-officer"})
"""Roles that watch over who looks at records, without reading them."""
CORRESPONDING = (Scope.CORRESPOND, Scope.FULL)


def reachable_patients(actor: Actor) -> QuerySet[Patient]:
    """Patients whom the actor is, acts for, or treats today: their content may be read."""
    return _through(_ways(actor, proxies_in_force()))


def reachable_patient(actor: Actor, patient: UUID | OuterRef) -> QuerySet[Patient]:
    """The same, asked of one patient, at a cost that does not grow with those whom one treats."""
    return _this(patient, _ways(actor, proxies_in_force()))


def correspondable_patients(actor: Actor) -> QuerySet[Patient]:
    """Reachable patients with whose clinic the actor may write. Proxies only if so granted."""
    return _through(_ways(actor, _corresponding()))


def correspondable_patient(actor: Actor, patient: UUID | OuterRef) -> QuerySet[Patient]:
    """The same, asked of one patient."""
    return _this(patient, _ways(actor, _corresponding()))


def reportable_patients(actor: Actor) -> QuerySet[Patient]:
    """Patients of whom the actor may see who looked: oneself, or with a proxy's full scope.

    Nobody of the clinic: whoever looks at a record is not the one to watch over the looking.
    """
    if not actor.is_person:
        return Patient.objects.none()
    grants = proxies_in_force().filter(person=actor.id, scope=Scope.FULL)
    return _through([(Patient.objects.filter(person=actor.id), "pk"), (grants, "patient")])


def may_review(actor: Actor) -> bool:
    """True for those who read the log and answer questions about it."""
    return actor.is_person and actor.has_role(*REVIEWING)


def reviewable_patients(actor: Actor) -> QuerySet[Patient]:
    """Patients whose name and record number the actor may see beside an entry of the log.

    A privacy officer has to know whose record was opened; never what is in it.
    """
    return Patient.objects.all() if may_review(actor) else Patient.objects.none()


def readable_questions(actor: Actor) -> QuerySet[AccessQuestion]:
    """Questions about accesses that the actor may read as the patient, or with full scope.

    What was asked of a proxy's own access stays between who asked, the patient and the clinic.
    """
    found = AccessQuestion.objects.filter(patient__in=reportable_patients(actor).values("pk"))
    theirs = Q(patient__person=actor.id) | Q(asked_by=actor.id)
    # Of whose access is not known, it may be this one's.
    return found.filter(theirs | (Q(whose__isnull=False) & ~Q(whose=actor.id)))


def answerable_questions(actor: Actor) -> QuerySet[AccessQuestion]:
    """Questions that the actor may read to answer: everybody's but one's own.

    One's own are those that one asked, and those about oneself or somebody for whom one acts.
    """
    if not may_review(actor):
        return AccessQuestion.objects.none()
    mine = Patient.objects.filter(person=actor.id).values("pk")
    acted_for = proxies_in_force().filter(person=actor.id).values("patient")
    others = AccessQuestion.objects.exclude(asked_by=actor.id)
    return others.exclude(patient__in=mine).exclude(patient__in=acted_for)


def arrangeable_patients(actor: Actor) -> QuerySet[Patient]:
    """Patients whose links and record the actor may arrange: never a right to read.

    Coordinators arrange everybody's; the portal's own work does what it was started for.
    """
    if actor.kind is ActorKind.SYSTEM or actor.has_role(*ARRANGING):
        return _patients()
    return Patient.objects.none()


def findable_patients(actor: Actor) -> QuerySet[Patient]:
    """Patients whom the actor may look for by name: coordinators everybody, others their own.

    Those who treat find the patients on whose care team they are; nobody else looks for anybody.
    """
    if actor.is_person and actor.has_role(*TREATING) and not actor.has_role(*ARRANGING):
        return _through([(links_in_force().filter(person=actor.id), "patient")])
    return arrangeable_patients(actor)


def may_look_for_patients(actor: Actor) -> bool:
    """True for those who have a directory."""
    return actor.has_role(*TREATING)


def grantable_patients(actor: Actor) -> QuerySet[Patient]:
    """Patients for whom the actor may let somebody act: oneself, or as a coordinator."""
    if actor.is_person and not actor.has_role(*ARRANGING):
        return _patients().filter(person=actor.id)
    return arrangeable_patients(actor)


def endable_proxies(actor: Actor) -> QuerySet[Proxy]:
    """Grants that the actor may end: as the one who may grant, or as the proxy."""
    mine = Q(person=actor.id) if actor.is_person else Q(pk=None)
    return Proxy.objects.filter(mine | Q(patient__in=grantable_patients(actor)))


def withdrawable_offers(actor: Actor) -> QuerySet[Offer]:
    """Open offers that the actor may take back: for whom they may let somebody act."""
    mine = Offer.objects.filter(settled_at=None, patient__in=grantable_patients(actor))
    if actor.kind is ActorKind.SYSTEM or actor.has_role(*ARRANGING):
        return mine
    return mine.filter(purpose=Purpose.PROXY)


def acceptable_offers(actor: Actor) -> QuerySet[Offer]:
    """Offers to the address under which the actor signs in."""
    if not actor.is_person:
        return Offer.objects.none()
    mine = Person.objects.filter(pk=actor.id, is_active=True).values("sign_in_index")
    return offers_in_force().filter(sign_in_index__in=mine, patient__merged_into=None)


def offers_in_force() -> QuerySet[Offer]:
    """The offers that can be accepted at this instant."""
    return Offer.objects.filter(settled_at=None, expires_at__gt=clock.now())


def grants_ahead() -> QuerySet[Proxy]:
    """The grants that hold at this instant or are to hold later."""
    now = clock.now()
    return Proxy.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now))


def grants_behind() -> QuerySet[Proxy]:
    """The grants that held once, and hold no more."""
    return Proxy.objects.filter(ends_at__lte=clock.now(), ends_at__gt=F("begins_at"))


def endable_links(actor: Actor) -> QuerySet[CareTeamMember]:
    """Care-team links that the actor may end: as the one who arranges, or one's own."""
    mine = Q(person=actor.id) if actor.is_person else Q(pk=None)
    return CareTeamMember.objects.filter(mine | Q(patient__in=arrangeable_patients(actor)))


def may_register_patients(actor: Actor) -> bool:
    """True for those who open records."""
    return actor.kind is ActorKind.SYSTEM or actor.has_role(*ARRANGING)


def proxies_in_force() -> QuerySet[Proxy]:
    """The grants that hold at this instant."""
    return Proxy.objects.filter(_in_force())


def links_in_force() -> QuerySet[CareTeamMember]:
    """The care-team links that hold at this instant."""
    return CareTeamMember.objects.filter(_in_force())


def _in_force() -> Q:
    # One instant for both ends, and no bare date: whoever compiles this renews instants only.
    now = clock.now()
    return Q(ends_at=None, begins_at__lte=now) | Q(ends_at__gt=now, begins_at__lte=now)


def _patients() -> QuerySet[Patient]:
    return Patient.objects.filter(merged_into=None)


def _corresponding() -> QuerySet[Proxy]:
    return proxies_in_force().filter(scope__in=CORRESPONDING)


def _ways(actor: Actor, proxies: QuerySet[Proxy]) -> list[tuple[QuerySet[Any], str]]:
    """The ways on which the actor comes to patients: rows, and which column names the patient."""
    if not actor.is_person:
        return []
    ways: list[tuple[QuerySet[Any], str]] = [
        (Patient.objects.filter(person=actor.id), "pk"),
        (proxies.filter(person=actor.id), "patient"),
    ]
    if actor.has_role(*TREATING):
        ways.append((links_in_force().filter(person=actor.id), "patient"))
    return ways


def _through(ways: list[tuple[QuerySet[Any], str]]) -> QuerySet[Patient]:
    """Everybody at the end of these ways. A union: with OR both engines walk all patients."""
    if not ways:
        return Patient.objects.none()
    ends = [rows.values(column) for rows, column in ways]
    return _patients().filter(pk__in=ends[0].union(*ends[1:]))


def _this(patient: UUID | OuterRef, ways: list[tuple[QuerySet[Any], str]]) -> QuerySet[Patient]:
    """This patient, if one of the ways leads there."""
    found = Q(pk__in=[])
    for rows, column in ways:
        found |= Q(Exists(rows.filter(**{column: OuterRef("pk")})))
    return _patients().filter(found, pk=patient)
