"""People and their roles."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.hashers import make_password

from portal.accounts import policy
from portal.accounts.actions.sessions import end_sessions, revoke
from portal.accounts.errors import NoSuchRole, NotAllowed, NotYourself, SignInTaken
from portal.accounts.models import Person, RoleGrant
from portal.accounts.selectors.people import Profile, sealed, sign_in_index
from portal.accounts.vocabulary import ROLES, Event
from portal.audit import actions as audit
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound
from portal.kernel.ids import new_id


def create_person(actor: Actor, profile: Profile, *, password_hash: str = "") -> Person:
    """Somebody who can sign in once there is a role and a password. Hash it before: that is slow.

    Refuses: NotAllowed, SignInTaken.
    Records: PERSON_CREATED.
    """
    if not policy.may_manage_people(actor):
        raise NotAllowed
    person_id = new_id()
    person = Person(
        id=person_id,
        sign_in_index=sign_in_index(profile.email),
        profile_sealed=sealed(person_id, profile),
        password=password_hash or make_password(None),
        created_at=clock.now(),
    )
    Person.objects.bulk_create([person], ignore_conflicts=True)
    if not Person.objects.filter(pk=person_id).exists():
        raise SignInTaken
    audit.record(actor, Event.PERSON_CREATED, subject=person_id)
    return person


def grant_role(
    actor: Actor,
    person_id: UUID,
    role: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> RoleGrant:
    """The person holds the role from `since`. One that is held for good is not held twice.

    Refuses: NotAllowed, NoSuchRole, NotFound.
    Locks: the person.
    Records: ROLE_GRANTED.
    """
    person = _lock_person(actor, person_id)
    if role not in ROLES:
        raise NoSuchRole
    if until is None and (held := person.grants.filter(role=role, until=None).first()):
        return held
    grant = RoleGrant.objects.create(
        person=person, role=role, since=since or clock.now(), until=until
    )
    audit.record(actor, Event.ROLE_GRANTED, subject=person_id, which=role)
    revoke(actor, person_id)
    return grant


def end_role(actor: Actor, person_id: UUID, role: str) -> None:
    """The person holds the role no more, and open pages know within a second.

    Refuses: NotAllowed, NotFound, NotYourself (who runs the place cannot shut themself out).
    Locks: the person.
    Records: ROLE_ENDED.
    """
    _lock_person(actor, person_id)
    if actor.id == person_id and role == "administrator":
        raise NotYourself
    now = clock.now()
    held = RoleGrant.objects.filter(person=person_id, role=role)
    ended = held.filter(since__gt=now).delete()[0]
    ended += held.filter(until=None).update(until=now) + held.filter(until__gt=now).update(
        until=now
    )
    if not ended:
        raise NotFound(kind="role", subject=person_id)
    audit.record(actor, Event.ROLE_ENDED, subject=person_id, which=role)
    revoke(actor, person_id)


def close_person(actor: Actor, person_id: UUID) -> None:
    """The person cannot sign in; every session and socket is no more.

    Refuses: NotAllowed, NotFound, NotYourself.
    Locks: the person.
    Records: PERSON_CLOSED, SESSION_ENDED.
    """
    person = _lock_person(actor, person_id)
    if actor.id == person_id:
        raise NotYourself
    person.is_active = False
    person.save(update_fields=["is_active"])
    audit.record(actor, Event.PERSON_CLOSED, subject=person_id)
    end_sessions(actor, policy.open_sessions().filter(person=person), why="closed")
    revoke(actor, person_id)


def reopen_person(actor: Actor, person_id: UUID) -> None:
    """The person can sign in again as before; nothing but an administrator's word does this.

    Refuses: NotAllowed, NotFound.
    Locks: the person.
    Records: PERSON_REOPENED.
    """
    person = _lock_person(actor, person_id)
    if person.is_active:
        return
    person.is_active = True
    person.save(update_fields=["is_active"])
    audit.record(actor, Event.PERSON_REOPENED, subject=person_id)
    revoke(actor, person_id)


def _lock_person(actor: Actor, person_id: UUID) -> Person:
    if not policy.may_manage_people(actor):
        raise NotAllowed
    person = Person.objects.select_for_update().filter(pk=person_id).first()
    if person is None:
        raise NotFound(kind="person")
    return person
