"""The entries of reading, written before anything is shown."""

from collections.abc import Sequence

from messaging.readings.seals import Broken
from messaging.vocabulary import Event
from portal.audit import actions as audit
from portal.kernel.actor import Actor


def tell_broken(actor: Actor, broken: Sequence[Broken]) -> None:
    """Every seal that did not hold has an entry.

    Records: SEAL_BROKEN.
    """
    for one in broken:
        audit.record_alone(
            actor,
            Event.SEAL_BROKEN,
            patient=one.patient_id,
            subject=one.subject,
            outcome=audit.Outcome.FAILED,
            sequence=one.sequence,
        )
