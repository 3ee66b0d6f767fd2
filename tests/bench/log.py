"""How long a privacy officer waits for a page of the log: at ten thousand entries, at a million.

`python -m tests.bench.log [--most 1000000] [--only sqlite]` fills an installation of its own and
prints p50 and p95 of each choice at both sizes. The entries are real ones: pseudonyms, sealed
details, leaves in the tree. Only their times are made up, so that they lie two years apart as they
would. A page is the whole reading: the search, the details opened, the names, and its own entry.
"""

import argparse
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from typing import TypeVar
from uuid import UUID

import django

from tests.campaigns.portals import Portal

FEW, MOST = 10_000, 1_000_000
AT_ONCE = 2_000
PATIENTS, STAFF = 400, 40
TIMES = 40
SPAN = timedelta(days=730)
Thing = TypeVar("Thing")


def main() -> None:
    """Both engines, as far as they are named."""
    wants = argparse.ArgumentParser()
    wants.add_argument("--most", type=int, default=MOST)
    wants.add_argument("--only", choices=["sqlite", "postgresql"])
    wants.add_argument("--inside", action="store_true")
    asked = wants.parse_args()
    if asked.inside:
        inside(asked.most)
        return
    url = os.environ.get("PORTAL_TEST_DATABASE_URL", "")
    engines = {"sqlite": "", **({"postgresql": url} if url else {})}
    for engine, database in engines.items():
        if asked.only in (None, engine):
            redis = os.environ.get("PORTAL_TEST_REDIS_URL", "") if database else ""
            with Portal(database=database, redis=redis) as portal:
                told = portal.run("-m", "tests.bench.log", "--inside", "--most", str(asked.most))
            sys.stdout.write(f"{engine}\n\n{told}\n")


def inside(most: int) -> None:
    """In one installation: filled to each size, and looked through."""
    django.setup()
    clinic = Clinic(most)
    few, many = clinic.measured(FEW), clinic.measured(most)
    lines = [f"| choice | {FEW:,} entries, p50 / p95 ms | {most:,} entries, p50 / p95 ms |"]
    lines += ["|---|---|---|"]
    for name, times in few.items():
        cells = [f"{statistics.median(t):.0f} / {_p95(t):.0f}" for t in (times, many[name])]
        lines.append(f"| {name} | {cells[0]} | {cells[1]} |")
    sys.stdout.write("\n".join(lines) + "\n")


def _p95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95) - 1]


