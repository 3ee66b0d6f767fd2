"""What is left of a shredded patient's keys, and the traces that databases keep of deleted rows."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import OperationalError, connections

from portal.crypto.hierarchy import WRAPPED_BYTES
from portal.crypto.keys import shred_keys_of
from portal.crypto.models import GONE, DataKey, PatientKey, Shredded
from portal.crypto.router import SHRED

AT_ONCE = 500


def forget_wrapped_keys(patient_id: UUID) -> int:
    """The patient's wrapped keys are overwritten or deleted. Returns how many there were.

    One row stays, so that the patient is known as erased and never gets a new key. With the
    wrapped keys gone, an old copy of the shred keys opens nothing in this database either.
    """
    row = PatientKey.objects.filter(patient_id=patient_id).exclude(kek_id=GONE)
    overwritten = row.update(kek_id=GONE, wrapped=bytes(WRAPPED_BYTES))
    return overwritten + DataKey.objects.filter(patient_id=patient_id).delete()[0]


def scrub(*aliases: str) -> bool:
    """What was deleted is in no file of these databases any more. False if somebody was in the way.

    Whoever is in the way is waited for two seconds only: those who come later wait behind us.

    SQLite overwrites what it deletes (`secure_delete`), but its write-ahead log keeps the page as
    it was until it is cut. PostgreSQL keeps dead rows in the table's file until it is written anew;
    its own log keeps them until its segments are recycled.
    """
    return all([_scrubbed(alias) for alias in aliases])  # noqa: C419 - each, even if one was busy


def _scrubbed(alias: str) -> bool:
    connection = connections[alias]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA busy_timeout")
            before = cursor.fetchone()[0]
            cursor.execute("PRAGMA busy_timeout = 2000")
            try:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                return bool(cursor.fetchone()[0] == 0)
            finally:
                cursor.execute(f"PRAGMA busy_timeout = {before}")
        return alias != SHRED or _written_anew(cursor)


def _written_anew(cursor: Any) -> bool:
    """The table's file holds no dead row. False if its lock was not to be had."""
    cursor.execute("SET lock_timeout = '2s'")
    try:
        cursor.execute("VACUUM (FULL) crypto_shredkey")
    except OperationalError:
        return False
    finally:
        cursor.execute("RESET lock_timeout")
    return True


def come_back(patient_ids: Iterable[UUID]) -> list[UUID]:
    """Those of these shredded patients that have a shred key: an old copy was put back."""
    source = iter(patient_ids)
    found: list[UUID] = []
    while some := list(islice(source, AT_ONCE)):
        found += shred_keys_of(some)
    return found


def shredded() -> Iterator[UUID]:
    """Everybody whom the store of shred keys knows as shredded."""
    return Shredded.objects.order_by("pk").values_list("patient_id", flat=True).iterator(AT_ONCE)


def n_without_shred_key() -> int:
    """How many patient keys nobody can open although nobody was erased: the store lost keys."""
    rows = PatientKey.objects.exclude(kek_id=GONE).values_list("patient_id", flat=True).distinct()
    ids, missing = iter(rows.iterator(AT_ONCE)), 0
    while some := list(islice(ids, AT_ONCE)):
        there = {*shred_keys_of(some)}
        there |= {
            *Shredded.objects.filter(patient_id__in=some).values_list("patient_id", flat=True)
        }
        missing += len({*some} - there)
    return missing
