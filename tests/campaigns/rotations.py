"""`kill -9` in the middle of a rotation, while people write: no row unreadable, one key at the end.

    python -m tests.campaigns.rotations --patients 1000 --kills 20
    python -m tests.campaigns.rotations --scaled

The portal is served all the while by processes that are never restarted. Half of the conversations
go on without pause; the others are asked for by a page at odd moments, so that their keys are read
from rows that have just moved.
"""

import argparse
import asyncio
import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.campaigns.kills import Campaign, Run, where
from tests.campaigns.portals import Portal
from tests.harness.web import Browser
from tests.shared import ROOT

PIECE = 5
PACE = 0.05
"""Seconds between two messages of one device: a clinic that writes, not one that is stormed."""


@dataclass
class Rotated(Run):
    """One campaign: besides messages, what became of the keys."""

    patients: int = 0
    pages: int = 0
    unread_pages: list[str] = field(default_factory=list)
    charts: dict[str, object] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        """True if nothing was lost and nothing is unreadable, under one key that is the active."""
        wrapped_by = self.charts.get("wrapped_by")
        return bool(
            self.verdict
            and self.verdict.is_clean
            and self.pages
            and not self.unread_pages
            and self.charts.get("unreadable") == 0
            and self.charts.get("opened") == self.patients
            and isinstance(wrapped_by, dict)
            and [*wrapped_by] == [self.charts.get("active")]
            and "holds" in self.log
        )

    def figures(self) -> str:
        """The figures in a line."""
        return (
            f"{self.line('kills of the rotation')}; {self.charts}; {self.pages} cold pages, "
            f"{len(self.unread_pages)} not read"
        )


class RotationCampaign(Campaign):
    """A busy installation whose rotation is killed again and again."""

    def __init__(self, portal: Portal, *, patients: int, kills: int, seed: int) -> None:
        super().__init__(portal, sends=0, kills=kills, seed=seed)
        portal.run("-m", "tests.campaigns.wrapped", "make", str(patients))
        self.run: Rotated = Rotated(seed, history=self.run.history)
        self.run.patients = patients + len(self.seats)
        self.is_over = False
        self.cold = self.seats[len(self.seats) // 2 :]

    async def _send(self, device: str, thread: str, count: int) -> None:
        if thread in {seat["thread"] for seat in self.cold}:
            return
        number = 0
        while not self.is_over:
            text = f"{device}, line {number}"
            self.run.history.invoke(thread, text)
            answer = await self.devices[device].send(text)
            if answer["kind"] != "done":
                raise RuntimeError(f"refused: {answer}")
            self.run.history.ok(text, answer["result"]["sequence"])
            number += 1
            await asyncio.sleep(PACE)

    async def _kill(self) -> None:
        """Kill after some steps, at a random moment of the next one; in the end let it finish."""
        try:
            while self.run.kills < self.kills:
                with rotating(self.portal) as process:
                    steps = self.random.randint(1, 14)
                    ended = await asyncio.to_thread(_read, process, steps)
                    await asyncio.sleep(self.random.uniform(0, 0.02))
                    if not ended:
                        process.kill()
                        self.run.kills += 1
                await asyncio.to_thread(self._look)
            with rotating(self.portal) as process:
                if not await asyncio.to_thread(_read, process, sys.maxsize):
                    raise RuntimeError(f"a rotation failed: {process.returncode}")
            await asyncio.to_thread(self._look)
        finally:
            self.is_over = True

    def _look(self) -> None:
        """Every conversation that is not written in is asked for, of every process."""
        for seat in self.cold:
            for port in self.portal.ports:
                browser = Browser("127.0.0.1", port, 60.0, {"portal": seat["patient"]})
                page = browser.get(f"/threads/{seat['thread']}/")
                self.run.pages += 1
                if page.status != 200 or seat["text"] not in page.text:
                    self.run.unread_pages.append(f"{seat['thread']}: {page.status}")

    def _judge(self) -> None:
        super()._judge()
        self.run.charts = json.loads(self.portal.run("-m", "tests.campaigns.wrapped", "check"))


@contextmanager
def rotating(portal: Portal) -> Iterator[subprocess.Popen[str]]:
    """A rotation in a process of its own, which is gone after the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.campaigns.wrapped", "rotate", str(PIECE)],
        cwd=ROOT,
        env=portal.environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(60)
        if process.stdout:
            process.stdout.close()


def _read(process: "subprocess.Popen[str]", steps: int) -> bool:
    """True if the process came to its end before so many steps."""
    assert process.stdout
    for _ in range(steps):
        line = process.stdout.readline()
        if line == "done\n":
            return True
        if not line:
            raise RuntimeError(f"a rotation ended by itself: {process.wait(60)}")
    return False


def campaign(*, patients: int, kills: int, seed: int, scaled: bool) -> Rotated:
    """One campaign on a fresh installation."""
    with Portal(**where(scaled=scaled)) as portal:
        made = RotationCampaign(portal, patients=patients, kills=kills, seed=seed)
        portal.start_all()
        asyncio.run(made.go())
        assert isinstance(made.run, Rotated)
        return made.run


def main() -> int:
    """Print the figures; 0 if nothing was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=1_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--scaled", action="store_true")
    given = parser.parse_args()
    started = time.monotonic()
    run = campaign(patients=given.patients, kills=given.kills, seed=given.seed, scaled=given.scaled)
    sys.stdout.write(f"{run.figures()}; {time.monotonic() - started:.0f} s in all\n")
    return 0 if run.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
