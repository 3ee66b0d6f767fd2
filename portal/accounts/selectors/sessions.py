"""Sessions: who holds one, and what it stands for now."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from uuid import UUID

from django.contrib.auth import HASH_SESSION_KEY
from django.utils.translation import gettext as _

from portal.accounts import policy
from portal.accounts.models import Person, Session, Stage
from portal.accounts.ports import Standing
from portal.accounts.selectors.people import unsealed
from portal.kernel import clock
from portal.kernel.actor import Actor, person_actor

STALE = timedelta(minutes=1)
# The mark in a User-Agent, and our word for it; the first that fits counts.
BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "CrOS": "ChromeOS",
    "Windows": "Windows",
    "Mac OS X": "Mac",
    "Linux": "Linux",
}


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One open session, as its owner sees it."""

    handle: str
    device: str
    started_at: datetime
    last_seen_at: datetime
    is_current: bool


def digest(key: str) -> bytes:
    """What the table holds of a cookie's value, which is random and long."""
    return sha256(key.encode()).digest()


def device_code(agent: str) -> str:
    """Browser and system of a User-Agent, as two words of ours; nothing else of it is kept."""
    browser = next((word for mark, word in BROWSERS.items() if f"{mark}/" in agent), "")
    system = next((word for mark, word in SYSTEMS.items() if re.search(rf"\b{mark}\b", agent)), "")
    return f"{browser}/{system}"


def device_words(code: str) -> str:
    """The device as a person says it."""
    browser, _slash, system = code.partition("/")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Another device")


def device_of(session_id: UUID) -> str:
    """From what kind of device a session was; empty once it is no longer kept."""
    code = Session.objects.filter(pk=session_id).values_list("device", flat=True).first()
    return "" if code is None else device_words(code)


def find_session(key: str) -> Session | None:
    """The session of this cookie, ended or not, with its person."""
    found = Session.objects.select_related("person").filter(key_digest=digest(key))
    return found.first()


def proven_lately(actor: Actor) -> bool:
    """True if whoever acts here proved lately who they are, by signing in or when asked again.

    The portal's own work has nothing to prove.
    """
    if not actor.is_person:
        return True
    if not actor.session:
        return False
    mine = Session.objects.filter(pk=UUID(hex=actor.session), person=actor.id, ended_at=None)
    return mine.filter(stage=Stage.FULL, proven_at__gt=policy.fresh_since()).exists()


def standing_of_key(key: str) -> Standing:
    """What the session of this cookie stands for now."""
    return standing_of(find_session(key))


def standing_of_session(session_id: UUID) -> Standing:
    """What this session stands for now."""
    return standing_of(Session.objects.select_related("person").filter(pk=session_id).first())


def standing_of(session: Session | None) -> Standing:
    """What this session stands for now: a stranger, somebody half way, or a person."""
    if session is None:
        return Standing()
    if session.ended_at is not None:
        idle = session.ended_why in {"idle", "limit"}
        return Standing(reason="idle", was=session.pk) if idle else Standing(reason="ended")
    if session.ends_at <= clock.now():
        return Standing(session_id=session.pk, lapsed="limit", reason="idle", was=session.pk)
    if session.stage == Stage.ANONYMOUS or session.person is None:
        return Standing(session_id=session.pk)
    return _held_by(session, session.person)


def _held_by(session: Session, person: Person) -> Standing:
    if not _still_holds(session, person):
        return Standing(session_id=session.pk, lapsed="closed", reason="ended")
    if session.stage == Stage.PASSWORD:
        return Standing(session_id=session.pk, person_id=person.pk, waits_for_code=True)
    return _signed_in(session, person, clock.now())


def _signed_in(session: Session, person: Person, now: datetime) -> Standing:
    grants = policy.grants_in_force().filter(person=person).values_list("role", "until")
    held = dict(grants)
    roles = frozenset(held)
    idles_at = session.last_seen_at + policy.idle_limit(roles)
    if idles_at <= now:
        return Standing(session_id=session.pk, lapsed="idle", reason="idle", was=session.pk)
    must_enrol = policy.needs_factor(roles) and not session.factor
    usable = frozenset() if must_enrol else roles
    return Standing(
        actor=person_actor(person.pk, usable, session=session.pk.hex),
        session_id=session.pk,
        cookie=bytes(session.key_digest),
        person_id=person.pk,
        profile=unsealed(person.pk, bytes(person.profile_sealed)),
        must_enrol=must_enrol,
        is_fresh=policy.is_fresh(session),
        revocation=person.revocation,
        is_stale=now - session.last_seen_at > STALE,
        stays_until=min(idles_at, session.ends_at),
        is_at_limit=session.ends_at <= idles_at,
        look_again_at=min(filter(None, (idles_at, session.ends_at, *held.values()))),
    )


def _still_holds(session: Session, person: Person) -> bool:
    """False once the account was closed or the password is another."""
    if not person.is_active:
        return False
    if session.stage == Stage.PASSWORD:
        return True
    expected = person.get_session_auth_hash()
    return compare_digest(str(session.data.get(HASH_SESSION_KEY, "")), expected)


def sessions_of(actor: Actor) -> list[SessionLine]:
    """The actor's open sessions, the newest first."""
    limit = policy.idle_limit(actor.roles)
    rows = policy.readable_sessions(actor).filter(last_seen_at__gt=clock.now() - limit)
    return [
        SessionLine(
            handle=str(row.pk),
            device=device_words(row.device),
            started_at=row.signed_in_at or row.created_at,
            last_seen_at=row.last_seen_at,
            is_current=row.pk.hex == actor.session,
        )
        for row in rows.order_by("-signed_in_at")
    ]


def revoked_since(at: datetime) -> dict[UUID, int]:
    """The revocation counters that moved since then, by person."""
    return dict(Person.objects.filter(revoked_at__gt=at).values_list("pk", "revocation"))
