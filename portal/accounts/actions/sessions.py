"""Sessions: opened, noted, ended. Whatever ends one tells every open page of its person."""

from datetime import timedelta
from string import ascii_lowercase, digits
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db.models import F, QuerySet
from django.utils.crypto import get_random_string
from django_otp import DEVICE_ID_SESSION_KEY

from portal.accounts import policy
from portal.accounts.errors import NotAllowed
from portal.accounts.models import AddressChange, PasswordReset, Person, Session, Stage, Throttle
from portal.accounts.selectors.sessions import digest
from portal.accounts.vocabulary import Event
from portal.audit import actions as audit
from portal.kernel import clock
from portal.kernel.actor import Actor, ActorKind
from portal.kernel.errors import NotFound
from portal.realtime import groups
from portal.realtime.nudge import nudge

HALF_WAY = timedelta(minutes=10)
KEPT = timedelta(days=30)
KEY_LENGTH = 40


def revoke(actor: Actor, person_id: UUID) -> None:
    """Every process looks again at what this person may do, within half a second.

    Locks: the person.
    Records: nothing; the act that revokes does.
    """
    Person.objects.filter(pk=person_id).update(
        revocation=F("revocation") + 1, revoked_at=clock.now()
    )
    nudge(groups.person(person_id), "person.revoked", person_id)


def open_session(actor: Actor, person: Person, stage: Stage, device: str) -> tuple[Session, str]:
    """A new session of this person at this stage, and the value for its cookie.

    Records: nothing; signing in does.
    """
    key, now = _new_key(), clock.now()
    half_way = stage == Stage.PASSWORD
    session = Session.objects.create(
        key_digest=digest(key),
        person=person,
        stage=stage,
        device=device[:40],
        data={} if half_way else _session_data(person),
        signed_in_at=None if half_way else now,
        proven_at=None if half_way else now,
        created_at=now,
        last_seen_at=now,
        ends_at=now + (HALF_WAY if half_way else settings.SESSION_LIMIT),
    )
    return session, key


def renew_session(
    actor: Actor, session: Session, person: Person, *, factor: str, device_id: str
) -> str:
    """The session is whole, proven by this factor, and its cookie has a new value.

    Records: nothing; the step that proves it does.
    """
    now = clock.now()
    session.stage, session.factor = Stage.FULL, factor
    session.signed_in_at = session.proven_at = now
    session.ends_at = now + settings.SESSION_LIMIT
    return rekey_session(actor, session, person, device_id=device_id)


def rekey_session(actor: Actor, session: Session, person: Person, *, device_id: str) -> str:
    """The session goes on under a new value: neither fresher than before nor longer.

    Records: nothing; the step that asks for it does.
    """
    key = _new_key()
    session.key_digest, session.last_seen_at = digest(key), clock.now()
    session.data = _session_data(person) | ({DEVICE_ID_SESSION_KEY: device_id} if device_id else {})
    session.save()
    return key


def start_session(actor: Actor, person_id: UUID, *, factor: str = "", device: str = "/") -> str:
    """Somebody is signed in without steps: for the portal's own work. Returns the cookie's value.

    Refuses: NotAllowed.
    Records: SIGNED_IN.
    """
    if actor.kind is not ActorKind.SYSTEM:
        raise NotAllowed
    person = Person.objects.get(pk=person_id)
    session, key = open_session(actor, person, Stage.FULL, device)
    session.factor = factor
    session.save(update_fields=["factor"])
    audit.record(
        actor, Event.SIGNED_IN, subject=person.pk, factor=factor or "none", which=session.pk
    )
    return key


def note_presence(actor: Actor, session_id: UUID) -> None:
    """The session does not idle out for a while.

    Records: nothing.
    """
    Session.objects.filter(pk=session_id, ended_at=None).update(last_seen_at=clock.now())


def sign_out(actor: Actor) -> None:
    """The actor's session is no more, and its sockets close.

    Locks: the person, the session.
    Records: SIGNED_OUT.
    """
    revoke(actor, actor.id)
    for session in policy.readable_sessions(actor).filter(pk=UUID(hex=actor.session)):
        if _close(session, "by-hand"):
            audit.record(actor, Event.SIGNED_OUT, subject=actor.id, which=session.pk)


def end_session(actor: Actor, session_id: UUID) -> None:
    """One of the actor's own sessions is no more, and its sockets close.

    Refuses: NotFound.
    Records: SESSION_ENDED.
    """
    session = policy.readable_sessions(actor).filter(pk=session_id).first()
    if session is None:
        known = Session.objects.filter(pk=session_id).exists()
        raise NotFound(kind="session", subject=session_id if known else None)
    end_sessions(actor, Session.objects.filter(pk=session_id), why="by-hand")


def end_other_sessions(actor: Actor) -> int:
    """The actor's session on this device is the only one left. Returns how many were ended.

    Records: SESSION_ENDED.
    """
    others = policy.readable_sessions(actor).exclude(pk=UUID(hex=actor.session))
    return end_sessions(actor, others, why="others")


def end_lapsed_session(actor: Actor, session_id: UUID, *, why: str) -> None:
    """A session that idled out or reached its limit is no more.

    Records: SESSION_ENDED.
    """
    end_sessions(actor, Session.objects.filter(pk=session_id), why=why)


def end_sessions(actor: Actor, sessions: QuerySet[Session], *, why: str) -> int:
    """These sessions are no more, and their sockets close. Returns how many were ended.

    Locks: their people, then the sessions.
    Records: SESSION_ENDED.
    """
    found = list(sessions.order_by("pk"))
    for person_id in sorted({one.person_id for one in found if one.person_id}):
        revoke(actor, person_id)  # first: whoever locks both takes the person before the session
    ended = [session for session in found if _close(session, why)]
    for session in ended:
        audit.record(
            actor, Event.SESSION_ENDED, subject=session.person_id, which=session.pk, why=why
        )
    return len(ended)


def sweep(actor: Actor) -> None:
    """Sessions, throttles and links that matter no more are gone.

    Records: nothing.
    """
    before = clock.now() - KEPT
    Session.objects.filter(ends_at__lt=before).delete()
    Throttle.objects.filter(window_at__lt=before).delete()
    PasswordReset.objects.filter(asked_at__lt=before).delete()
    AddressChange.objects.filter(stop_until__lt=before).delete()


def _new_key() -> str:
    """A value for a cookie: two hundred random bits."""
    return get_random_string(KEY_LENGTH, ascii_lowercase + digits)


def _session_data(person: Person) -> dict[str, Any]:
    """What Django's own authentication looks for in a session: ids, and a digest of the hash."""
    return {
        SESSION_KEY: str(person.pk),
        BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
        HASH_SESSION_KEY: person.get_session_auth_hash(),
    }


def _close(session: Session, why: str) -> bool:
    """True if it was open until now."""
    return bool(
        Session.objects.filter(pk=session.pk, ended_at=None).update(
            ended_at=clock.now(), ended_why=why, data={}
        )
    )
