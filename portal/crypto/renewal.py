"""Data keys that have sealed for a year get a successor; what they sealed goes on opening (C8)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from portal.crypto import hierarchy
from portal.crypto.envelope import OpenKey
from portal.crypto.keys import patient_keys
from portal.crypto.models import DataKey
from portal.crypto.primitives import KEY_BYTES, random_bytes
from portal.kernel import clock

AGE = timedelta(days=365)
Outers = Mapping[UUID, Mapping[int, OpenKey]]


@dataclass(frozen=True, slots=True)
class Piece:
    """How many keys of some rows got a successor; and the last row."""

    last: int
    made: int
    is_last: bool


def due(purposes: Collection[str]) -> QuerySet[DataKey]:
    """The newest keys of these purposes that are a year old."""
    newer = DataKey.objects.filter(
        home_id=OuterRef("home_id"), purpose=OuterRef("purpose"), version__gt=OuterRef("version")
    )
    old = DataKey.objects.filter(purpose__in=purposes, created_at__lte=clock.now() - AGE)
    return old.exclude(Exists(newer))


def renew(purposes: Collection[str], *, after: int, most: int) -> Piece:
    """The next of them after this row have a successor, unless another process made it.

    One of a patient who was erased stays as it is.
    """
    rows = list(due(purposes).filter(pk__gt=after).order_by("pk")[:most])
    outers = patient_keys({row.patient_id for row in rows})
    successors = [_successor(row, outers) for row in rows if row.patient_id in outers]
    DataKey.objects.bulk_create(successors, ignore_conflicts=True)
    last = rows[-1].pk if rows else after
    return Piece(last, len(successors), is_last=len(rows) < most)


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
