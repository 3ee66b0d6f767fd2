"""Signing in: a password, then a code. Every answer costs the same and tells as little.

A refusal here is an outcome, not an exception: it must leave a count and an entry behind.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django_otp import DEVICE_ID_SESSION_KEY

from portal.accounts import policy
from portal.accounts.actions.lost_phones import stop_for_used_factor
from portal.accounts.actions.open_links import end_open_links
from portal.accounts.actions.proofs import proven_person, use_code
from portal.accounts.actions.sessions import (
    end_sessions,
    open_session,
    rekey_session,
    renew_session,
    revoke,
)
from portal.accounts.actions.throttles import clear_tickets, give_back_ticket, take_ticket
from portal.accounts.errors import SignInExpired
from portal.accounts.models import Person, Session, Stage
from portal.accounts.selectors.factors import has_factor
from portal.accounts.selectors.passwords import Attempt
from portal.accounts.vocabulary import Event
from portal.audit import actions as audit
from portal.audit.vocabulary import Outcome as Recorded
from portal.kernel.actor import Actor


class Outcome(StrEnum):
    """Where a step of signing in led."""

    REFUSED = "refused"
    CODE = "code"
    ENROL = "enrol"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Step:
    """The outcome, and the new value for the cookie where there is one."""

    outcome: Outcome
    key: str = field(default="", repr=False)


REFUSED = Step(Outcome.REFUSED)
NO = Recorded.REFUSED
NOBODY = UUID(int=0)


def begin_sign_in(
    actor: Actor, attempt: Attempt, *, device: str, replaces: UUID | None = None
) -> Step:
    """After the first step: signed in, half way, or as before. The old session is ended.

    Locks: the throttles of source and account.
    Records: SIGN_IN_REFUSED, PASSWORD_ACCEPTED, SIGNED_IN.
    """
    person = _let_in(actor, attempt)
    if person is None:
        return REFUSED
    if replaces is not None:
        end_sessions(actor, Session.objects.filter(pk=replaces), why="replaced")
    if has_factor(person.pk):
        _session, key = open_session(actor, person, Stage.PASSWORD, device)
        audit.record(actor, Event.PASSWORD_ACCEPTED, subject=person.pk)
        return Step(Outcome.CODE, key)
    enrols = policy.needs_factor(_roles_of(person))
    stage = Stage.ENROL if enrols else Stage.FULL
    session, key = open_session(actor, person, stage, device)
    audit.record(actor, Event.SIGNED_IN, subject=person.pk, factor="none", which=session.pk)
    return Step(Outcome.ENROL if enrols else Outcome.DONE, key)


def confirm_code(actor: Actor, session_id: UUID, *, code: str, way: str, source: str) -> Step:
    """After the second step: signed in under a new cookie, or half way as before.

    Refuses: SignInExpired.
    Locks: the throttles, the session, the device.
    Records: CODE_REFUSED, RECOVERY_CODE_USED, SIGNED_IN, PHONE_LOSS_STOPPED.
    """
    half_way = policy.open_sessions().filter(pk=session_id, stage=Stage.PASSWORD)
    person = _open_person(half_way.values("person"))
    if person is None:
        raise SignInExpired
    account = person.pk.bytes
    granted = [
        take_ticket(actor, policy.CODE_BY_SOURCE, source.encode()),
        take_ticket(actor, policy.CODE_BY_ACCOUNT, account),
    ]
    pending = half_way.select_for_update().first()
    if pending is None:
        raise SignInExpired
    device_id = use_code(actor, person, code, way) if all(granted) else ""
    if not device_id:
        why = "wrong" if all(granted) else "throttled"
        audit.record(actor, Event.CODE_REFUSED, subject=person.pk, outcome=NO, way=way, why=why)
        return REFUSED
    stop_for_used_factor(actor, person.pk)
    clear_tickets(actor, policy.CODE_BY_ACCOUNT, account)
    give_back_ticket(actor, policy.CODE_BY_SOURCE, source.encode())
    key = renew_session(actor, pending, person, factor=way, device_id=device_id)
    audit.record(actor, Event.SIGNED_IN, subject=person.pk, factor=way, which=pending.pk)
    return Step(Outcome.DONE, key)


def change_password(actor: Actor, attempt: Attempt, *, password_hash: str) -> Step:
    """The password is another, this session goes on under a new cookie, every other one is ended.

    Locks: the throttles, the person.
    Records: PASSWORD_REFUSED, PASSWORD_CHANGED, SESSION_ENDED.
    """
    granted = take_ticket(actor, policy.PASSWORD_BY_ACCOUNT, attempt.account)
    person = proven_person(actor, attempt) if granted and attempt.person_id == actor.id else None
    if person is None:
        why = "password" if granted else "throttled"
        audit.record(actor, Event.PASSWORD_REFUSED, subject=actor.id, outcome=NO, why=why)
        return REFUSED
    clear_tickets(actor, policy.PASSWORD_BY_ACCOUNT, attempt.account)
    revoke(actor, person.pk)
    person.password = password_hash
    person.save(update_fields=["password"])
    end_open_links(actor, person.pk)
    mine = policy.open_sessions().filter(person=person)
    session = mine.get(pk=UUID(hex=actor.session))
    end_sessions(actor, mine.exclude(pk=session.pk), why="others")
    device_id = session.data.get(DEVICE_ID_SESSION_KEY, "")
    key = rekey_session(actor, session, person, device_id=device_id)
    audit.record(actor, Event.PASSWORD_CHANGED, subject=person.pk)
    return Step(Outcome.DONE, key)


def _let_in(actor: Actor, attempt: Attempt) -> Person | None:
    """The person, if the attempt has its tickets, is right, and the account is open."""
    granted = [
        take_ticket(actor, policy.PASSWORD_BY_SOURCE, attempt.source.encode()),
        take_ticket(actor, policy.PASSWORD_BY_ACCOUNT, attempt.account),
    ]
    person = proven_person(actor, attempt)
    somebody = Person.objects.filter(pk=attempt.person_id or NOBODY).values("pk")
    is_open = _open_person(somebody) is not None
    if person is not None and is_open and all(granted):
        clear_tickets(actor, policy.PASSWORD_BY_ACCOUNT, attempt.account)
        give_back_ticket(actor, policy.PASSWORD_BY_SOURCE, attempt.source.encode())
        return person
    why = "unknown" if attempt.person_id is None else "closed" if person else "password"
    audit.record(
        actor,
        Event.SIGN_IN_REFUSED,
        subject=attempt.person_id,
        outcome=NO,
        why=why if all(granted) else "throttled",
    )
    return None


def _open_person(people: QuerySet[Any, Any]) -> Person | None:
    """The person of this query, unless closed or without a role today."""
    with_role = policy.grants_in_force().values("person")
    found = Person.objects.filter(pk__in=people, is_active=True)
    return found.filter(pk__in=with_role).first()


def _roles_of(person: Person) -> frozenset[str]:
    return frozenset(policy.grants_in_force().filter(person=person).values_list("role", flat=True))
