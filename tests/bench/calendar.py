"""Searching and booking in a full clinic, with floors in the same run: goals 13 to 16.

Run over an installation of its own (`python -m tests.bench.calendar ROUNDS`); prints one line of
JSON. Two hundred clinicians in four zones, sixty days across a change of clocks, every second
half hour booked.

The floor of a search is to fetch the busy rows and do nothing with them. The naive search asks the
database about every slot; it is measured on two clinicians and multiplied, as nobody would wait.
"""

import json
import random
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import django

django.setup()

from django.db import connection, connections  # noqa: E402

from patients import actions as patients  # noqa: E402
from patients.ports import Chart, PersonName  # noqa: E402
from portal.accounts import actions as accounts  # noqa: E402
from portal.accounts.selectors import Profile  # noqa: E402
from portal.kernel import clock, door  # noqa: E402
from portal.kernel.actor import Actor, person_actor, system_actor  # noqa: E402
from portal.kernel.errors import Refusal  # noqa: E402
from portal.kernel.ids import new_id  # noqa: E402
from scheduling import actions, selectors, slots  # noqa: E402
from scheduling.models import Appointment, Claim, VisitType  # noqa: E402
from scheduling.selectors.memory import memory  # noqa: E402

WORK = system_actor("bench")
CLINICIANS, DAYS, THREADS = 200, 60, 32
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")
FIRST = date(2027, 9, 20)
NOW = datetime(2027, 9, 19, 12, tzinfo=UTC)
SECONDS = 3.0


class Filled:
    """The clinic, filled."""

    def __init__(self) -> None:
        self.patients = [self._patient(n) for n in range(THREADS)]
        self.kind = self._kind()
        self.clinicians = [self._clinician(n) for n in range(CLINICIANS)]
        self._book()

    def _patient(self, n: int) -> UUID:
        chart = Chart(name=PersonName("Bench", (str(n),)))
        made: UUID = door.run(patients.register_patient, WORK, chart).pk
        return made

    def _kind(self) -> VisitType:
        given: dict[str, Any] = {"name": "Visit", "minutes": 30, "step_minutes": 30}
        given |= {"in_person": True, "command_id": new_id()}
        return door.run(actions.define_visit_type, WORK, **given)

    def _clinician(self, n: int) -> UUID:
        person = door.run(accounts.create_person, WORK, Profile(f"C {n}", f"c{n}@bench.example"))
        door.run(accounts.grant_role, WORK, person.pk, "clinician")
        week = [(day, 480, 900) for day in range(7)]
        given: dict[str, Any] = {"valid_from": FIRST, "zone": ZONES[n % len(ZONES)]}
        door.run(actions.set_hours, WORK, person.pk, week, command_id=new_id(), **given)
        door.run(actions.offer_type, WORK, person.pk, self.kind.pk, command_id=new_id())
        made: UUID = person.pk
        return made

    def _book(self) -> None:
        """Every second slot is taken, by rows: it is the search that is measured."""
        first = slots.minute(datetime.combine(FIRST, datetime.min.time(), tzinfo=UTC)) - 1440
        tables = selectors.timetables(
            self.clinicians, slots.instant(first), slots.instant(first + (DAYS + 2) * 1440)
        )
        for n, (who, table) in enumerate(tables.items()):
            rows, claims = [], []
            for at in list(slots.offers(table, ask_of(self.kind)))[::2]:
                row = self._row(who, n, at)
                rows.append(row)
                claims.append(
                    Claim(
                        resource_kind="person",
                        resource_id=who,
                        begins=at,
                        ends=at + 30,
                        appointment=row,
                    )
                )
            Appointment.objects.bulk_create(rows, batch_size=500)
            Claim.objects.bulk_create(claims, batch_size=500)
        memory.__init__()  # type: ignore[misc]

    def _row(self, who: UUID, n: int, at: int) -> Appointment:
        begins = slots.instant(at)
        return Appointment(
            patient_id=self.patients[n % THREADS],
            clinician_id=who,
            visit_type=self.kind,
            mode="in-person",
            state="booked",
            starts_at=begins,
            ends_at=begins + timedelta(minutes=30),
            zone="UTC",
            wall_start=slots.wall_of(begins, "UTC"),
            patient_zone="UTC",
            made_by=WORK.id,
        )


def ask_of(kind: VisitType) -> slots.Ask:
    """All that is free on the sixty days."""
    first = slots.minute(datetime.combine(FIRST, datetime.min.time(), tzinfo=UTC))
    return slots.Ask(30, 0, 0, kind.step_minutes, first, first + DAYS * 1440, NOW)


