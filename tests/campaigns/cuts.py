"""A bad network: cuts in the middle of frames, silence, delays; then it heals, and all is equal.

    python -m tests.campaigns.cuts --sends 4000
    python -m tests.campaigns.cuts --scaled

Every device reaches the portal through a proxy whose faults are drawn by the seed. When the last
send has been acknowledged the network heals, and the time is taken until every device holds the
same transcript as the database.
"""

import argparse
import asyncio
import random
import sys
import time
from contextlib import AsyncExitStack

from tests.campaigns.kills import Campaign, Run, where
from tests.campaigns.portals import Portal
from tests.harness.proxy import Proxy, proxy

EVERY = (0.2, 1.5)


class Cuts(Campaign):
    """The conversations of the kills, over a network that misbehaves."""

    def __init__(self, portal: Portal, *, sends: int, seed: int) -> None:
        super().__init__(portal, sends=sends, kills=0, seed=seed)
        self.proxies: list[Proxy] = []
        self.healed_in = -1.0

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
        healed = time.monotonic()
        await super()._settle()
        self.healed_in = time.monotonic() - healed


def campaign(*, sends: int, seed: int, scaled: bool) -> tuple[Run, float]:
    """One campaign on a fresh installation, and how long all took to be equal."""
    with Portal(**where(scaled=scaled)) as portal:
        made = Cuts(portal, sends=sends, seed=seed)
        portal.start_all()
        return asyncio.run(made.go()), made.healed_in


def main() -> int:
    """Print the figures; 0 if nothing was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sends", type=int, default=4_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--scaled", action="store_true")
    given = parser.parse_args()
    run, healed = campaign(sends=given.sends, seed=given.seed, scaled=given.scaled)
    sys.stdout.write(f"{run.line('cuts')}; equal {healed:.1f} s after healing\n")
    return 0 if run.verdict and run.verdict.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
