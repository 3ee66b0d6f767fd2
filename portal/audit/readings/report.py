"""What the log says about one patient, in the open: the stuff of the patient's own report."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from portal.audit import leaves
from portal.audit.errors import LeafRefused
from portal.audit.models import EntryDetail
from portal.audit.readings.details import Opener
from portal.audit.selectors import entries
from portal.audit.selectors.entries import PAGE, EntryRow
from portal.crypto.keys import KeyMissing
from portal.crypto.primitives import SealBroken


@dataclass(frozen=True, slots=True)
class OpenEntry:
    """An entry and its details. They are empty where they were deleted or do not open."""

    row: EntryRow
    details: Mapping[str, leaves.Detail]


def entries_about(
    patient_id: UUID, *, before: UUID | None = None, limit: int = PAGE
) -> list[OpenEntry]:
    """Who did what to this patient's record, newest first, details opened.

    Whoever shows it records AUDIT_READ. Raises KeyGone for a patient who was erased.
    """
    rows = entries.about_patient(
        entries.pseudonym_of_patient(patient_id), before=before, limit=limit
    )
    sealed = {
        detail.pk: bytes(detail.sealed)
        for detail in EntryDetail.objects.filter(pk__in=[row.id for row in rows])
    }
    opener = Opener()
    return [OpenEntry(row, _details(opener, row, patient_id, sealed.get(row.id))) for row in rows]


def _details(
    opener: Opener, row: EntryRow, patient_id: UUID, sealed: bytes | None
) -> Mapping[str, leaves.Detail]:
    if sealed is None:
        return {}
    # A list of several patients names none of them in its row and is sealed under no one's key.
    patient = patient_id if row.patient else None
    try:
        return opener.open(row.id, patient, sealed).details
    except (SealBroken, KeyMissing, LeafRefused):
        return {}
