"""Forty threads on the same few times, in the installation that the environment names.

Run by `tests.campaigns.bookings` (`python -m tests.campaigns.crowds ROUNDS THREADS SEED`); prints
one line of JSON.
"""

import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import django

django.setup()

from patients import actions as patients  # noqa: E402
from patients.ports import Chart, PersonName  # noqa: E402
from portal.accounts import actions as accounts  # noqa: E402
from portal.accounts.selectors import Profile  # noqa: E402
from portal.kernel import clock, door  # noqa: E402
from portal.kernel.actor import person_actor, system_actor  # noqa: E402
from portal.kernel.ids import new_id  # noqa: E402
from scheduling import actions, slots  # noqa: E402
from scheduling.models import Appointment, State, VisitType  # noqa: E402
from tests.scheduling import crowds  # noqa: E402

WORK = system_actor("campaign")
DESK = person_actor(new_id(), frozenset({"coordinator"}))
DAYS = 60
TWINS = 8
"""So many look at one moment, each with a connection of its own: fewer than the pool has."""
Work = Callable[[], Any]


class Clinic:
    """Three clinicians who see anybody at any hour, and as many patients as there are threads."""

    def __init__(self, threads: int, seed: int) -> None:
        self.threads, self.draw = threads, random.Random(seed)
        self.found: Counter[str] = Counter()
        self.first = clock.now().date() + timedelta(days=2)
        self.patients = [self._patient(n) for n in range(threads)]
        given: dict[str, Any] = {"name": "Visit", "minutes": 30, "step_minutes": 5}
        given |= {"in_person": True, "command_id": new_id()}
        self.kind: VisitType = door.run(actions.define_visit_type, WORK, **given)
        self.clinicians = [self._clinician(n) for n in range(3)]

    def _patient(self, n: int) -> UUID:
        chart = Chart(name=PersonName("Crowd", (str(n),)))
        made: UUID = door.run(patients.register_patient, WORK, chart).pk
        return made

    def _clinician(self, n: int) -> UUID:
        person = door.run(accounts.create_person, WORK, Profile(f"C {n}", f"c{n}@crowd.example"))
        door.run(accounts.grant_role, WORK, person.pk, "clinician")
        week = [(day, 0, 1440) for day in range(7)]
        given: dict[str, Any] = {"valid_from": date(2020, 1, 1), "zone": "UTC"}
        door.run(actions.set_hours, WORK, person.pk, week, command_id=new_id(), **given)
        door.run(actions.offer_type, WORK, person.pk, self.kind.pk, command_id=new_id())
        made: UUID = person.pk
        return made

    def overlapping_starts(self, n: int) -> None:
        """Every thread wants half an hour that overlaps with what all others want: one has it."""
        noon, whom = self._noon(n), self.clinicians[0]
        steps = [timedelta(minutes=5 * self.draw.randrange(6)) for _ in self.patients]
        self._run(
            [
                partial(self._hold, who, whom, noon + step)
                for who, step in zip(self.patients, steps, strict=True)
            ]
        )
        held = [*Appointment.objects.filter(state=State.HELD)]
        self.found["winners"] += len(held)
        self.found["rounds_with_one_winner"] += len(held) == 1
        for row in held:
            door.run(actions.release, DESK, row.pk, command_id=new_id())

    def moves_into_each_other(self, n: int) -> None:
        """All who have a time move into the time of the next: nobody ends without one."""
        noon, whom = self._noon(n), self.clinicians[1]
        rows = []
        for k, who in enumerate(self.patients[: self.threads // 2]):
            held = self._hold(who, whom, noon + timedelta(hours=k))
            rows.append(door.run(actions.book, DESK, held.pk, command_id=new_id()))
        told = self._run([self._move(rows, k, by) for k in range(len(rows)) for by in (1, -1)])
        self.found["moved"] += sum(isinstance(each, Appointment) for each in told)
        booked = Appointment.objects.filter(pk__in=[row.pk for row in rows], state=State.BOOKED)
        self.found["lost_in_a_move"] += len(rows) - booked.count()
        for row in rows:
            given: dict[str, Any] = {"why": "not-needed", "command_id": new_id()}
            door.run(actions.cancel, DESK, row.pk, **given)

    def one_patient_and_two_clinicians(self, n: int) -> None:
        """Every thread wants another time for the same patient: the patient is in one place."""
        noon, who = self._noon(n), self.patients[0]
        wishes = [
            (self.clinicians[k % 3], noon + timedelta(minutes=5 * self.draw.randrange(6)))
            for k in range(self.threads)
        ]
        self._run([partial(self._hold, who, *wish) for wish in wishes])
        held = [*Appointment.objects.filter(state=State.HELD)]
        self.found["rounds_with_one_place"] += len(held) == 1
        for row in held:
            door.run(actions.release, DESK, row.pk, command_id=new_id())

    def twins(self) -> dict[str, int]:
        """Looking and then inserting, in a table without the constraint and in the real one."""
        free = slots.minute(self._noon(0))
        given = (
            self.clinicians[2],
            self._hold(self.patients[0], self.clinicians[0], self._noon(1)).pk,
        )
        return {
            "many": TWINS,
            "without": crowds.booked_without_the_constraint(*given, free, TWINS),
            "with": crowds.booked_in("scheduling_claim", *given, free, TWINS),
        }

    def _noon(self, n: int) -> datetime:
        day = self.first + timedelta(days=n % DAYS)
        return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)

    def _hold(self, patient: UUID, clinician: UUID, starts_at: datetime) -> Appointment:
        about = patient, self.kind.pk, clinician, starts_at, "in-person"
        given: dict[str, Any] = {"patient_zone": "UTC", "command_id": new_id()}
        held: Appointment = door.run(actions.hold, DESK, *about, **given)
        return held

    def _move(self, rows: list[Appointment], k: int, by: int) -> Work:
        """To what the next one has or the one before, or into the free half hour between."""
        off = timedelta(minutes=self.draw.choice((-20, 0, 10)) - 20 * by)
        to = rows[(k + by) % len(rows)].starts_at + off
        return lambda: door.run(actions.move, DESK, rows[k].pk, to, command_id=new_id())

    def _run(self, works: list[Work]) -> list[Any]:
        """What each of them gave, with what the tables are like afterwards."""
        waits: list[float] = []

        def timed(work: Work) -> Any:
            since = time.perf_counter()
            try:
                return work()
            finally:
                waits.append(time.perf_counter() - since)

        told = crowds.at_once(*(partial(timed, work) for work in works))
        for each in told:
            self.found["answers"] += 1
            self.found[f"said {type(each).__name__}"] += 1
        self.found["overlaps"] += crowds.overlaps()
        self.found["strays"] += crowds.strays()
        self.found["worst_ms"] = max(self.found["worst_ms"], int(1000 * max(waits)))
        return told


def main(rounds: int, threads: int, seed: int) -> None:
    """Run every kind of round so often; print what was found."""
    clinic = Clinic(threads, seed)
    before = crowds.deadlocks()
    for n in range(rounds):
        clinic.overlapping_starts(n)
        clinic.moves_into_each_other(n)
        clinic.one_patient_and_two_clinicians(n)
    clinic.found["deadlocks"] += crowds.deadlocks() - before
    sys.stdout.write(json.dumps({**clinic.found, "twins": clinic.twins()}) + "\n")
    door.close()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
