"""Rows of patient keys under another KEK: piece by piece, each row only as it was when it was read.

A row holds the id of its KEK beside what it wraps, so a reader meets the old pair or the new one.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from portal.crypto import hierarchy
from portal.crypto.keyring import Key, Keyring, keyring
from portal.crypto.keys import kek_of, shred_keys_of, wrapping_key
from portal.crypto.models import GONE, PatientKey
from portal.crypto.primitives import SealBroken


@dataclass(frozen=True, slots=True)
class Piece:
    """What became of some rows: moved, left without a shred key, or broken; and the last one."""

    last: int
    moved: int = 0
    left: int = 0
    broken: int = 0
    is_last: bool = False


def under_others(kek_id: str) -> QuerySet[PatientKey]:
    """The rows that another KEK than this one wraps."""
    return PatientKey.objects.exclude(kek_id__in=(kek_id, GONE))


def move(kek_id: str, *, after: int, most: int) -> Piece:
    """The next rows after this number are wrapped by this KEK, at most so many.

    A row without a shred key stays as it is: whether its patient was erased or the store of shred
    keys was lost is not for a rotation to say. So does one whose seal is broken.
    """
    ring = keyring()
    kek = kek_of(ring, kek_id)
    rows = list(under_others(kek_id).filter(pk__gt=after).order_by("pk")[:most])
    shred_keys = shred_keys_of({row.patient_id for row in rows})
    moved = left = broken = 0
    for row in rows:
        shred_key = shred_keys.get(row.patient_id)
        if shred_key is None:
            left += 1
            continue
        try:
            wrapped = _rewrapped(ring, kek, row, shred_key)
        except SealBroken:
            broken += 1
            continue
        as_read = PatientKey.objects.filter(pk=row.pk, kek_id=row.kek_id, wrapped=row.wrapped)
        moved += as_read.update(kek_id=kek_id, wrapped=wrapped)
    last = rows[-1].pk if rows else after
    return Piece(last, moved, left, broken, is_last=len(rows) < most)


def counts() -> dict[str, int]:
    """How many rows each KEK wraps, by its id."""
    found: dict[str, int] = {}
    for kek_id in _ids(PatientKey.objects.order_by("kek_id").values_list("kek_id", flat=True)):
        found[kek_id] = PatientKey.objects.filter(kek_id=kek_id).count()
    return found


def _ids(rows: "QuerySet[PatientKey, str]") -> Iterable[str]:
    return list(rows.distinct())


def _rewrapped(ring: Keyring, kek: Key, row: PatientKey, shred_key: bytes) -> bytes:
    """What the row wraps, wrapped by this KEK. Raises SealBroken."""
    before = wrapping_key(ring, kek_of(ring, row.kek_id), row, shred_key)
    inner = hierarchy.unwrap_patient_key(before, bytes(row.wrapped))
    return hierarchy.wrap_patient_key(wrapping_key(ring, kek, row, shred_key), inner)
