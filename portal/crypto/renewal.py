"""Data keys that have sealed for a year get a successor; what they sealed goes on opening (C8)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from portal.crypto import hierarchy
from portal.crypto.envelope import OpenKey
from portal.crypto.keyring import KeyringRefused
from portal.crypto.keys import patient_keys
from portal.crypto.models import DataKey
from portal.crypto.primitives import KEY_BYTES, SealBroken, random_bytes
from portal.kernel import clock

AGE = timedelta(days=365)
Outers = Mapping[UUID, Mapping[int, OpenKey]]


@dataclass(frozen=True, slots=True)
class Piece:
    """How many keys of some rows got a successor, or could not be opened; and the last row."""

    last: int
    made: int = 0
    broken: int = 0
    is_last: bool = False


def due(purposes: Collection[str]) -> QuerySet[DataKey]:
    """The newest keys of these purposes that are a year old."""
    newer = DataKey.objects.filter(
        home_id=OuterRef("home_id"), purpose=OuterRef("purpose"), version__gt=OuterRef("version")
    )
    old = DataKey.objects.filter(purpose__in=purposes, created_at__lte=clock.now() - AGE)
    return old.exclude(Exists(newer))


def renew(purposes: Collection[str], *, after: int, most: int) -> Piece:
    """The next of them after this row have a successor, unless another process made it.

    One of a patient who was erased, or whose own key does not open, stays as it is.
    """
    rows = list(due(purposes).filter(pk__gt=after).order_by("pk")[:most])
    outers, broken = _outers({row.patient_id for row in rows})
    successors = [_successor(row, outers) for row in rows if row.patient_id in outers]
    DataKey.objects.bulk_create(successors, ignore_conflicts=True)
    last = rows[-1].pk if rows else after
    return Piece(last, len(successors), broken, is_last=len(rows) < most)


def _outers(patients: set[UUID]) -> tuple[Outers, int]:
    """The keys of these patients, and of how many they do not open."""
    try:
        return patient_keys(patients), 0
    except (SealBroken, KeyringRefused):
        if len(patients) == 1:
            return {}, 1
    found: dict[UUID, Mapping[int, OpenKey]] = {}
    broken = 0
    for patient in patients:
        keys, wrong = _outers({patient})
        found.update(keys)
        broken += wrong
    return found, broken


def _successor(row: DataKey, outers: Outers) -> DataKey:
    versions = outers[row.patient_id]
    outer = versions[max(versions)]
    secret = random_bytes(KEY_BYTES)
    inner = hierarchy.data_key(outer, row.purpose, row.home_id, row.version + 1, secret)
    return DataKey(
        patient_id=row.patient_id,
        purpose=row.purpose,
        home_id=row.home_id,
        version=inner.version,
        wrapped=hierarchy.wrap_data_key(outer, inner),
        created_at=clock.now(),
    )
