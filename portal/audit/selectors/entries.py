"""Entries by whom they are about or who acted, newest first, and one entry with its proof."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice
from uuid import UUID

from django.db.models import Q, QuerySet

from portal.audit import leaves, merkle
from portal.audit.models import Entry, Leaf, Mention
from portal.audit.notes import ProofFile
from portal.audit.selectors import anchor, tree
from portal.crypto import keys
from portal.crypto.keyring import keyring
from portal.crypto.models import PatientKey

PAGE = 50
AT_ONCE = 500
MOST_SCANNED = 4_000
"""Entries that one look for a few of them passes at most, however many there are."""


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry as a list shows it: pseudonyms, no details."""

    id: UUID
    event: str
    at: datetime
    actor: str
    patient: str | None
    subject: str | None
    outcome: int


def about_patient(
    pseudonym: str, *, before: UUID | None = None, limit: int = PAGE
) -> list[EntryRow]:
    """Entries about a patient, lists that showed the patient among them, newest first."""
    own = _rows(Entry.objects.filter(patient=pseudonym), before, limit)
    lists = Mention.objects.filter(patient=pseudonym)
    if before:
        lists = lists.filter(entry_id__lt=before)
    shown = list(lists.order_by("-entry_id").values_list("entry_id", flat=True)[:limit])
    listed = _rows(Entry.objects.filter(id__in=shown), None, limit) if shown else []
    return list(islice(merge(own, listed, key=lambda row: row.id, reverse=True), limit))


