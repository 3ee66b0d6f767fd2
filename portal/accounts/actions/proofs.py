"""By what somebody shows who they are: a password that fits, a code that was not used yet."""

from uuid import UUID

from portal.accounts.models import Person, RecoveryCode, RecoveryDevice, TotpDevice
from portal.accounts.selectors.factors import (
    confirmed_app,
    matching_step,
    recovery_digest,
    remaining_codes,
    step_of,
)
from portal.accounts.selectors.passwords import Attempt
from portal.accounts.vocabulary import Event
from portal.audit import actions as audit
from portal.kernel import clock
from portal.kernel.actor import Actor


def proven_person(actor: Actor, attempt: Attempt) -> Person | None:
    """Whose password it was and still is.

    Records: nothing; the step that asks for it does.
    """
    # Asked for nobody, too: an answer must not come sooner where there is no account.
    rows = Person.objects.filter(pk=attempt.person_id or UUID(int=0), password=attempt.checked_hash)
    found = rows.first()
    return found if attempt.matches else None


def use_code(actor: Actor, person: Person, code: str, way: str) -> str:
    """The device that took the code, which is worth nothing from now on; empty if none did.

    Records: RECOVERY_CODE_USED.
    """
    if way == "recovery":
        return _used_recovery_code(actor, person, code)
    device = confirmed_app(person.pk)
    step = matching_step(device, code, clock.now()) if device else None
    if device is None or step is None:
        return ""
    unused = TotpDevice.objects.filter(pk=device.pk, confirmed=True, last_step__lt=step)
    drift = step - step_of(clock.now())
    return str(device.persistent_id) if unused.update(last_step=step, drift=drift) else ""


def _used_recovery_code(actor: Actor, person: Person, code: str) -> str:
    device = RecoveryDevice.objects.filter(user=person, confirmed=True).first()
    if device is None:
        return ""
    digest = recovery_digest(device.handle, code)
    unused = RecoveryCode.objects.filter(device=device, digest=digest, used_at=None)
    if not unused.update(used_at=clock.now()):
        return ""
    remaining, device_id = remaining_codes(person.pk), str(device.persistent_id)
    audit.record(actor, Event.RECOVERY_CODE_USED, subject=person.pk, remaining=remaining)
    return device_id
