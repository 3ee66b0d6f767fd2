"""Falsify the log in every way that we can think of, many times; each must be found, none feigned.

    python -m tests.campaigns.tamper --rounds 500
    PORTAL_TEST_DATABASE_URL=postgres://… python -m tests.campaigns.tamper --rounds 500

Every round a connection of its own, with no guard in its way, makes one change; the log is
verified, put back as it was, and verified again.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

ENTRIES, CHECKPOINTS = 530, 7
TABLES = (
    "audit_entry",
    "audit_mention",
    "audit_detail",
    "audit_leaf",
    "audit_tile",
    "audit_checkpoint",
)


@dataclass
class Tally:
    """What the rounds came to."""

    rounds: int = 0
    detected: int = 0
    named: int = 0
    clean_alarms: int = 0
    tried: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def is_perfect(self) -> bool:
        """True if everything was found and nothing feigned."""
        return self.rounds == self.detected == self.named and not self.clean_alarms

    def lines(self) -> Iterator[str]:
        """The figures for people."""
        for attack, times in sorted(self.tried.items()):
            yield f"{times:5}  {attack.replace('_', ' ')}"
        yield from self.missed
        yield (
            f"{self.rounds} falsified: {self.detected} detected, {self.named} named as they must "
            f"be; {self.rounds} clean: {self.clean_alarms} false alarms; {self.seconds:.0f} s"
        )


def campaign(rounds: int, seed: int, anchor: Path) -> Tally:
    """The tally of so many rounds on the log that the database holds."""
    from tests.campaigns.attacks_on_entries import ON_ENTRIES
    from tests.campaigns.attacks_on_the_tree import ON_THE_TREE
    from tests.campaigns.falsifier import Falsifier
    from tests.portal.audit.intruder import drop_guards, intruder

    tally, dice, began = Tally(), Random(seed), time.monotonic()
    attacks = [*ON_ENTRIES, *ON_THE_TREE]
    with intruder() as hand:
        drop_guards(hand)
        original = anchor.read_bytes()
        with copied(hand) as put_back:
            for turn in range(rounds):
                attack = attacks[turn % len(attacks)]
                one_round(tally, attack, Falsifier(hand, dice, anchor))
                put_back()
                anchor.write_bytes(original)
                tally.clean_alarms += alarmed() is not None
    tally.seconds = time.monotonic() - began
    return tally


def one_round(tally: Tally, attack: Callable[[Any], Any], who: Any) -> None:
    """One change, and what the verification makes of it."""
    expected = attack(who)
    found = alarmed()
    tally.rounds += 1
    tally.tried[attack.__name__] += 1
    tally.detected += found is not None
    fits = found is not None and expected.fits(found.seq)
    tally.named += fits
    if not fits:
        tally.missed.append(f"MISSED {attack.__name__}: expected {expected}, found {found}")


def alarmed() -> Any:
    """The first finding of a verification; None if the log holds."""
    from portal.audit.readings.verify import verify

    return verify().first


@contextmanager
def copied(hand: Any) -> Iterator[Callable[[], None]]:
    """Copies of all tables; calling it puts every row back."""
    for table in TABLES:
        hand.execute(f"CREATE TABLE {table}_kept AS SELECT * FROM {table}")

    def put_back() -> None:
        hand.execute("BEGIN")
        for table in TABLES:
            hand.execute(f"DELETE FROM {table}")
            hand.execute(f"INSERT INTO {table} SELECT * FROM {table}_kept")
        hand.execute("COMMIT")

    try:
        yield put_back
    finally:
        for table in TABLES:
            hand.execute(f"DROP TABLE {table}_kept")


def main() -> int:
    """Run from the command line; 0 only if everything was found and nothing feigned."""
    words = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    words.add_argument("--rounds", type=int, default=500)
    words.add_argument("--seed", type=int, default=20261122)
    options = words.parse_args()
    with a_portal_of_its_own() as anchor:
        tally = campaign(options.rounds, options.seed, anchor)
    for line in tally.lines():
        sys.stdout.write(line + "\n")
    return 0 if tally.is_perfect else 1


@contextmanager
def a_portal_of_its_own() -> Iterator[Path]:
    """Fresh databases with a log in them; the path of its anchor."""
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django
    from django.conf import settings

    django.setup()
    from portal.audit import vocabulary
    from tests.harness.databases import Databases
    from tests.harness.stores import store
    from tests.portal.audit.scenes import SEEN, SPEC, a_log

    words = {**vocabulary.events(), SEEN: SPEC}
    vocabulary.events = lambda: words  # type: ignore[assignment]
    databases = Databases(store())
    databases.migrate()
    try:
        a_log(ENTRIES, checkpoints=CHECKPOINTS)
        yield settings.ANCHOR_FILE
    finally:
        databases.drop()


if __name__ == "__main__":
    sys.exit(main())