def about_patient_at(pseudonym: str, entry_id: UUID) -> list[EntryRow]:
    """This entry, if it is about the patient."""
    about = Q(patient=pseudonym) | Q(mentions__patient=pseudonym)
    return _rows(Entry.objects.filter(about, pk=entry_id), None, 1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries are looked for. What is empty asks for nothing."""

    actor: str = ""
    """By this actor only, as a pseudonym."""
    but: str = ""
    """By everybody but this one."""
    events: frozenset[str] = frozenset()
    outcome: int | None = None

    def takes(self, row: EntryRow) -> bool:
        """True if this entry is looked for, whoever is passed over."""
        return (
            (not self.actor or row.actor == self.actor)
            and (not self.events or row.event in self.events)
            and (self.outcome is None or row.outcome == self.outcome)
        )


@dataclass(frozen=True, slots=True)
class Scan:
    """What was found, newest first; who was passed over; where to look on, None at the end."""

    rows: list[EntryRow]
    passed: list[UUID]
    beyond: UUID | None


def scan_patient(
    pseudonym: str, wanted: Wanted, *, before: UUID | None = None, limit: int = PAGE
) -> Scan:
    """Entries about a patient that are wanted, at most `limit`.

    It passes a bounded number of others: there may be more beyond even if nothing was found.
    """
    rows: list[EntryRow] = []
    passed: list[UUID] = []
    for _ in range(MOST_SCANNED // AT_ONCE):
        some = about_patient(pseudonym, before=before, limit=AT_ONCE)
        for row in some:
            before = row.id
            if wanted.takes(row):
                (passed.append(row.id) if row.actor == wanted.but else rows.append(row))
            if len(rows) == limit:
                return Scan(rows, passed, before)
        if len(some) < AT_ONCE:
            return Scan(rows, passed, None)
    return Scan(rows, passed, before)


def by_actor(pseudonym: str, *, before: UUID | None = None, limit: int = PAGE) -> list[EntryRow]:
    """What this actor did, newest first."""
    return _rows(Entry.objects.filter(actor=pseudonym), before, limit)


def about_subject(
    pseudonym: str, *, before: UUID | None = None, limit: int = PAGE
) -> list[EntryRow]:
    """What was done to one thread, appointment or other object, newest first."""
    return _rows(Entry.objects.filter(subject=pseudonym), before, limit)


def of_event(event: str, *, before: UUID | None = None, limit: int = PAGE) -> list[EntryRow]:
    """Acts of one kind, newest first."""
    return _rows(Entry.objects.filter(event=event), before, limit)


def rows_at(entry_ids: Iterable[UUID]) -> list[EntryRow]:
    """These entries, newest first."""
    return _rows(Entry.objects.filter(pk__in=[*entry_ids]), None, AT_ONCE)


def patients_listed(entry_ids: Iterable[UUID]) -> dict[UUID, list[str]]:
    """The pseudonyms of those whom each of these entries shows in a list."""
    found: dict[UUID, list[str]] = {}
    named = Mention.objects.filter(entry__in=[*entry_ids]).order_by("pk")
    for entry_id, patient in named.values_list("entry_id", "patient"):
        found.setdefault(entry_id, []).append(patient)
    return found


def pseudonym_of_person(person_id: UUID) -> str:
    """How a person or a system actor appears in the log."""
    return leaves.pseudonym(leaves.PERSON, keyring().purpose("pseudonym"), person_id)


def pseudonym_of_subject(subject_id: UUID) -> str:
    """How a thread, an appointment or another object appears in the log."""
    return leaves.pseudonym(leaves.OBJECT, keyring().purpose("pseudonym"), subject_id)


def pseudonym_of_patient(patient_id: UUID) -> str:
    """How a patient appears in the log. Raises KeyGone once erased: the link is gone for good."""
    return leaves.pseudonym(leaves.PATIENT, keys.pseudonym_key(patient_id), patient_id)


def patients_by_pseudonym() -> dict[str, UUID]:
    """Every patient that was not erased, by pseudonym. Grows with patients, not with entries."""
    known: dict[str, UUID] = {}
    ids = PatientKey.objects.order_by("patient_id").values_list("patient_id", flat=True).distinct()
    for some in pieces(ids.iterator(chunk_size=AT_ONCE)):
        for patient, key in keys.pseudonym_keys(some).items():
            known[leaves.pseudonym(leaves.PATIENT, key, patient)] = patient
    return known


def proof_of(index: int) -> ProofFile | None:
    """The proof that the entry at this index is in the log, against the newest checkpoint.

    None where the log has no such entry, or no checkpoint that covers it yet. The leaf itself is
    in the file, so that an outsider needs nothing else.
    """
    leaf = Leaf.objects.filter(seq=index).select_related("entry").first()
    checkpoint = anchor.newest()
    if leaf is None or checkpoint is None or checkpoint.size <= index:
        return None
    steps = merkle.inclusion_proof(index, checkpoint.size, tree.fetch())
    return ProofFile(index, tuple(steps), checkpoint.note, bytes(leaf.entry.leaf))


def places_of(entry_ids: Iterable[UUID]) -> dict[UUID, int]:
    """The place of each of these entries that has one already, by entry."""
    placed = Leaf.objects.filter(entry__in=[*entry_ids])
    return dict(placed.values_list("entry_id", "seq"))


def leaves_of(entry_ids: Iterable[UUID]) -> dict[UUID, bytes]:
    """The bytes of these entries' leaves."""
    found = Entry.objects.filter(pk__in=[*entry_ids]).values_list("pk", "leaf")
    return {entry_id: bytes(leaf) for entry_id, leaf in found}


def steps_to(size: int, indices: Iterable[int]) -> dict[int, list[bytes]]:
    """The inclusion proofs of these leaves in the tree of this size; tiles are read once."""
    fetch = tree.fetch()
    return {index: merkle.inclusion_proof(index, size, fetch) for index in indices if index < size}


def _rows(entries: QuerySet[Entry], before: UUID | None, limit: int) -> list[EntryRow]:
    if before:
        entries = entries.filter(id__lt=before)
    columns = ("id", "event", "at", "actor", "patient", "subject", "outcome")
    return [EntryRow(*row) for row in entries.order_by("-id").values_list(*columns)[:limit]]


def pieces(ids: Iterable[UUID]) -> Iterable[list[UUID]]:
    """The ids, some hundreds at a time."""
    source = iter(ids)
    while some := list(islice(source, AT_ONCE)):
        yield some