def fetched() -> int:
    """The floor: every busy row, and nothing done with it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT resource_id, begins, ends FROM scheduling_claim")
        return len(cursor.fetchall())


def searched(clinic: Filled) -> int:
    """All that is free, as it is for one patient whom the front desk books for."""
    desk = person_actor(new_id(), frozenset({"coordinator"}))
    found = selectors.find_free(
        desk, clinic.patients[0], clinic.kind.pk, mode="in-person", first=FIRST, days=DAYS
    )
    return sum(slots.free_starts(table, ask).bit_count() for _, table, ask in found)


def engine(clinic: Filled) -> int:
    """The same without asking who may: stamps, timetables, bits."""
    begins = datetime.combine(FIRST, datetime.min.time(), tzinfo=UTC)
    ends = begins + timedelta(days=DAYS)
    ask, known = ask_of(clinic.kind), selectors.timetables(clinic.clinicians, begins, ends)
    return sum(slots.free_starts(table, ask).bit_count() for table in known.values())


def cold(clinic: Filled) -> int:
    """The same in a process that has forgotten every timetable."""
    memory.__init__()  # type: ignore[misc]
    return searched(clinic)


def naive(clinic: Filled) -> float:
    """Seconds that asking about every slot would take, from two clinicians."""
    since = time.perf_counter()
    for who in clinic.clinicians[:2]:
        day = slots.minute(datetime.combine(FIRST, datetime.min.time(), tzinfo=UTC))
        for at in (day + n * 1440 + 480 + 30 * k for n in range(DAYS) for k in range(14)):
            overlapping = Claim.objects.filter(
                resource_kind="person", resource_id=who, begins__lt=at + 30, ends__gt=at
            )
            overlapping.exists()
    return (time.perf_counter() - since) * CLINICIANS / 2


def timed(work: Callable[[], object]) -> float:
    """Seconds."""
    since = time.perf_counter()
    work()
    return time.perf_counter() - since


def crowd(clinic: Filled, *, is_hot: bool) -> dict[str, float]:
    """Thirty-two threads hold and give back; on a hot calendar they want the same few times."""
    who = clinic.clinicians[:4] if is_hot else clinic.clinicians
    days = [FIRST + timedelta(days=7)] if is_hot else [FIRST + timedelta(n) for n in range(DAYS)]
    waits: list[float] = []
    won = [0] * THREADS
    end = time.perf_counter() + SECONDS

    def one(n: int) -> None:
        desk = person_actor(new_id(), frozenset({"coordinator"}))
        draw = random.Random(n)
        mine: list[float] = []
        while time.perf_counter() < end:
            day = draw.choice(days)
            wall = datetime(day.year, day.month, day.day, tzinfo=UTC)
            at = wall + timedelta(minutes=480 + 30 * draw.randrange(14))
            since = time.perf_counter()
            won[n] += _tried(desk, clinic, clinic.patients[n], draw.choice(who), at)
            mine.append(time.perf_counter() - since)
        waits.extend(mine)
        connections.close_all()

    before = _deadlocks()
    threads = [threading.Thread(target=one, args=(n,)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    waits.sort()
    return {
        "attempts": len(waits) / SECONDS,
        "won": sum(won),
        "p95": waits[int(len(waits) * 0.95)],
        "worst": waits[-1],
        "deadlocks": _deadlocks() - before,
        "overlaps": _overlaps(),
    }


def _tried(desk: Actor, clinic: Filled, patient: UUID, who: UUID, at: datetime) -> int:
    given: dict[str, Any] = {"patient_zone": "UTC", "command_id": new_id()}
    try:
        row = door.run(actions.hold, desk, patient, clinic.kind.pk, who, at, "in-person", **given)
        door.run(actions.release, desk, row.pk, command_id=new_id())
    except Refusal:
        return 0
    return 1


def _deadlocks() -> int:
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def _overlaps() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM scheduling_claim a JOIN scheduling_claim b"
            " ON a.resource_kind = b.resource_kind AND a.resource_id = b.resource_id"
            " AND a.id < b.id AND a.begins < b.ends AND b.begins < a.ends"
        )
        return int(cursor.fetchone()[0])


def main() -> None:
    """Measure in turn, print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with clock.frozen(NOW):
        clinic = Filled()
        rows: dict[str, list[float]] = {name: [] for name in ("floor", "engine", "warm", "cold")}
        free = searched(clinic)
        for _ in range(count):
            rows["floor"].append(timed(fetched))
            rows["cold"].append(timed(lambda: cold(clinic)))
            rows["warm"].append(timed(lambda: searched(clinic)))
            rows["engine"].append(timed(lambda: engine(clinic)))
        told: dict[str, Any] = {"busy": fetched(), "free": free, "naive": naive(clinic), **rows}
        for name in ("wide", "hot"):
            told[name] = crowd(clinic, is_hot=name == "hot")
    sys.stdout.write(json.dumps(told) + "\n")
    door.close()


if __name__ == "__main__":
    main()
