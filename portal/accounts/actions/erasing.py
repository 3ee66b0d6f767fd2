"""An account that is erased with its owner's record, and who says at a terminal who they are."""

import os
from uuid import UUID

from django.contrib.auth.hashers import make_password

from portal.accounts import policy
from portal.accounts.actions.sessions import end_sessions, revoke, sign_out
from portal.accounts.actions.signing_in import Outcome, begin_sign_in, confirm_code
from portal.accounts.errors import NotProven
from portal.accounts.models import (
    AddressChange,
    HeldForm,
    Invitation,
    LostPhone,
    PasswordReset,
    Person,
    RecoveryDevice,
    RoleGrant,
    Session,
    TotpDevice,
)
from portal.accounts.selectors.passwords import attempt_password
from portal.accounts.selectors.people import Profile, sealed
from portal.accounts.selectors.sessions import standing_of_key
from portal.accounts.vocabulary import Event
from portal.audit import actions as audit
from portal.kernel import clock, door
from portal.kernel.actor import STRANGER, Actor

ERASED = "(erased)"
TERMINAL = "terminal"


def erase_person(actor: Actor, person_id: UUID) -> None:
    """Nobody signs in with this account again, and nothing here tells whose it was.

    The row stays, with an id and when it was made: what others did together with it points there.

    Locks: the person, the sessions.
    Records: PERSON_CLOSED, SESSION_ENDED.
    """
    revoke(actor, person_id)
    end_sessions(actor, policy.open_sessions().filter(person=person_id), why="closed")
    for table in (TotpDevice, RecoveryDevice):
        table._default_manager.filter(user=person_id).delete()
    for linked in (AddressChange, HeldForm, LostPhone, PasswordReset, Session):
        linked._default_manager.filter(person=person_id).delete()
    Invitation.objects.filter(used_by=person_id).delete()
    RoleGrant.objects.filter(person=person_id, until=None).update(until=clock.now())
    Person.objects.filter(pk=person_id).update(
        sign_in_index=os.urandom(16),
        profile_sealed=sealed(person_id, Profile(name=ERASED)),
        password=make_password(None),
        is_active=False,
    )
    audit.record(actor, Event.PERSON_CLOSED, subject=person_id)


def erase_invitation(actor: Actor, invitation_id: UUID) -> None:
    """An invitation to somebody whose record is erased is not here any more.

    Records: nothing; the erasure does.
    """
    Invitation.objects.filter(pk=invitation_id).delete()


def prove(actor: Actor, address: str, password: str, code: str) -> Actor:
    """Whoever knows these three and holds a role, as an actor. The code is used up.

    They are signed in as on a page, counted and on record like there, and signed out at once.
    Outside of any transaction: checking a password is slow.

    Refuses: NotProven.
    Records: SIGN_IN_REFUSED, PASSWORD_ACCEPTED, CODE_REFUSED, SIGNED_IN, SIGNED_OUT.
    """
    attempt = attempt_password(address, password, TERMINAL)
    step = door.run(begin_sign_in, STRANGER, attempt, device="/")
    pending = standing_of_key(step.key).session_id
    if step.outcome is not Outcome.CODE or pending is None:
        _leave(step.key)
        raise NotProven
    done = door.run(confirm_code, STRANGER, pending, code=code.strip(), way="app", source=TERMINAL)
    if done.outcome is not Outcome.DONE:
        raise NotProven
    proven = standing_of_key(done.key).actor
    door.run(sign_out, proven)
    return proven


def _leave(key: str) -> None:
    """Who came in without a second factor is out again."""
    standing = standing_of_key(key)
    if standing.actor.is_person:
        door.run(sign_out, standing.actor)
