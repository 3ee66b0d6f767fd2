"""What the frames of other visits wait while one seat floods its own with a thousand a second.

The flood never gives up: when the portal closes its socket it comes back, follows, joins and goes
on. The other visits say what browsers say while they set up a call, within the usual pace.
"""

import asyncio
import json
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import websockets

from portal.kernel.ids import new_id
from tests.bench import load
from tests.campaigns.portals import Portal, cookie

CANDIDATE = "candidate:1 1 udp 1677729535 203.0.113.7 46154 typ srflx raddr 10.0.0.4 rport 1"
QUIET = 2
EACH = 0.2
"""Seconds between two frames of a seat that behaves: within the pace, for as long as we look."""
SETTLE = 5.0
"""Seconds after which a frame that has not arrived is called lost."""
FLOOD = 1_000
"""Frames a second."""


@dataclass
class Seat:
    """One side of a visit, over a socket of its own."""

    address: str
    cookie: str
    visit: uuid.UUID
    device: str = field(default_factory=lambda: str(uuid.uuid4()))
    number: int = 0
    wire: Any = None
    told: dict[str, Any] = field(default_factory=dict)
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    waits: list[float] = field(default_factory=list)
    sent: dict[int, float] = field(default_factory=dict)

    async def enter(self) -> None:
        """The visit is followed, the seat taken."""
        host = self.address.removeprefix("http://")
        opened = load.opened(f"ws://{host}/live/", self.address, self.cookie)
        self.wire = await opened.__aenter__()
        await self._say(kind="follow", topic=f"visit.{self.visit.hex}", after=0)
        body = {"visit": str(self.visit), "device": self.device, "epoch": self.told.get("epoch", 0)}
        await self._say(kind="do", command="visits.join", id=str(new_id()), body=body)

    async def listen(self, opposite: "Seat | None" = None) -> None:
        """Take in what comes; note when a frame of the seat opposite arrives."""
        async for text in self.wire:
            at, frame = time.perf_counter(), json.loads(text)
            if frame["n"] % 16 == 0:
                await self._say(kind="seen", n=frame["n"])
            if frame["kind"] == "done" and "seat" in frame["result"]:
                self.told = frame["result"]
            for item in frame.get("items", ()):
                if item["kind"] == "state":
                    self.told["epoch"] = item.get("epoch", 0)
                    if item.get("state") == "live":
                        self.heard.set()
                elif opposite is not None and item.get("n") in opposite.sent:
                    opposite.waits.append((at - opposite.sent.pop(item["n"])) * 1e3)

    async def signal(self) -> None:
        """One candidate is on its way."""
        self.number += 1
        self.sent[self.number] = time.perf_counter()
        signal = {"kind": "candidate", "candidate": CANDIDATE, "mid": "0", "line": 0}
        body = {"visit": str(self.visit), "seat": self.told["seat"], "epoch": self.told["epoch"]}
        body |= {"n": self.number, "signal": signal}
        await self._say(kind="do", command="visits.signal", id=str(new_id()), body=body)

    async def _say(self, **frame: Any) -> None:
        await self.wire.send(json.dumps(frame))


async def talk(seat: Seat, until: float) -> None:
    """The seat says something every fifth of a second."""
    while time.perf_counter() < until:
        await seat.signal()
        await asyncio.sleep(EACH)


async def flood(seat: Seat, until: float) -> int:
    """A thousand frames a second, whatever the portal does. Returns how often it was shut out."""
    shut_out = 0
    while time.perf_counter() < until:
        with suppress(websockets.ConnectionClosed, OSError, websockets.InvalidHandshake, KeyError):
            await seat.enter()
            listening = asyncio.create_task(_quietly(seat.listen))
            try:
                async with asyncio.timeout(2):
                    await seat.heard.wait()
                began, sent = time.perf_counter(), 0
                while time.perf_counter() < until:
                    await seat.signal()
                    sent += 1
                    await asyncio.sleep(max(0.0, began + sent / FLOOD - time.perf_counter()))
            finally:
                listening.cancel()
                await seat.wire.close()
                shut_out += 1
    return shut_out


async def _quietly(listen: Any, *given: Any) -> None:
    with suppress(websockets.ConnectionClosed):
        await listen(*given)


@dataclass(frozen=True)
class Waits:
    """How long frames were on their way, in milliseconds, the shortest first; and how many are."""

    waits: list[float]
    lost: int

    def at(self, part: float) -> float:
        """What this part of them did not exceed."""
        found = self.waits or [float("inf")]
        return found[min(len(found) - 1, int(len(found) * part))]


@dataclass(frozen=True)
class Flooded:
    """One measurement."""

    alone: Waits
    beside: Waits
    shut_out: int
    """How often the portal closed the socket of the flood."""


class Crowd:
    """Visits with both seats taken; the first of them is the one that is flooded."""

    def __init__(self, portal: Portal, rows: list[dict[str, str]]) -> None:
        ports = [f"http://127.0.0.1:{portal.ports[n]}" for n in (0, -1)]
        self.pairs = [
            tuple(
                Seat(address, cookie(row[who]), uuid.UUID(row["visit"]))
                for address, who in zip(ports, ("patient", "clinician"), strict=True)
            )
            for row in rows
        ]
        self._listening: list[asyncio.Task[None]] = []

    async def enter(self) -> None:
        """All are in, and told so."""
        for one, two in self.pairs:
            for seat, other in ((one, two), (two, one)):
                await seat.enter()
                self._listening.append(asyncio.create_task(_quietly(seat.listen, other)))
        async with asyncio.timeout(60):
            for pair in self.pairs:
                for seat in pair:
                    await seat.heard.wait()

    async def talk(self, seconds: float) -> Waits:
        """The quiet visits say what they say; what they waited for it."""
        quiet = [seat for pair in self.pairs[1:] for seat in pair]
        until = time.perf_counter() + seconds
        await asyncio.gather(*(talk(seat, until) for seat in quiet))
        await asyncio.sleep(SETTLE)
        found = Waits(
            sorted(wait for seat in quiet for wait in seat.waits),
            sum(len(seat.sent) for seat in quiet),
        )
        for seat in quiet:
            seat.waits, seat.sent = [], {}
        return found

    async def leave(self) -> None:
        """Everybody is gone."""
        for task in self._listening:
            task.cancel()
        for pair in self.pairs:
            for seat in pair:
                await seat.wire.close()


async def measured(portal: Portal, rows: list[dict[str, str]], seconds: float) -> Flooded:
    """The waits of frames of the quiet visits: alone, and beside the flood."""
    crowd = Crowd(portal, rows)
    await crowd.enter()
    alone = await crowd.talk(seconds)
    first = crowd.pairs[0][0]
    seat = Seat(first.address, first.cookie, first.visit, first.device)
    flooding = asyncio.create_task(flood(seat, time.perf_counter() + seconds))
    beside = await crowd.talk(seconds)
    shut_out = await flooding
    await crowd.leave()
    return Flooded(alone, beside, shut_out)


def flooded(portal: Portal, seconds: float) -> Flooded:
    """One measurement on an installation that runs."""
    rows = portal.run("-m", "tests.bench.visits", str(QUIET + 1))
    return asyncio.run(measured(portal, [json.loads(row) for row in rows.splitlines()], seconds))
