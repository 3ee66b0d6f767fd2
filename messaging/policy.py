"""Who may read, write and tend which threads: the only statement of it.

Lists, single reads, sockets and commands start from these querysets. They may look at the actor's
kind, roles and id and at the clock (`selectors.hot` compiles them).

Two links lead to a thread: a right towards the patient (patients.policy), and for staff being on
the team that has the thread now. The second one opens this thread alone, never the record, and
ends when the thread is handed on. It does not count for what is about oneself, or about somebody
for whom one acts: there one is the patient, or the proxy.
"""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from messaging.models import Draft, Team, TeamKind, TeamMember, Thread
from patients.models import CareTeamMember, Patient
from patients.policy import (
    TREATING,
    correspondable_patient,
    correspondable_patients,
    links_in_force,
    proxies_in_force,
    reachable_patient,
    reachable_patients,
)
from portal.accounts.models import RoleGrant
from portal.accounts.policy import grants_in_force
from portal.kernel import clock
from portal.kernel.actor import Actor, ActorKind

PATIENT = OuterRef("patient_id")


def readable_threads(actor: Actor) -> QuerySet[Thread]:
    """Threads about patients whom the actor is, speaks for or cares for now; and of their teams."""
    return _and_served(actor, Thread.objects.filter(patient__in=reachable_patients(actor)))


def readable_thread(actor: Actor, thread_id: UUID) -> QuerySet[Thread]:
    """The same, asked of one thread: what a clinician reads must not cost by the patients."""
    near = Q(Exists(reachable_patient(actor, PATIENT)))
    return Thread.objects.filter(_or_served(actor, near), pk=thread_id)


def writable_threads(actor: Actor) -> QuerySet[Thread]:
    """Threads in which the actor may write, close and reopen. A closed one is still theirs."""
    return _and_served(actor, Thread.objects.filter(patient__in=correspondable_patients(actor)))


def writable_thread(actor: Actor, thread_id: UUID | OuterRef) -> QuerySet[Thread]:
    """The same, asked of one thread."""
    near = Q(Exists(correspondable_patient(actor, PATIENT)))
    return Thread.objects.filter(_or_served(actor, near), pk=thread_id)


def own_drafts(actor: Actor) -> QuerySet[Draft]:
    """What the actor began to write where they may still write. Nobody reads what others began."""
    here = Q(Exists(writable_thread(actor, OuterRef("thread_id"))), thread__isnull=False)
    new = Q(Exists(correspondable_patient(actor, PATIENT)), thread=None)
    return Draft.objects.filter(here | new, author_id=actor.id)


def tended_threads(actor: Actor) -> QuerySet[Thread]:
    """Threads that the actor tends for the clinic: may claim, hand on, and read the notes of.

    As a member of the care team, or of the team that has the thread; never one about oneself, or
    about somebody for whom one acts. Nobody else ever gets a note.
    """
    if not _may_serve(actor):
        return Thread.objects.none()
    treated = links_in_force().filter(person=actor.id).values("patient")
    near = Thread.objects.filter(patient__in=treated)
    return _and_served(actor, near).filter(_is_apart(actor))


def tended_thread(actor: Actor, thread_id: UUID) -> QuerySet[Thread]:
    """The same, asked of one thread."""
    if not _may_serve(actor):
        return Thread.objects.none()
    treats = Q(Exists(links_in_force().filter(patient=PATIENT, person=actor.id)))
    return Thread.objects.filter(treats | _serves(actor), _is_apart(actor), pk=thread_id)


def held() -> Q:
    """The thread at hand has an owner who may still tend it; without one it is nobody's."""
    able = able_members().filter(team=OuterRef("team_id"), person=OuterRef("owner_id"))
    treats = able_links().filter(patient=PATIENT, person=OuterRef("owner_id"))
    return Q(Exists(able)) | Q(Exists(treats))


def configurable_teams(actor: Actor) -> QuerySet[Team]:
    """Teams that the actor may set up: administrators all, without reading what they answer."""
    if actor.kind is ActorKind.SYSTEM or actor.has_role("administrator"):
        return Team.objects.all()
    return Team.objects.none()


def offered_teams() -> QuerySet[Team]:
    """Named teams that patients may choose: open, and with somebody to answer."""
    staffed = able_members().filter(team=OuterRef("pk"))
    return Team.objects.filter(Exists(staffed), is_open=True, kind=TeamKind.NAMED)


def memberships_in_force() -> QuerySet[TeamMember]:
    """Who is on which team at this instant."""
    now = clock.now()
    return TeamMember.objects.filter(
        Q(ends_at=None, begins_at__lte=now) | Q(ends_at__gt=now, begins_at__lte=now)
    )


def able_members() -> QuerySet[TeamMember]:
    """Those of them who can sign in in a role that answers patients."""
    return memberships_in_force().filter(Exists(_able()), person__is_active=True)


def able_links() -> QuerySet[CareTeamMember]:
    """The care-team links of such people."""
    return links_in_force().filter(Exists(_able()), person__is_active=True)


def _able() -> QuerySet[RoleGrant]:
    return grants_in_force().filter(role__in=TREATING, person=OuterRef("person"))


def _may_serve(actor: Actor) -> bool:
    return actor.is_person and actor.has_role(*TREATING)


def _and_served(actor: Actor, near: QuerySet[Thread]) -> QuerySet[Thread]:
    """These and the threads of the actor's teams. A union: with OR engines walk all threads."""
    if not _may_serve(actor):
        return near
    teams = memberships_in_force().filter(person=actor.id).values("team")
    served = Thread.objects.filter(_is_apart(actor), team_id__in=teams)
    return Thread.objects.filter(pk__in=near.values("pk").union(served.values("pk")))


def _or_served(actor: Actor, near: Q) -> Q:
    return near | _serves(actor) & _is_apart(actor) if _may_serve(actor) else near


def _serves(actor: Actor) -> Q:
    """The team that has the thread is one of the actor's."""
    mine = memberships_in_force().filter(team=OuterRef("team_id"), person=actor.id)
    return Q(Exists(mine))


def _is_apart(actor: Actor) -> Q:
    """The thread is about somebody else: neither the actor, nor one for whom they act."""
    others = Patient.objects.filter(pk=PATIENT, merged_into=None)
    mine = Q(Exists(others.filter(person=actor.id)))
    acted_for = Q(Exists(proxies_in_force().filter(patient=PATIENT, person=actor.id)))
    return Q(Exists(others)) & ~mine & ~acted_for
