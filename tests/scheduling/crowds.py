"""Many threads at one gate, and what the tables must look like after them.

Used by the races of the suite and by the campaign, on whichever database is at hand.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Barrier
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection, connections

from portal.kernel.errors import Refusal
from scheduling.models import Appointment, Claim
from scheduling.slots import minute


def at_once(*works: Callable[..., Any]) -> list[Any]:
    """What each of these gave, begun at one moment; a refusal is a result, too."""
    gate = Barrier(len(works))

    def one(work: Callable[..., Any]) -> Any:
        gate.wait()
        try:
            return work()
        except Refusal as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(one, works))


def deadlocks() -> int:
    """How many the database has seen."""
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def overlaps() -> int:
    """How often one resource is taken by a claim before the one ahead of it is over."""
    claimed: dict[tuple[str, UUID], list[tuple[int, int]]] = {}
    for claim in Claim.objects.all():
        spans = claimed.setdefault((claim.resource_kind, claim.resource_id), [])
        spans.append((claim.begins, claim.ends))
    return sum(
        ahead[1] > behind[0]
        for spans in claimed.values()
        for ahead, behind in pairwise(sorted(spans))
    )


def strays() -> int:
    """Appointments without their claims, and claims without their appointment."""
    held = {row.pk: row for row in Appointment.objects.filter(state__in=["held", "booked"])}
    taken = {(row.pk, minute(row.starts_at)) for row in held.values()}
    mine = Claim.objects.filter(resource_kind="patient")
    theirs = Claim.objects.filter(resource_kind="person")
    return len({(claim.appointment_id, claim.begins) for claim in mine} ^ taken) + len(
        {claim.appointment_id for claim in theirs} ^ {*held}
    )


def booked_in(table: str, clinician: UUID, about: UUID, free: int, many: int = 8) -> int:
    """How many got a time that overlaps, all having looked before any of them inserted."""
    gate = Barrier(many, timeout=60)
    native = connection.features.has_native_uuid_field
    who, what = (clinician, about) if native else (clinician.hex, about.hex)

    def one(n: int) -> int:
        begins = free + n % 25
        try:
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT COUNT(*) FROM {table} WHERE resource_kind = 'person'"
                    " AND resource_id = %s AND begins < %s AND ends > %s",
                    [who, begins + 30, begins],
                )
                is_free = cursor.fetchone()[0] == 0
                gate.wait()
                if not is_free:
                    return 0
                cursor.execute(
                    f"INSERT INTO {table} (resource_kind, resource_id, begins, ends,"
                    " appointment_id) VALUES ('person', %s, %s, %s, %s)",
                    [who, begins, begins + 30, what],
                )
                return 1
        except DatabaseError:
            return 0
        finally:
            connections.close_all()

    with ThreadPoolExecutor(many) as pool:
        return sum(pool.map(one, range(many)))


def booked_without_the_constraint(clinician: UUID, about: UUID, free: int, many: int = 8) -> int:
    """The same in a twin of the table of claims that refuses nothing."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE twin_claim AS SELECT * FROM scheduling_claim WHERE begins < 0")
    try:
        return booked_in("twin_claim", clinician, about, free, many)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE twin_claim")
