"""A bad network: cuts in the middle of frames, silence, delays; then it heals, and all is equal.

    python -m tests.campaigns.cuts --sends 4000
    python -m tests.campaigns.cuts --scaled

Every device reaches the portal through a proxy whose faults are drawn by the seed. When the last
send has been acknowledged the network heals, and the time is taken from then until every device
holds the same transcript as the database, less the time in which the machine let nothing run.
"""

import argparse
import asyncio
import random
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass

from tests.campaigns.kills import Campaign, Run, where
from tests.campaigns.portals import Portal
from tests.harness.proxy import Proxy, proxy

EVERY = (0.2, 1.5)
BEAT = 0.05


class Metronome:
    """How long the machine kept this process from running: the lateness of its beats."""

    def __init__(self) -> None:
        self.late = 0.0

    async def beat(self) -> None:
        """Beat until cancelled."""
        while True:
            due = time.monotonic() + BEAT
            await asyncio.sleep(BEAT)
            self.late += time.monotonic() - due


@dataclass(frozen=True)
class Healed:
    """How long it took after the network healed until all devices were equal."""

    seconds: float
    stood_still: float
    """Of these, the time in which the machine was busy with others."""

    @property
    def own(self) -> float:
        """What the portal and its clients needed."""
        return max(0.0, self.seconds - self.stood_still)

    def __str__(self) -> str:
        return (
            f"equal {self.own:.1f} s after healing ({self.seconds:.1f} s by the clock, of which "
            f"the machine stood still for {self.stood_still:.1f} s)"
        )


class Cuts(Campaign):
    """The conversations of the kills, over a network that misbehaves."""

    def __init__(self, portal: Portal, *, sends: int, seed: int) -> None:
        super().__init__(portal, sends=sends, kills=0, seed=seed)
        self.proxies: list[Proxy] = []
        self.healed = Healed(float("inf"), 0.0)

    async def go(self) -> Run:
        """The run, judged."""
        async with AsyncExitStack() as stack:
            for port in self.portal.ports:
                made = proxy(("127.0.0.1", port), seed=self.random.randrange(10**6), faults=None)
                self.proxies.append(await stack.enter_async_context(made))
            for device in self.devices.values():
                port = int(device.origin.rsplit(":", 1)[1])
                line = self.proxies[self.portal.ports.index(port)]
                device.origin = f"http://{line.address}"
            return await super().go()

    async def _kill(self) -> None:
        """While sends are under way, lines are cut and fall silent."""
        while len(self.run.history.acknowledged) < self.sends * 0.95:
            await asyncio.sleep(self.random.uniform(*EVERY))
            line = self.random.choice(self.proxies)
            if self.random.random() < 0.5:
                line.reset_all()
            else:
                line.hush()
                await asyncio.sleep(self.random.uniform(0, 1))
                line.heal()
                line.faults = None
            self.run.kills += 1

    async def _settle(self) -> None:
        for line in self.proxies:
            line.heal()
        metronome = Metronome()
        beating = asyncio.create_task(metronome.beat())
        healed_at = time.monotonic()
        await super()._settle()
        self.healed = Healed(time.monotonic() - healed_at, metronome.late)
        beating.cancel()


def campaign(*, sends: int, seed: int, scaled: bool) -> tuple[Run, Healed]:
    """One campaign on a fresh installation, and how long all took to be equal."""
    with Portal(**where(scaled=scaled)) as portal:
        made = Cuts(portal, sends=sends, seed=seed)
        portal.start_all()
        return asyncio.run(made.go()), made.healed


def main() -> int:
    """Print the figures; 0 if nothing was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sends", type=int, default=4_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--scaled", action="store_true")
    given = parser.parse_args()
    run, healed = campaign(sends=given.sends, seed=given.seed, scaled=given.scaled)
    sys.stdout.write(f"{run.line('cuts')}; {healed}\n")
    return 0 if run.verdict and run.verdict.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
