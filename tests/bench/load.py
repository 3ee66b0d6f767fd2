"""The load: pairs of sockets in a closed loop, the next send on the acknowledgement."""

import asyncio
import json
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import websockets

from portal.kernel.ids import new_id

FILLING = "I have had this cough since Tuesday and it is worse at night. " * 8
SIZE = 500
LAST: dict[str, int] = {}


@dataclass
class Cell:
    """What one workload gave: sends a second, and the waits in milliseconds."""

    rate: float
    acknowledged: list[float] = field(default_factory=list)
    delivered: list[float] = field(default_factory=list)

    def p50(self, which: str) -> float:
        """The median wait."""
        return statistics.median(getattr(self, which) or [float("nan")])

    def p95(self, which: str) -> float:
        """The wait that one in twenty exceeds."""
        waits = sorted(getattr(self, which) or [float("nan")])
        return waits[min(len(waits) - 1, int(len(waits) * 0.95))]


@dataclass(frozen=True)
class Seat:
    """One conversation: who sends, who receives, and in which thread."""

    sender: str
    receiver: str
    thread: str


def text_of(number: int) -> str:
    """500 characters that begin with their number."""
    return f"{number} {FILLING}"[:SIZE]


def opened(address: str, origin: str, cookie: str = "") -> Any:
    """A socket as a browser opens it."""
    head = {"Cookie": cookie} if cookie else {}
    return websockets.connect(
        address, origin=websockets.Origin(origin), additional_headers=head, compression=None
    )


class Pair:
    """A sender and a receiver of one conversation, and what they measured."""

    def __init__(self, clock: dict[int, float]) -> None:
        self.clock = clock
        self.acknowledged: list[float] = []
        self.delivered: list[float] = []
        self.sent = 0
        self.last = 0

    async def receive(self, wire: Any) -> None:
        """Note when each line arrives."""
        async for raw in wire:
            at = time.perf_counter()
            frame = json.loads(raw)
            items = frame.get("items") or ([frame] if frame.get("kind") == "items" else [])
            for item in items:
                number = str(item.get("text")).split(" ", 1)[0]
                if number.isdecimal() and int(number) in self.clock:
                    self.delivered.append((at - self.clock.pop(int(number))) * 1e3)
            if "n" in frame and frame["n"] % 16 == 0:
                await wire.send(json.dumps({"kind": "seen", "n": frame["n"]}))

    async def send(self, wire: Any, frame: Any, until: float, first: int) -> None:
        """Send, wait for the acknowledgement, send."""
        number = first
        while time.perf_counter() < until:
            number += 1
            started = time.perf_counter()
            self.clock[number] = started
            await wire.send(json.dumps(frame(text_of(number))))
            while True:
                answer = json.loads(await wire.recv())
                if answer["kind"] == "refused":
                    raise RuntimeError(f"the load was refused: {answer}")
                if answer["kind"] == "done":
                    break
            self.last = answer.get("result", {}).get("sequence", 0)
            self.acknowledged.append((time.perf_counter() - started) * 1e3)
            self.sent += 1
            if "n" in answer and answer["n"] % 16 == 0:
                await wire.send(json.dumps({"kind": "seen", "n": answer["n"]}))


async def portal_pairs(ports: Sequence[int], seats: Sequence[Seat], seconds: float) -> Cell:
    """Sender on the first port, receiver on the last: one process, or two."""
    started = asyncio.Event()
    pairs = [Pair({}) for _ in seats]

    async def one(index: int, seat: Seat, pair: Pair) -> None:
        there, here = (f"127.0.0.1:{port}" for port in (ports[0], ports[-1]))
        async with (
            opened(f"ws://{there}/live/", f"http://{there}", seat.sender) as mine,
            opened(f"ws://{here}/live/", f"http://{here}", seat.receiver) as theirs,
        ):
            await mine.recv()
            await theirs.recv()
            topic = f"thread.{seat.thread.replace('-', '')}"
            last = LAST.get(seat.thread, 0)
            await theirs.send(json.dumps({"kind": "follow", "topic": topic, "after": last}))
            listening = asyncio.create_task(pair.receive(theirs))
            await started.wait()

            def frame(text: str) -> dict[str, Any]:
                body = {"thread": seat.thread, "text": text}
                command = str(new_id())
                return {"kind": "do", "command": "messaging.reply", "id": command, "body": body}

            await pair.send(mine, frame, time.perf_counter() + seconds, index * 1_000_000)
            await asyncio.sleep(0.3)
            listening.cancel()
            LAST[seat.thread] = pair.last

    return await _together(pairs, seats, one, started, seconds)


async def usual_pairs(ports: Sequence[int], count: int, seconds: float) -> Cell:
    """The same against the usual build."""
    started = asyncio.Event()
    pairs = [Pair({}) for _ in range(count)]

    async def one(index: int, seat: int, pair: Pair) -> None:
        there, here = (f"127.0.0.1:{port}" for port in (ports[0], ports[-1]))
        async with (
            opened(f"ws://{there}/usual/{seat}/", f"http://{there}") as mine,
            opened(f"ws://{here}/usual/{seat}/", f"http://{here}") as theirs,
        ):
            listening = asyncio.create_task(pair.receive(theirs))
            await started.wait()
            until = time.perf_counter() + seconds
            await pair.send(mine, lambda text: {"text": text}, until, index * 1_000_000)
            await asyncio.sleep(0.3)
            listening.cancel()

    return await _together(pairs, range(count), one, started, seconds)


async def _together(
    pairs: list[Pair], seats: Sequence[Any], one: Any, started: asyncio.Event, seconds: float
) -> Cell:
    tasks = [
        asyncio.create_task(one(index + 1, seat, pair))
        for index, (seat, pair) in enumerate(zip(seats, pairs, strict=True))
    ]
    await asyncio.sleep(0.5 + 0.02 * len(tasks))
    started.set()
    await asyncio.gather(*tasks)
    cell = Cell(sum(pair.sent for pair in pairs) / seconds)
    for pair in pairs:
        cell.acknowledged += pair.acknowledged
        cell.delivered += pair.delivered
    return cell


async def echo(port: int, seconds: float) -> list[float]:
    """Round trips of 500 characters through a stock Channels echo, in milliseconds."""
    waits: list[float] = []
    async with opened(f"ws://127.0.0.1:{port}/echo/", f"http://127.0.0.1:{port}") as wire:
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            started = time.perf_counter()
            await wire.send(text_of(1))
            await wire.recv()
            waits.append((time.perf_counter() - started) * 1e3)
    return waits


async def idle(address: str, origin: str, cookies: Sequence[str]) -> list[Any]:
    """That many open sockets that say nothing."""
    wires: list[Any] = []
    for start in range(0, len(cookies), 50):
        chunk = cookies[start : start + 50]
        wires += await asyncio.gather(*[opened(address, origin, cookie) for cookie in chunk])
    return wires
