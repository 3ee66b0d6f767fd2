"""Forty threads want times that overlap, move into each other's, and meet two clinicians at once.

    python -m tests.campaigns.bookings --rounds 50 --threads 40
    python -m tests.campaigns.bookings --scaled

Each round has one winner, nobody loses a time in a move, no two claims overlap, and no deadlock is
counted. A twin of the table of claims without its constraint shows that the race is there.
"""

import argparse
import json
import random
import sys
import time
from dataclasses import dataclass
from typing import Any

from tests.campaigns.kills import where
from tests.campaigns.portals import Portal

EXPECTED = frozenset({"Appointment", "SlotTaken", "NotOffered", "TooManyHolds"})
"""What a thread may be told. Anything else is a fault of ours."""


@dataclass(frozen=True)
class Run:
    """One campaign: what it was, and what was found."""

    seed: int
    rounds: int
    threads: int
    found: dict[str, Any]
    seconds: float

    @property
    def is_clean(self) -> bool:
        """True if nothing was doubled or lost, and the twin doubled."""
        found = self.found
        one_each = found["rounds_with_one_winner"] == found["rounds_with_one_place"] == self.rounds
        bad = ("overlaps", "strays", "lost_in_a_move", "deadlocks")
        told = {name.removeprefix("said ") for name in found if name.startswith("said ")}
        twins = found["twins"]["with"] == 1 and found["twins"]["without"] > 1
        fair = one_each and twins and told <= EXPECTED and found["moved"] > 0
        return fair and not any(found[name] for name in bad)

    def line(self) -> str:
        """The figures in a line."""
        found, twins = self.found, self.found["twins"]
        said = {name[5:]: n for name, n in sorted(found.items()) if name.startswith("said ")}
        return (
            f"seed {self.seed}: {self.rounds} rounds of {self.threads} threads on overlapping "
            f"starts, {found['winners']} winners, one each in {found['rounds_with_one_winner']}; "
            f"one patient with several clinicians, one place in {found['rounds_with_one_place']}; "
            f"{found['moved']} moves into each other's times, {found['lost_in_a_move']} lost; "
            f"{found['overlaps']} overlaps, {found['strays']} strays, "
            f"{found['deadlocks']} deadlocks; "
            f"{found['answers']} answers {said}, the longest after {found['worst_ms']} ms; without "
            f"the constraint {twins['without']} of {twins['many']} had the same time, with it "
            f"{twins['with']}; {self.seconds:.0f} s"
        )


def campaign(*, rounds: int, threads: int, seed: int, scaled: bool) -> Run:
    """One campaign on a fresh installation."""
    with Portal(**{**where(scaled=scaled), "processes": 1}) as portal:
        since = time.monotonic()
        words = map(str, (rounds, threads, seed))
        found = json.loads(portal.run("-m", "tests.campaigns.crowds", *words))
        return Run(seed, rounds, threads, found, time.monotonic() - since)


def main() -> int:
    """Print the figures; 0 if nothing was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--threads", type=int, default=40)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--scaled", action="store_true")
    given = parser.parse_args()
    run = campaign(rounds=given.rounds, threads=given.threads, seed=given.seed, scaled=given.scaled)
    sys.stdout.write(run.line() + "\n")
    return 0 if run.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
