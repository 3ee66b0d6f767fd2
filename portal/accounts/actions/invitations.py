"""Invitations: made, accepted once, or taken back."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from portal.accounts import policy
from portal.accounts.actions.people import create_person, grant_role
from portal.accounts.actions.sessions import end_sessions, open_session
from portal.accounts.actions.signing_in import Outcome, Step
from portal.accounts.actions.throttles import take_ticket
from portal.accounts.errors import (
    LinkSpent,
    NoSuchRole,
    NotAllowed,
    SignInTaken,
    SomebodyElse,
    TooManyInvitations,
)
from portal.accounts.models import Invitation, Person, Stage
from portal.accounts.selectors.factors import has_factor
from portal.accounts.selectors.invitations import (
    JOIN,
    invited,
    lock_open_invitation,
    may_sign_in,
    person_of,
)
from portal.accounts.selectors.links import new_token, token_digest
from portal.accounts.selectors.people import Profile, parted, sealed_for, sign_in_index
from portal.accounts.vocabulary import PROOFS, ROLES, Event
from portal.audit import actions as audit
from portal.kernel import clock, plugs
from portal.kernel.actor import Actor, system_actor
from portal.kernel.errors import NotFound
from portal.kernel.ids import new_id
from portal.outbox import actions as outbox

ENROLMENT = system_actor("enrolment")
LETTER = "accounts.invitation"


@dataclass(frozen=True, slots=True)
class Newcomer:
    """How somebody without a sign-in wants to be known, and the hash of the password chosen."""

    name: str = field(default="", repr=False)
    password_hash: str = field(default="", repr=False)
    zone: str = ""
    device: str = "/"


def invite(
    actor: Actor,
    *,
    purpose: str,
    address: str,
    role: str,
    subject: UUID | None,
    proofing: str,
    days: int = 14,
    name: str = "",
) -> Invitation:
    """A letter with a link that works once goes to this address; nobody else knows the link.

    An earlier one to the same address for the same thing works no more.

    Refuses: NotAllowed, NoSuchRole, NoAddress, TooManyInvitations.
    Records: INVITATION_MADE, INVITATION_WITHDRAWN.
    """
    if role not in ROLES:
        raise NoSuchRole
    if not policy.may_invite(actor, role):
        raise NotAllowed
    by_patient = actor.is_person and actor.roles.isdisjoint(policy.STAFF)
    if by_patient and not take_ticket(actor, policy.INVITES_BY_PERSON, actor.id.bytes):
        raise TooManyInvitations
    index, token, now = sign_in_index(address), new_token(), clock.now()
    _replace(actor, index, purpose, role, subject)
    invitation_id = new_id()
    title, bare_name = parted(name)
    profile = Profile(bare_name, address.strip(), title=title)
    invitation = Invitation.objects.create(
        id=invitation_id,
        digest=token_digest(JOIN, token),
        purpose=purpose,
        role=role,
        subject=subject,
        proofing=proofing if proofing in PROOFS else "none",
        sign_in_index=index,
        profile_sealed=sealed_for("invitation", invitation_id, profile),
        made_by=actor.id,
        made_at=now,
        expires_at=now + timedelta(days=days),
    )
    _write(actor, invitation, profile.email, token)
    _record(actor, Event.INVITATION_MADE, invitation, None)
    return invitation


def accept_invitation(actor: Actor, token: str, newcomer: Newcomer) -> Step:
    """The link is used: whoever held it has the role, and what the wards tied to it.

    Who signs in here already does so first. Anybody else is signed in now, staff as far as the
    set-up of their second factor. The second factor of somebody who comes back stays.

    Refuses: LinkSpent, SignInTaken (sign in first), SomebodyElse.
    Locks: the invitation, the person.
    Records: INVITATION_ACCEPTED, PERSON_CREATED, ROLE_GRANTED, SIGNED_IN, PASSWORD_CHANGED.
    """
    invitation = lock_open_invitation(token)
    if invitation is None:
        raise LinkSpent
    person = person_of(invitation)
    if actor.is_person and (person is None or person.pk != actor.id):
        raise SomebodyElse
    if person is None:
        person = _made(invitation, newcomer)
    elif not actor.is_person:
        _let_back_in(actor, person, newcomer)
    grant_role(ENROLMENT, person.pk, invitation.role)
    invitation.used_at, invitation.used_by = clock.now(), person
    invitation.save(update_fields=["used_at", "used_by"])
    outbox.withdraw(actor, invitation.pk)
    _record(actor, Event.INVITATION_ACCEPTED, invitation, person.pk)
    for ward in plugs.wards():
        for hook in ward.enrolled:
            hook(ENROLMENT, person.pk, invitation)
    return Step(Outcome.DONE) if actor.is_person else _signed_in(actor, person, newcomer.device)


def withdraw_invitation(actor: Actor, invitation_id: UUID) -> bool:
    """The link works no more, and its letter does not go out. False if it was over before.

    Refuses: NotFound.
    Locks: the invitation.
    Records: INVITATION_WITHDRAWN.
    """
    mine = policy.withdrawable_invitations(actor).filter(pk=invitation_id)
    found = mine.select_for_update().first()
    if found is None:
        exists = Invitation.objects.filter(pk=invitation_id).exists()
        raise NotFound(kind="invitation", subject=invitation_id if exists else None)
    if not policy.open_invitations().filter(pk=invitation_id).exists():
        return False
    _withdraw(actor, found)
    return True


def _replace(actor: Actor, index: bytes, purpose: str, role: str, subject: UUID | None) -> None:
    """Earlier invitations of the same address to the same thing are taken back."""
    again = policy.open_invitations().filter(sign_in_index=index, purpose=purpose, role=role)
    for earlier in again.filter(subject=subject).select_for_update():
        _withdraw(actor, earlier)


def _write(actor: Actor, invitation: Invitation, address: str, token: str) -> None:
    outbox.post(
        actor,
        LETTER,
        to=address,
        params={"link": token, "role": invitation.role, "until": invitation.expires_at},
        key=f"{LETTER}.{invitation.pk.hex}",
        about=invitation.pk,
        until=invitation.expires_at,
    )


def _withdraw(actor: Actor, invitation: Invitation) -> None:
    invitation.withdrawn_at = clock.now()
    invitation.save(update_fields=["withdrawn_at"])
    outbox.withdraw(actor, invitation.pk)
    audit.record(
        actor,
        Event.INVITATION_WITHDRAWN,
        subject=invitation.pk,
        which=invitation.pk,
        as_role=invitation.role,
    )


def _made(invitation: Invitation, newcomer: Newcomer) -> Person:
    known = invited(invitation)
    profile = Profile(
        known.name or newcomer.name.strip(),
        known.email,
        title=known.title,
        zone=newcomer.zone,
    )
    return create_person(ENROLMENT, profile, password_hash=newcomer.password_hash)


def _let_back_in(actor: Actor, person: Person, newcomer: Newcomer) -> None:
    """Somebody who had no role left chooses a password anew."""
    locked = Person.objects.select_for_update().get(pk=person.pk)
    if not locked.is_active:
        raise LinkSpent  # opening a closed account again is an administrator's own decision
    if may_sign_in(locked) or not newcomer.password_hash:
        raise SignInTaken
    end_sessions(actor, policy.open_sessions().filter(person=person), why="closed")
    person.password = newcomer.password_hash
    person.save(update_fields=["password"])
    audit.record(actor, Event.PASSWORD_CHANGED, subject=person.pk)


def _signed_in(actor: Actor, person: Person, device: str) -> Step:
    """Whoever has a second factor passes it first, by signing in."""
    if has_factor(person.pk):
        return Step(Outcome.CODE)
    roles = policy.grants_in_force().filter(person=person).values_list("role", flat=True)
    enrols = policy.needs_factor(frozenset(roles))
    session, key = open_session(actor, person, Stage.ENROL if enrols else Stage.FULL, device)
    audit.record(actor, Event.SIGNED_IN, subject=person.pk, factor="none", which=session.pk)
    return Step(Outcome.ENROL if enrols else Outcome.DONE, key)


def _record(actor: Actor, event: Event, invitation: Invitation, person_id: UUID | None) -> None:
    audit.record(
        actor,
        event,
        subject=person_id or invitation.pk,
        which=invitation.pk,
        as_role=invitation.role,
        proofing=invitation.proofing,
    )
