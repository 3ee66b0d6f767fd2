"""Who may do what with people and sessions, and what each role must prove first."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from portal.accounts.models import Invitation, LostPhone, Person, RoleGrant, Session, Stage
from portal.accounts.vocabulary import ROLES
from portal.kernel import clock
from portal.kernel.actor import Actor, ActorKind

STAFF = frozenset(ROLES) - {"patient", "proxy"}
FACTOR_ROLES = STAFF
WITHOUT_ROLE = frozenset(
    {"accounts:sign-in", "accounts:code", "accounts:sign-out", "accounts:language"}
)
BEFORE_FACTOR = WITHOUT_ROLE | {"accounts:factor", "accounts:recovery-codes"}


@dataclass(frozen=True, slots=True)
class Limit:
    """How many attempts of one kind are evaluated: by window, and in a row without success."""

    name: str
    tickets: int
    window: timedelta
    in_a_row: int = 1_000_000


PASSWORD_BY_ACCOUNT = Limit("password.account", 10, timedelta(minutes=15))
PASSWORD_BY_SOURCE = Limit("password.source", 100, timedelta(minutes=15))
CODE_BY_ACCOUNT = Limit("code.account", 10, timedelta(hours=1), in_a_row=100)
CODE_BY_SOURCE = Limit("code.source", 100, timedelta(hours=1))
RESET_BY_ACCOUNT = Limit("reset.account", 3, timedelta(hours=1))
RESET_BY_SOURCE = Limit("reset.source", 30, timedelta(hours=1))
INVITES_BY_PERSON = Limit("invite.person", 10, timedelta(days=1))
"""For those who are no staff: our letters are no way to write to strangers."""
ADDRESS_BY_ACCOUNT = Limit("address.account", 5, timedelta(days=1))
RESET_LINK = timedelta(minutes=30)
ADDRESS_PROOF = timedelta(days=1)
ADDRESS_STOP = timedelta(days=7)
LOST_PHONE = timedelta(days=2)
"""How long a patient's second factor stays after the clinic noted that the phone is lost."""


def may_manage_people(actor: Actor) -> bool:
    """True for administrators and for the portal's own work."""
    return actor.kind is ActorKind.SYSTEM or actor.has_role("administrator")


def may_review_people(actor: Actor) -> bool:
    """True for those who review what others did: they must know who it was."""
    return actor.is_person and actor.has_role("privacy-officer")


def readable_people(actor: Actor) -> QuerySet[Person]:
    """Administrators see everybody, staff see staff, everybody sees themselves."""
    if may_manage_people(actor):
        return Person.objects.all()
    visible = Q(pk=actor.id)
    if not actor.roles.isdisjoint(STAFF):
        visible |= Q(pk__in=grants_in_force().filter(role__in=STAFF).values("person"))
    return Person.objects.filter(visible) if actor.is_person else Person.objects.none()


def may_invite(actor: Actor, role: str) -> bool:
    """True if the actor may invite to this role: staff are an administrator's business.

    Who may bring in a patient or a proxy is the rule of the ward that asks.
    """
    if role in STAFF:
        return may_manage_people(actor)
    return actor.is_person or actor.kind is ActorKind.SYSTEM


def open_invitations() -> QuerySet[Invitation]:
    """Invitations that can still be accepted."""
    now = clock.now()
    return Invitation.objects.filter(used_at=None, withdrawn_at=None, expires_at__gt=now)


def readable_invitations(actor: Actor) -> QuerySet[Invitation]:
    """Open invitations of staff, for those who manage people."""
    if not may_manage_people(actor):
        return Invitation.objects.none()
    return open_invitations().filter(role__in=STAFF)


def withdrawable_invitations(actor: Actor) -> QuerySet[Invitation]:
    """What the actor may take back: of staff for administrators, else what one made oneself.

    Open or over: that it is over is told to whoever may know of it.
    """
    if actor.kind is ActorKind.SYSTEM:
        return Invitation.objects.all()
    staff = Q(role__in=STAFF) if may_manage_people(actor) else Q(pk__in=[])
    mine = Q(made_by=actor.id) if actor.is_person else Q(pk__in=[])
    return Invitation.objects.filter(staff | mine)


def may_note_lost_phones(actor: Actor) -> bool:
    """True for coordinators, about patients, and for administrators, about colleagues."""
    return actor.has_role("coordinator", "administrator")


def may_note_lost_phone_of(actor: Actor, *, of_staff: bool) -> bool:
    """The same, about one of them."""
    return actor.has_role("administrator" if of_staff else "coordinator")


def may_confirm_lost_phones(actor: Actor) -> bool:
    """True for those who may be the second person about a colleague."""
    return actor.has_role("administrator", "supervisor")


def waiting_phones() -> QuerySet[LostPhone]:
    """Lost phones whose factor still stands."""
    return LostPhone.objects.filter(done_at=None, ended_at=None)


def readable_phones(actor: Actor) -> QuerySet[LostPhone]:
    """Waiting ones: patients' for coordinators, colleagues' for administrators, supervisors."""
    seen = Q(pk=None)
    if actor.has_role("coordinator"):
        seen |= Q(of_staff=False)
    if may_confirm_lost_phones(actor):
        seen |= Q(of_staff=True)
    return waiting_phones().filter(seen)


def readable_sessions(actor: Actor) -> QuerySet[Session]:
    """The actor's own sessions that are open."""
    if not actor.is_person:
        return Session.objects.none()
    return open_sessions().filter(person=actor.id).exclude(stage=Stage.PASSWORD)


def grants_in_force() -> QuerySet[RoleGrant]:
    """The roles that are held at this instant."""
    now = clock.now()
    return RoleGrant.objects.filter(Q(until=None) | Q(until__gt=now), since__lte=now)


def people_who_are(role: str) -> set[UUID]:
    """Everybody who holds this role at this instant and can sign in."""
    grants = grants_in_force().filter(role=role, person__is_active=True)
    return {*grants.values_list("person", flat=True)}


def open_sessions() -> QuerySet[Session]:
    """Sessions that were not ended and whose absolute limit lies ahead; idling is not looked at."""
    return Session.objects.filter(ended_at=None, ends_at__gt=clock.now())


def needs_factor(roles: frozenset[str]) -> bool:
    """True if one of these roles may be used only after a second factor."""
    return not roles.isdisjoint(FACTOR_ROLES)


def idle_limit(roles: frozenset[str]) -> timedelta:
    """How long a session with these roles may lie unused."""
    limit: timedelta = settings.SESSION_IDLE_STAFF if roles & STAFF else settings.SESSION_IDLE
    return limit


def is_fresh(session: Session) -> bool:
    """True if whoever holds the session proved lately who they are."""
    proven: datetime | None = session.proven_at
    return proven is not None and proven > fresh_since()


def fresh_since() -> datetime:
    """From when on a proof is fresh."""
    limit: timedelta = settings.FRESH
    return clock.now() - limit
