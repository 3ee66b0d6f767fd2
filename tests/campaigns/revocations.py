"""Rights are taken away from people whose pages are open, under load: how soon that counts.

    python -m tests.campaigns.revocations --repetitions 200
    python -m tests.campaigns.revocations --repetitions 200 --scaled [--redis up|down|silent]

Each repetition makes one scene, takes the right away from a process beside the servers, writes on,
and asks again over HTTP. A page must have been told within a second and must never be given
anything that was written afterwards.
"""

import argparse
import asyncio
import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from tests.campaigns.hand import CAUSES
from tests.campaigns.portals import Portal, cookie
from tests.harness.live import Closed, Page, live_at
from tests.harness.proxy import proxy
from tests.harness.web import Browser
from tests.shared import ROOT

AFTERWARDS = 2.0
"""For so long after the end of a right it is watched whether anything still comes."""
WRITERS = 4


@dataclass
class Run:
    """What was seen: for each cause how long it took, and everything that came too late."""

    took: dict[str, list[float]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    written: int = 0

    def line(self) -> str:
        """The figures."""
        every = sorted(one for times in self.took.values() for one in times)
        parts = [f"{cause} {max(times):.2f}" for cause, times in sorted(self.took.items()) if times]
        at = statistics.quantiles(every, n=100) if len(every) > 1 else [0.0] * 99
        return (
            f"{len(every)} repetitions, {self.written} messages of load: told after "
            f"p50 {at[49]:.3f} s, p99 {at[98]:.3f} s, most {max(every, default=0):.3f} s "
            f"({', '.join(parts)}); faults {len(self.faults)}"
        )


class Campaign:
    """Repetitions over one installation."""

    def __init__(self, portal: Portal, repetitions: int, within: float = 1.0) -> None:
        self.portal, self.repetitions, self.run = portal, repetitions, Run()
        self.within = within
        self.hand = subprocess.Popen(
            [sys.executable, "-m", "tests.campaigns.hand"],
            cwd=ROOT,
            env=portal.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.address = f"127.0.0.1:{portal.ports[-1]}"

    async def go(self) -> Run:
        """Every repetition, judged."""
        seats = await asyncio.to_thread(self.portal.populate, WRITERS)
        writers = [asyncio.create_task(self._write_on(seat)) for seat in seats]
        try:
            for number in range(self.repetitions):
                await self._once(CAUSES[number % len(CAUSES)])
        finally:
            for writer in writers:
                writer.cancel()
            await asyncio.gather(*writers, return_exceptions=True)
            self.hand.kill()
            # Waits for its end, and shuts the pipes to it.
            self.hand.__exit__(None, None, None)
        return self.run

    async def _once(self, cause: str) -> None:
        made = await self._ask("prepare", cause=cause)
        thread = f"thread.{UUID(made['thread']).hex}"
        async with live_at(self.address, cookie(made["cookie"])) as page:
            await page.follow(thread)
            if cause == "proxy-in-a-call":
                async with live_at(self.address, cookie(made["host"])) as host:
                    await self._in_a_call(made, page, host)
                    took = await self._revoked(cause, made, page, thread)
                    await self._told_why(host, made)
            else:
                took = await self._revoked(cause, made, page, thread)
        if took is not None:
            self.run.took.setdefault(cause, []).append(took)

    async def _revoked(
        self, cause: str, made: dict[str, Any], page: Page, thread: str
    ) -> float | None:
        opened = await asyncio.to_thread(self._http, made)
        if opened != 200:
            self.run.faults.append(f"{cause}: the page did not open before ({opened})")
        told = asyncio.create_task(_told(page, thread))
        names = ("loser", "cookie", "link", "grant")
        gone = await self._ask("revoke", cause=cause, **{name: made[name] for name in names})
        asked = await asyncio.to_thread(self._http, made)
        text = f"after {cause} {made['thread']}"
        await self._ask("write", thread=made["thread"], writer=made["writer"], text=text)
        try:
            at = await asyncio.wait_for(told, AFTERWARDS)
        except TimeoutError:
            self.run.faults.append(f"{cause}: the page was not told")
            return None
        await _watched(page)
        late = [frame for frame in page.frames if text in json.dumps(frame)]
        if late:
            self.run.faults.append(f"{cause}: was given what was written afterwards")
        if asked == 200:
            self.run.faults.append(f"{cause}: the page still opens over HTTP")
        if at - gone > self.within:
            self.run.faults.append(f"{cause}: told after {at - gone:.2f} s")
        return max(0.0, at - gone)

    def _http(self, made: dict[str, Any]) -> int:
        browser = Browser("127.0.0.1", self.portal.ports[0])
        browser.cookies["portal"] = made["cookie"]
        return browser.get(f"/threads/{made['thread']}/").status

    async def _in_a_call(self, made: dict[str, Any], page: Page, host: Page) -> None:
        for one in (page, host):
            await one.follow(_visit(made))
            await one.do("visits.join", visit=UUID(made["visit"]), device=uuid4(), epoch=0)

    async def _told_why(self, host: Page, made: dict[str, Any]) -> None:
        try:
            async with asyncio.timeout(AFTERWARDS):
                while True:
                    frame = await host.hear("items", topic=_visit(made))
                    states = [item for item in frame["items"] if item["kind"] == "state"]
                    if any((one["peer"] or {}).get("why") == "no-right" for one in states):
                        return
        except TimeoutError:
            self.run.faults.append("proxy-in-a-call: the host was not told why")

    async def _write_on(self, seat: dict[str, str]) -> None:
        """Load: somebody writes without pause, from a page on every process."""
        port = self.portal.ports[0]
        async with live_at(f"127.0.0.1:{port}", cookie(seat["patient"])) as page:
            await page.follow(f"thread.{UUID(seat['thread']).hex}")
            while True:
                await page.do("messaging.reply", thread=seat["thread"], text="on and on")
                self.run.written += 1
                page.frames.clear()

    async def _ask(self, order: str, **given: Any) -> Any:
        return await asyncio.to_thread(self._asked, {"do": order, **given})

    def _asked(self, order: dict[str, Any]) -> Any:
        assert self.hand.stdin
        assert self.hand.stdout
        self.hand.stdin.write(json.dumps(order) + "\n")
        self.hand.stdin.flush()
        answer = self.hand.stdout.readline()
        if not answer:
            raise RuntimeError(f"the hand fell: {order}")
        return json.loads(answer)


def _visit(made: dict[str, Any]) -> str:
    return f"visit.{UUID(made['visit']).hex}"


async def _told(page: Page, thread: str) -> float:
    """When the page was told: its socket closed, or its thread has ended for it."""
    with contextlib.suppress(Closed):
        await page.hear("left", topic=thread)
    return time.monotonic()


async def _watched(page: Page) -> None:
    """Whatever still comes in a while was taken in."""
    with contextlib.suppress(TimeoutError, Closed):
        async with asyncio.timeout(0.3):
            await page.hear("nothing of this kind")


async def campaign(
    *, repetitions: int, scaled: bool, redis: str = "up", within: float = 1.0
) -> Run:
    """One campaign on a fresh installation; Redis is up, down or silent from its start on."""
    if not scaled:
        return await _over(Portal(), repetitions, within)
    database, straight = os.environ["PORTAL_TEST_DATABASE_URL"], os.environ["PORTAL_TEST_REDIS_URL"]
    parts = urlsplit(straight)
    async with proxy((parts.hostname or "127.0.0.1", parts.port or 6379)) as way:
        # Only what is to be cut goes by a way that can be.
        address = straight if redis == "up" else f"redis://{way.address}{parts.path}"
        portal = await asyncio.to_thread(
            lambda: Portal(database=database, redis=address, processes=2)
        )
        portal.environment["PORTAL_BROKER_URL"] = "memory://localhost"
        faults = {"up": None, "down": way.cut, "silent": way.hush}
        return await _over(portal, repetitions, within, before=faults[redis])


async def _over(portal: Portal, repetitions: int, within: float, *, before: Any = None) -> Run:
    await asyncio.to_thread(portal.__enter__)
    try:
        await asyncio.to_thread(portal.start_all)
        if before is not None:
            before()
            # The hand would wait for Redis after each commit, and count that as the server's time.
            del portal.environment["PORTAL_REDIS_URL"]
        return await Campaign(portal, repetitions, within).go()
    finally:
        await asyncio.to_thread(portal.__exit__)


def main() -> int:
    """Print the figures and every fault; 0 if there is none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=200)
    parser.add_argument("--scaled", action="store_true")
    parser.add_argument("--redis", choices=["up", "down", "silent"], default="up")
    given = parser.parse_args()
    run = asyncio.run(
        campaign(repetitions=given.repetitions, scaled=given.scaled, redis=given.redis)
    )
    sys.stdout.write("\n".join([run.line(), *run.faults]) + "\n")
    return 1 if run.faults else 0


if __name__ == "__main__":
    sys.exit(main())
