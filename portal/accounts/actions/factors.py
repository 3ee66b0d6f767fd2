"""Second factors: set up, confirmed, and the recovery codes beside them."""

import os
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from portal.accounts import policy
from portal.accounts.actions.sessions import end_sessions, renew_session, revoke
from portal.accounts.actions.throttles import clear_tickets
from portal.accounts.errors import NotAllowed, NotFresh
from portal.accounts.models import Person, RecoveryCode, RecoveryDevice, Session, TotpDevice
from portal.accounts.selectors.factors import (
    SECRET_BYTES,
    confirmed_app,
    matching_step,
    new_recovery_code,
    recovery_digest,
    seal_secret,
)
from portal.accounts.vocabulary import Event
from portal.audit import actions as audit
from portal.audit.vocabulary import Outcome as Recorded
from portal.kernel import clock
from portal.kernel.actor import Actor, ActorKind
from portal.kernel.errors import NotFound
from portal.kernel.ids import new_id

CODES = 10
OFFERED = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What follows a confirmed factor: the codes, shown once, and the new value for the cookie."""

    codes: tuple[str, ...] = field(repr=False)
    key: str = field(repr=False)


def begin_factor(actor: Actor) -> TotpDevice:
    """An app's secret waits to be confirmed; the same one for an hour, however often one looks.

    Refuses: NotFresh (an app is in use, and the sign-in is old).
    Records: nothing; nothing counts until it is confirmed.
    """
    if confirmed_app(actor.id):
        _refuse_unless_fresh(actor)
    offered = TotpDevice.objects.filter(user=actor.id, confirmed=False)
    offered.filter(created_at__lt=clock.now() - OFFERED).delete()
    TotpDevice.objects.bulk_create([_new_app(actor.id, confirmed=False)], ignore_conflicts=True)
    device: TotpDevice = offered.get()
    return device


def confirm_factor(actor: Actor, code: str) -> Enrolled | None:
    """The app is in use and has replaced any other; other sessions are ended. None: a wrong code.

    Refuses: NotFresh.
    Locks: the person, the session.
    Records: CODE_REFUSED, FACTOR_ADDED, RECOVERY_CODES_MADE, SESSION_ENDED.
    """
    if confirmed_app(actor.id):
        _refuse_unless_fresh(actor)
    revoke(actor, actor.id)
    session = Session.objects.select_for_update().get(pk=UUID(hex=actor.session))
    device = TotpDevice.objects.filter(user=actor.id, confirmed=False).first()
    step = matching_step(device, code, clock.now()) if device else None
    if device is None or step is None:
        no = Recorded.REFUSED
        audit.record(
            actor, Event.CODE_REFUSED, subject=actor.id, outcome=no, way="app", why="wrong"
        )
        return None
    TotpDevice.objects.filter(user=actor.id, confirmed=True).delete()
    TotpDevice.objects.filter(pk=device.pk).update(confirmed=True, last_step=step)
    others = policy.open_sessions().filter(person=actor.id).exclude(pk=session.pk)
    end_sessions(actor, others, why="others")
    person = Person.objects.get(pk=actor.id)
    key = renew_session(actor, session, person, factor="app", device_id=device.persistent_id)
    audit.record(actor, Event.FACTOR_ADDED, subject=actor.id)
    return Enrolled(_new_codes(actor, person), key)


def renew_recovery_codes(actor: Actor) -> tuple[str, ...]:
    """Ten new codes; the old ones are worth nothing.

    Refuses: NotFresh, NotAllowed (without an app).
    Records: RECOVERY_CODES_MADE.
    """
    if confirmed_app(actor.id) is None:
        raise NotAllowed
    _refuse_unless_fresh(actor)
    return _new_codes(actor, Person.objects.get(pk=actor.id))


def add_totp(actor: Actor, person_id: UUID, *, confirmed: bool = True) -> TotpDevice:
    """The person has an app whose secret the portal made: for the portal's own work.

    Refuses: NotAllowed.
    Records: FACTOR_ADDED.
    """
    if actor.kind is not ActorKind.SYSTEM:
        raise NotAllowed
    TotpDevice.objects.filter(user=person_id, confirmed=confirmed).delete()
    device = _new_app(person_id, confirmed=confirmed)
    device.save()
    if confirmed:
        audit.record(actor, Event.FACTOR_ADDED, subject=person_id)
    return device


def allow_codes_again(actor: Actor, person_id: UUID) -> None:
    """Wrong codes of this person count from the beginning. The second step itself stays.

    Refuses: NotAllowed, NotFound.
    Records: CODES_ALLOWED.
    """
    if not policy.may_manage_people(actor):
        raise NotAllowed
    if not Person.objects.filter(pk=person_id).exists():
        raise NotFound(kind="person")
    clear_tickets(actor, policy.CODE_BY_ACCOUNT, person_id.bytes)
    audit.record(actor, Event.CODES_ALLOWED, subject=person_id)


def _new_app(person_id: UUID, *, confirmed: bool) -> TotpDevice:
    handle = new_id()
    return TotpDevice(
        user_id=person_id,
        name="app",
        confirmed=confirmed,
        handle=handle,
        secret_sealed=seal_secret(handle, os.urandom(SECRET_BYTES)),
        created_at=clock.now(),
    )


def _new_codes(actor: Actor, person: Person) -> tuple[str, ...]:
    RecoveryDevice.objects.filter(user=person).delete()
    device = RecoveryDevice.objects.create(user=person, name="recovery", made_at=clock.now())
    codes = tuple(new_recovery_code() for _ in range(CODES))
    RecoveryCode.objects.bulk_create(
        RecoveryCode(device=device, digest=recovery_digest(device.handle, code)) for code in codes
    )
    audit.record(actor, Event.RECOVERY_CODES_MADE, subject=person.pk, n=CODES)
    return codes


def _refuse_unless_fresh(actor: Actor) -> None:
    mine = Session.objects.filter(pk=UUID(hex=actor.session), proven_at__gt=policy.fresh_since())
    if not mine.exclude(factor="").exists():
        raise NotFresh
