"""Visits of a record that is erased: who was there and when stays, and no word of it."""

from uuid import UUID

from portal.kernel.actor import Actor
from scheduling.visits.models import Carried, Confirmation, Frame, Visit


def erase_visits(actor: Actor, patient_id: UUID) -> None:
    """No answer, no note and no frame of the patient's visits is here.

    Records: nothing; the erasure does.
    """
    for table in (Carried, Confirmation, Frame):
        table._default_manager.filter(visit__appointment__patient=patient_id).delete()
    Visit.objects.filter(appointment__patient=patient_id, note_sealed__isnull=False).update(
        note_sealed=None
    )
