"""What the log says about one patient, in the open: the stuff of the patient's own report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from portal.audit import leaves
from portal.audit.errors import LeafRefused
from portal.audit.leaves import Opened, Packed
from portal.audit.models import EntryDetail
from portal.audit.readings.details import Opener
from portal.audit.selectors import anchor, entries, log
from portal.audit.selectors.entries import PAGE, EntryRow, Wanted
from portal.crypto.keys import KeyMissing
from portal.crypto.primitives import SealBroken

EVERYTHING = Wanted()


@dataclass(frozen=True, slots=True)
class OpenEntry:
    """An entry and its details. They are empty where they were deleted or do not open."""

    row: EntryRow
    packed: Packed

    @property
    def details(self) -> Mapping[str, leaves.Detail]:
        """The details by name."""
        return self.packed.details


@dataclass(frozen=True, slots=True)
class Found:
    """Entries newest first, the ids of those passed over, and where to look on."""

    entries: list[OpenEntry]
    passed: list[UUID]
    beyond: UUID | None


@dataclass(frozen=True, slots=True)
class Proof:
    """What shows an outsider that an entry is in the log. `index` is None while it waits."""

    leaf: bytes
    index: int | None
    steps: Sequence[bytes]
    opened: tuple[Opened, ...]


@dataclass(frozen=True, slots=True)
class Proofs:
    """Proofs by entry, against one checkpoint, which is empty before the first."""

    patient: str
    vkey: str
    checkpoint: str
    by_entry: Mapping[UUID, Proof]


def entries_about(
    patient_id: UUID, *, before: UUID | None = None, limit: int = PAGE
) -> list[OpenEntry]:
    """Who did what to this patient's record, newest first, details opened.

    Whoever shows it records AUDIT_READ. Raises KeyGone for a patient who was erased.
    """
    rows = entries.about_patient(
        entries.pseudonym_of_patient(patient_id), before=before, limit=limit
    )
    return _opened(patient_id, rows)


def look_for(
    patient_id: UUID,
    wanted: Wanted = EVERYTHING,
    *,
    before: UUID | None = None,
    limit: int = PAGE,
) -> Found:
    """The same of those entries that are wanted, at a cost that does not grow with the others."""
    pseudonym = entries.pseudonym_of_patient(patient_id)
    scan = entries.scan_patient(pseudonym, wanted, before=before, limit=limit)
    return Found(_opened(patient_id, scan.rows), scan.passed, scan.beyond)


def entry_about(patient_id: UUID, entry_id: UUID) -> OpenEntry | None:
    """One entry, if it is about this patient."""
    pseudonym = entries.pseudonym_of_patient(patient_id)
    found = _opened(patient_id, entries.about_patient_at(pseudonym, entry_id))
    return found[0] if found else None


def without_proof(entry_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these entries that no checkpoint covers yet."""
    kept = anchor.newest()
    size = kept.size if kept else 0
    placed = entries.places_of(entry_ids)
    return {each for each in entry_ids if placed.get(each, size) >= size}


def proofs_of(patient_id: UUID, found: Sequence[OpenEntry]) -> Proofs:
    """The proofs of these entries against the newest checkpoint."""
    kept = anchor.newest()
    ids = [each.row.id for each in found]
    placed, leaf_of = entries.places_of(ids), entries.leaves_of(ids)
    size = kept.size if kept else 0
    steps = entries.steps_to(size, placed.values())
    by_entry = {}
    for each in found:
        index = placed.get(each.row.id, size)
        covered = index if index < size else None
        by_entry[each.row.id] = Proof(
            leaf_of[each.row.id], covered, steps.get(index, ()), each.packed.each()
        )
    pseudonym = entries.pseudonym_of_patient(patient_id)
    vkey = log.verifier_in(kept.note).vkey if kept else ""
    return Proofs(pseudonym, vkey, kept.note if kept else "", by_entry)


def _opened(patient_id: UUID, rows: Sequence[EntryRow]) -> list[OpenEntry]:
    sealed = {
        detail.pk: bytes(detail.sealed)
        for detail in EntryDetail.objects.filter(pk__in=[row.id for row in rows])
    }
    opener = Opener()
    return [OpenEntry(row, _details(opener, row, patient_id, sealed.get(row.id))) for row in rows]


def _details(opener: Opener, row: EntryRow, patient_id: UUID, sealed: bytes | None) -> Packed:
    if sealed is None:
        return Packed({}, b"")
    # A list of several patients names none of them in its row and is sealed under no one's key.
    patient = patient_id if row.patient else None
    try:
        return opener.open(row.id, patient, sealed)
    except (SealBroken, KeyMissing, LeafRefused):
        return Packed({}, b"")
