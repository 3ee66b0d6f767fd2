"""The log as those read it who watch over it: entries opened, whoever they are about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.audit import leaves, notes
from portal.audit.errors import LeafRefused
from portal.audit.leaves import Leaf, Packed
from portal.audit.models import Checkpoint, EntryDetail
from portal.audit.readings.details import PURPOSE, Opener
from portal.audit.readings.report import OpenEntry
from portal.audit.selectors import anchor, entries, linked, tree
from portal.audit.selectors.entries import PAGE, EntryRow
from portal.audit.selectors.search import Search, look
from portal.crypto import keys
from portal.crypto.keycache import KeyName
from portal.crypto.keys import KeyMissing
from portal.crypto.primitives import SealBroken

NOTHING = Packed({}, b"")
LATEST = 10
"""Checkpoints that are shown."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One entry, opened, with the patients behind it. Erased ones are counted, not named."""

    entry: OpenEntry
    patients: tuple[UUID, ...]
    n_patients: int


@dataclass(frozen=True, slots=True)
class Through:
    """What a look through the log found, newest first, and where to look on."""

    entries: list[Reviewed]
    beyond: UUID | None
    is_cut: bool


@dataclass(frozen=True, slots=True)
class OneEntry:
    """One entry, its leaf, and where it stands: None while it waits to be numbered or signed."""

    reviewed: Reviewed
    leaf: Leaf
    index: int | None
    checkpoint: Checkpoint | None


@dataclass(frozen=True, slots=True)
class Health:
    """How the log stands: how much of it is signed, since when, and what is wrong."""

    size: int
    alarm: str
    latest: list[Checkpoint]
    has_anchor: bool

    @property
    def n_unsigned(self) -> int:
        """Entries that were numbered and are not signed yet."""
        return self.size - (self.latest[0].size if self.latest else 0)

    @property
    def signed_at(self) -> datetime | None:
        """When the newest signature was made."""
        return self.latest[0].signed_at if self.latest else None


def look_through(search: Search, *, before: UUID | None = None, limit: int = PAGE) -> Through:
    """Entries that are wanted, newest first. Whoever shows them leaves an entry first."""
    found = look(search, before=before, limit=limit)
    return Through(_reviewed(found.rows), found.beyond, found.is_cut)


def entry_at(entry_id: UUID) -> OneEntry | None:
    """One entry, opened, with its place. Whoever shows it leaves an entry first."""
    rows = entries.rows_at([entry_id])
    if not rows:
        return None
    leaf = leaves.decode(entries.leaves_of([entry_id])[entry_id])
    index = entries.places_of([entry_id]).get(entry_id)
    covering = None if index is None else anchor.covering(index)
    return OneEntry(_reviewed(rows)[0], leaf, index, covering)


def proof_at(entry_id: UUID) -> tuple[int, str] | None:
    """The entry's number and its proof as a file; None where no signature covers it yet."""
    index = entries.places_of([entry_id]).get(entry_id)
    proof = None if index is None else entries.proof_of(index)
    return None if proof is None else (proof.index, notes.write_proof(proof))


def health() -> Health:
    """How the log stands now."""
    standing = anchor.standing()
    latest = list(Checkpoint.objects.order_by("-number")[:LATEST])
    return Health(tree.size(), standing.alarm, latest, anchor.is_there())


def _reviewed(rows: Sequence[EntryRow]) -> list[Reviewed]:
    listed = entries.patients_listed([row.id for row in rows])
    named = {row.id: [row.patient] if row.patient else listed.get(row.id, []) for row in rows}
    behind = linked.patients_behind({one for each in named.values() for one in each})
    _warm({behind[row.patient] for row in rows if row.patient in behind})
    sealed = EntryDetail.objects.filter(pk__in=[row.id for row in rows])
    details = {detail.pk: bytes(detail.sealed) for detail in sealed}
    opener = Opener()
    return [
        Reviewed(
            OpenEntry(row, _opened(opener, row, behind, details.get(row.id))),
            tuple(behind[one] for one in named[row.id] if one in behind),
            len(named[row.id]),
        )
        for row in rows
    ]


def _warm(patients: set[UUID]) -> None:
    """The keys of these patients' details are at hand: three statements instead of many."""
    keys.open_data_keys(KeyName(patient, PURPOSE, patient) for patient in patients)


def _opened(
    opener: Opener, row: EntryRow, behind: Mapping[str, UUID], sealed: bytes | None
) -> Packed:
    """The details; nothing where they were deleted, do not open, or their patient was erased."""
    is_closed = row.patient not in (None, leaves.ERASED) and row.patient not in behind
    if sealed is None or is_closed:
        return NOTHING
    try:
        return opener.open(row.id, behind.get(row.patient or ""), sealed)
    except (SealBroken, KeyMissing, LeafRefused):
        return NOTHING
