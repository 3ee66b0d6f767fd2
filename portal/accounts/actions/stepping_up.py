"""Showing once more who one is, before something that a stolen session must not do alone.

What is asked is the strongest thing that the person has: a code of the app, or one that was kept on
paper; the password only where there is no second factor. Counted with the tries of signing in.
"""

from uuid import UUID

from django_otp import DEVICE_ID_SESSION_KEY

from portal.accounts import policy
from portal.accounts.actions.lost_phones import stop_for_used_factor
from portal.accounts.actions.proofs import proven_person, use_code
from portal.accounts.actions.sessions import rekey_session, revoke
from portal.accounts.actions.signing_in import NO, REFUSED, Outcome, Step
from portal.accounts.actions.throttles import clear_tickets, give_back_ticket, take_ticket
from portal.accounts.errors import NotAllowed, SignInExpired
from portal.accounts.models import Person, Session
from portal.accounts.selectors.factors import has_factor
from portal.accounts.selectors.passwords import Attempt
from portal.accounts.vocabulary import Event
from portal.audit import actions as audit
from portal.kernel import clock
from portal.kernel.actor import Actor


def step_up_by_code(actor: Actor, *, code: str, way: str, source: str) -> Step:
    """The session is fresh under a new cookie, and ends when it would have; or it is as before.

    Sockets under the old cookie close, and their pages come again with the new one.

    Refuses: SignInExpired.
    Locks: the throttles, the person, the session, the device.
    Records: CODE_REFUSED, RECOVERY_CODE_USED, STEPPED_UP, PHONE_LOSS_STOPPED.
    """
    account, origin = actor.id.bytes, source.encode()
    granted = [
        take_ticket(actor, policy.CODE_BY_SOURCE, origin),
        take_ticket(actor, policy.CODE_BY_ACCOUNT, account),
    ]
    session, person = _mine(actor)
    device_id = use_code(actor, person, code, way) if all(granted) else ""
    if not device_id:
        why = "wrong" if all(granted) else "throttled"
        audit.record(actor, Event.CODE_REFUSED, subject=person.pk, outcome=NO, way=way, why=why)
        return REFUSED
    stop_for_used_factor(actor, person.pk)
    clear_tickets(actor, policy.CODE_BY_ACCOUNT, account)
    give_back_ticket(actor, policy.CODE_BY_SOURCE, origin)
    session.factor = session.factor or way
    return _fresh(actor, session, person, by=way, device_id=device_id)


def step_up_by_password(actor: Actor, attempt: Attempt) -> Step:
    """The same for somebody who has no second factor.

    Refuses: NotAllowed (a second factor is there), SignInExpired.
    Locks: the throttles, the person, the session.
    Records: PASSWORD_REFUSED, STEPPED_UP.
    """
    if has_factor(actor.id):
        raise NotAllowed
    origin = attempt.source.encode()
    granted = [
        take_ticket(actor, policy.PASSWORD_BY_SOURCE, origin),
        take_ticket(actor, policy.PASSWORD_BY_ACCOUNT, attempt.account),
    ]
    session, person = _mine(actor)
    is_right = attempt.person_id == actor.id and proven_person(actor, attempt) is not None
    if not (is_right and all(granted)):
        why = "password" if all(granted) else "throttled"
        audit.record(actor, Event.PASSWORD_REFUSED, subject=actor.id, outcome=NO, why=why)
        return REFUSED
    clear_tickets(actor, policy.PASSWORD_BY_ACCOUNT, attempt.account)
    give_back_ticket(actor, policy.PASSWORD_BY_SOURCE, origin)
    device_id = session.data.get(DEVICE_ID_SESSION_KEY, "")
    return _fresh(actor, session, person, by="password", device_id=device_id)


def _mine(actor: Actor) -> tuple[Session, Person]:
    # Whoever locks both takes the person before the session.
    person = Person.objects.select_for_update().get(pk=actor.id)
    mine = policy.open_sessions().filter(pk=UUID(hex=actor.session), person=actor.id)
    session = mine.select_for_update().first()
    if session is None:
        raise SignInExpired
    return session, person


def _fresh(actor: Actor, session: Session, person: Person, *, by: str, device_id: str) -> Step:
    session.proven_at = clock.now()
    revoke(actor, person.pk)
    key = rekey_session(actor, session, person, device_id=device_id)
    audit.record(actor, Event.STEPPED_UP, subject=person.pk, by=by, which=session.pk)
    return Step(Outcome.DONE, key)
