"""`kill -9` in the middle of sending: what was acknowledged is stored, once, for everybody.

    python -m tests.campaigns.kills --sends 20000 --kills 60
    python -m tests.campaigns.kills --scaled

Patients and clinicians of several conversations send without pause, each from a device of their
own, while a third device only follows. The server process is killed at random and started again
on the same data; in the scaled mode one of two, with PostgreSQL and Redis left alone.
"""

import argparse
import asyncio
import importlib.util
import json
import os
import random
import sys
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.campaigns.history import History, Stored, Verdict, check
from tests.campaigns.portals import Portal, cookie
from tests.shared import ROOT

CONVERSATIONS = 8
SETTLE = 30.0


def reference_client() -> Any:
    """The client that the documentation prints, as a module."""
    path = Path(ROOT, "docs", "client.py")
    spec = importlib.util.spec_from_file_location("reference_client", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass
class Run:
    """One campaign: how much was sent and killed, and what the checker said."""

    seed: int
    history: History = field(default_factory=History)
    kills: int = 0
    seconds: float = 0.0
    verdict: Verdict | None = None
    log: str = ""

    def line(self, what: str = "kills") -> str:
        """The figures in a line."""
        verdict = self.verdict
        assert verdict is not None
        return (
            f"seed {self.seed}: {self.kills} {what}, {len(self.history.invoked)} sends, "
            f"{len(self.history.acknowledged)} acknowledged, lost {len(verdict.lost)}, doubled "
            f"{len(verdict.doubled)}, misplaced {len(verdict.misplaced)}, transcripts that differ "
            f"{len(verdict.differing)}; {self.log}; {self.seconds:.0f} s"
        )


class Campaign:
    """Conversations over one installation."""

    def __init__(self, portal: Portal, *, sends: int, kills: int, seed: int) -> None:
        self.portal, self.sends, self.kills = portal, sends, kills
        self.random = random.Random(seed)
        self.run = Run(seed)
        self.seats = portal.populate(CONVERSATIONS)
        for seat in self.seats:
            self.run.history.invoke(seat["thread"], seat["text"])
        client = reference_client()
        self.devices: dict[str, Any] = {}
        for number, seat in enumerate(self.seats):
            for name, who in (("phone", "patient"), ("tablet", "patient"), ("desk", "clinician")):
                port = portal.ports[-1] if name == "desk" else portal.ports[0]
                follower = client.Follower(
                    f"http://127.0.0.1:{port}", cookie(seat[who]), seat["thread"]
                )
                self.devices[f"{name} {number}"] = follower

    async def go(self) -> Run:
        """The run, judged."""
        started = time.monotonic()
        followers = [asyncio.create_task(device.run()) for device in self.devices.values()]
        killer = asyncio.create_task(self._kill())
        each = self.sends // (2 * CONVERSATIONS)
        senders = [
            self._send(f"{name} {number}", seat["thread"], each)
            for number, seat in enumerate(self.seats)
            for name in ("phone", "desk")
        ]
        await asyncio.gather(*senders)
        await killer
        await self._settle()
        for follower in followers:
            follower.cancel()
        self.run.seconds = time.monotonic() - started
        self._judge()
        return self.run

    async def _send(self, device: str, thread: str, count: int) -> None:
        for number in range(count):
            text = f"{device}, line {number}"
            self.run.history.invoke(thread, text)
            answer = await self.devices[device].send(text)
            if answer["kind"] != "done":
                raise RuntimeError(f"refused: {answer}")
            self.run.history.ok(text, answer["result"]["sequence"])

    async def _kill(self) -> None:
        """Kill once in each stretch of sends, at a random moment of it."""
        stretch = self.sends / (self.kills + 1)
        for number in range(1, self.kills + 1):
            due = (number - self.random.random()) * stretch
            while len(self.run.history.acknowledged) < due:
                await asyncio.sleep(0.002)
            index = self.random.randrange(len(self.portal.ports))
            self.portal.kill(index)
            await asyncio.to_thread(self.portal.start, index)
            self.run.kills += 1

    async def _settle(self) -> None:
        """Every device has the end of its thread, or has had the time to get it."""
        until = time.monotonic() + SETTLE
        told: dict[Any, int] = {}
        for text, sequence in self.run.history.acknowledged.items():
            thread = uuid.UUID(self.run.history.invoked[text])
            told[thread] = max(told.get(thread, 0), sequence)
        while time.monotonic() < until:
            ends = dict(told)
            for device in self.devices.values():
                ends[device.thread] = max(ends.get(device.thread, 0), *device.items, 0)
            if all(len(d.items) == ends[d.thread] for d in self.devices.values()):
                return
            await asyncio.sleep(0.1)

    def _judge(self) -> None:
        lines = [json.loads(row) for row in self._transcript()]
        stored = [Stored(row["thread"], row["sequence"], row["text"]) for row in lines]
        transcripts = {
            name: (str(device.thread), {n: item["text"] for n, item in device.items.items()})
            for name, device in self.devices.items()
        }
        self.run.verdict = check(self.run.history, stored, transcripts)
        self.run.log = self.portal.manage("audit", "verify").strip().splitlines()[-1]

    def _transcript(self) -> list[str]:
        return self.portal.run("-m", "tests.campaigns.transcript").splitlines()


def where(*, scaled: bool) -> dict[str, Any]:
    """What an installation of this mode is made of."""
    if not scaled:
        return {}
    return {
        "database": os.environ["PORTAL_TEST_DATABASE_URL"],
        "redis": os.environ["PORTAL_TEST_REDIS_URL"],
        "processes": 2,
    }


def campaign(*, sends: int, kills: int, seed: int, scaled: bool) -> Run:
    """One campaign on a fresh installation."""
    with Portal(**where(scaled=scaled)) as portal:
        made = Campaign(portal, sends=sends, kills=kills, seed=seed)
        portal.start_all()
        return asyncio.run(made.go())


def main() -> int:
    """Print the figures; 0 if nothing was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sends", type=int, default=20_000)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--scaled", action="store_true")
    given = parser.parse_args()
    run = campaign(sends=given.sends, kills=given.kills, seed=given.seed, scaled=given.scaled)
    sys.stdout.write(run.line() + "\n")
    return 0 if run.verdict and run.verdict.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
