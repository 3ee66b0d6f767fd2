"""Why a visit was booked: sealed, and open to those who may read the record."""

from django.utils.translation import gettext as _

from portal.audit import actions as audit
from portal.crypto import keys
from portal.crypto.envelope import key_version, unseal
from portal.crypto.primitives import SealBroken
from portal.kernel.actor import Actor
from scheduling import policy
from scheduling.models import KEY_PURPOSE, Appointment, reason_place
from scheduling.vocabulary import Event


def reason_of(actor: Actor, row: Appointment) -> str:
    """What the visit is about; empty if nobody said so, or if it is not for the actor.

    Records: REASON_READ, before anything is shown.
    """
    if not row.reason_sealed:
        return ""
    if not policy.explained_appointments(actor).filter(pk=row.pk).exists():
        return ""
    audit.record_alone(actor, Event.REASON_READ, patient=row.patient_id, subject=row.pk)
    sealed = bytes(row.reason_sealed)
    try:
        key = keys.open_data_key(row.patient_id, KEY_PURPOSE, row.pk, key_version(sealed))
        return unseal(key, sealed, reason_place(key, row.pk)).decode()
    except keys.KeyGone:
        return _("Erased for good.")
    except (SealBroken, keys.KeyMissing):
        return _("This cannot be shown: it was changed after it was written.")