class Clinic:
    """Patients, staff and a privacy officer, and a log that grows."""

    def __init__(self, most: int) -> None:
        from patients.actions import register_patient
        from patients.ports import Chart, PersonName
        from portal.accounts.actions import create_person, grant_role
        from portal.accounts.selectors import Profile
        from portal.kernel import clock, door
        from portal.kernel.actor import Actor, person_actor, system_actor

        self._dice, self._most, self._made = random.Random(7), most, 0
        self._begin = clock.now() - SPAN
        system = system_actor("bench")

        def person(name: str, role: str) -> Actor:
            profile = Profile(name, f"{name.lower().replace(' ', '.')}@example.org")
            made = door.run(create_person, system, profile)
            door.run(grant_role, system, made.pk, role)
            return person_actor(made.pk, frozenset({role}))

        self.officer = person("Noor Officer", "privacy-officer")
        self.staff = [person(f"Clinician {n}", "clinician") for n in range(STAFF)]
        self.patients: list[UUID] = []
        for n in range(PATIENTS):
            chart = Chart(name=PersonName(f"Number{n}", ("Patient",)))
            self.patients.append(door.run(register_patient, system, chart).pk)

    def measured(self, size: int) -> dict[str, list[float]]:
        """Milliseconds of each choice, once there are so many entries."""
        from portal.kernel import door

        while self._made < size:
            door.run(self._fill, self.officer, min(AT_ONCE, size - self._made))
        self._settle()
        found = {name: [_timed(look) for look in looks] for name, looks in self._choices()}
        return found

    def _fill(self, _actor: object, count: int) -> None:
        """So many entries of every kind, each a while after the last, written when it commits."""
        from portal.audit.actions.entries import Draft, _write
        from portal.audit.vocabulary import checked
        from portal.kernel import door

        step = SPAN / self._most
        for _ in range(count):
            at = self._begin + step * self._made
            self._made += 1
            millis = int(at.timestamp() * 1000)
            noise = self._dice.getrandbits(74)
            number = (millis << 80) | (7 << 76) | ((noise >> 62) << 64)
            entry = UUID(int=number | (2 << 62) | (noise & ((1 << 62) - 1)))
            actor = self._somebody(self.staff).asking("", self._way())
            event, details = self._act()
            draft = Draft(
                entry,
                at,
                actor,
                event,
                8 if self._dice.random() < 0.01 else 0,
                self._whom(event),
                None,
                checked(event, details) | {"actor": str(actor.id), "role": "clinician"},
            )
            door.defer(_write, draft)

    def _act(self) -> tuple[str, dict[str, int | str | UUID]]:
        kinds: list[tuple[str, dict[str, int | str | UUID]]] = [
            ("chart.read", {"encounters": 3}),
            ("patient.names-read", {"shown": 8}),
            ("patient.arranging-read", {}),
            ("audit.read", {}),
            ("report.taken", {"entries": 9}),
        ]
        (found,) = self._dice.choices(kinds, [600, 60, 200, 139, 1])
        return found

    def _whom(self, event: str) -> tuple[UUID, ...]:
        if event == "patient.names-read":
            return tuple(self._dice.sample(self.patients, 8))
        return (self._somebody(self.patients),)

    def _way(self) -> str:
        return self._dice.choices(["page", "socket", "job", "command"], [700, 280, 19, 1])[0]

    def _somebody(self, among: Sequence[Thing]) -> Thing:
        return among[min(int(self._dice.expovariate(6 / len(among))), len(among) - 1)]

    def _settle(self) -> None:
        """Everything is numbered, and the database knows how much there is of what."""
        from django.db import connection

        from portal.audit.actions import sequence_all

        sequence_all(self.officer)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def _choices(self) -> Iterator[tuple[str, list[Callable[[], object]]]]:
        from patients.readings import Sieve, logbook
        from portal.kernel import clock

        today, dice = clock.now().date(), self._dice
        logbook(self.officer, Sieve())

        def looks(make: Callable[[], Sieve]) -> list[Callable[[], object]]:
            sieves = [make() for _ in range(TIMES)]
            return [partial(logbook, self.officer, sieve) for sieve in sieves]

        def day() -> date:
            return today - timedelta(days=dice.randrange(30, 700))

        yield "everything", looks(Sieve)
        yield "a person", looks(lambda: Sieve(who=dice.choice(self.staff).id))
        yield "a patient", looks(lambda: Sieve(patient=dice.choice(self.patients)))
        yield "an act", looks(lambda: Sieve(act="chart.read"))
        yield "a rare act", looks(lambda: Sieve(act="report.taken"))
        yield "refused", looks(lambda: Sieve(outcome="refused"))
        yield "a rare way in", looks(lambda: Sieve(way="command"))
        yield "until a day", looks(lambda: Sieve(until=day()))
        yield (
            "a person, a patient and an act",
            looks(
                lambda: Sieve(
                    who=dice.choice(self.staff).id,
                    patient=dice.choice(self.patients),
                    act="chart.read",
                )
            ),
        )
        yield (
            "a person, an act, refused",
            looks(
                lambda: Sieve(who=dice.choice(self.staff).id, act="audit.read", outcome="refused")
            ),
        )


def _timed(look: Callable[[], object]) -> float:
    begun = time.perf_counter()
    look()
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    main()
