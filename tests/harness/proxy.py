"""A network that misbehaves on purpose: a TCP proxy with faults, scripted by a seed.

It splits writes, delays them, drops the connection after so many bytes, with a FIN or an RST in
the middle of a frame, or goes half-open: it takes everything and passes nothing on.
"""

import asyncio
import contextlib
import random
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Self

CHUNK = 16 * 1024


class End(StrEnum):
    """How a connection ends, if it does."""

    NEVER = "never"
    CLOSE = "close"
    RESET = "reset"
    SILENCE = "silence"


@dataclass(frozen=True, slots=True)
class Faults:
    """What befalls one connection. Bytes are counted in both directions together."""

    end: End = End.NEVER
    after: int = 0
    delay: float = 0.0
    """At most so many seconds before each write."""
    split: int = 0
    """At most so many bytes in one write; 0 for as they come."""

    @classmethod
    def drawn(cls, dice: random.Random) -> Self:
        """Faults by these dice: one connection in three ends early."""
        end = dice.choice([End.NEVER, End.NEVER, End.NEVER, End.NEVER, *End])
        return cls(
            end=end,
            after=dice.randrange(200, 6000),
            delay=dice.choice([0.0, 0.0, 0.002, 0.02]),
            split=dice.choice([0, 0, 1, 7, 1400]),
        )


KIND = Faults()


@dataclass
class Proxy:
    """Listens on a loopback port of its own and passes on to `target`, with faults."""

    target: tuple[str, int]
    seed: int = 0
    faults: Faults | None = None
    """For every connection from now on; None draws them by the seed."""
    port: int = 0
    met: list[Faults] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)
        self._pairs: set[_Pair] = set()
        self._cut = False

    @property
    def address(self) -> str:
        """Where clients connect."""
        return f"127.0.0.1:{self.port}"

    def heal(self) -> None:
        """No connection meets a fault any more, and what hangs is cut."""
        self.faults, self._cut = KIND, False
        for pair in tuple(self._pairs):
            if pair.is_silent:
                pair.reset()
            pair.faults = KIND

    def cut(self) -> None:
        """Every connection is reset, and new ones are refused, until `heal`."""
        self._cut = True
        self.reset_all()

    def reset_all(self) -> None:
        """Every connection is reset; new ones are let in."""
        for pair in tuple(self._pairs):
            pair.reset()

    def hush(self) -> None:
        """Every connection, and every new one until `heal`, stays open and says nothing more."""
        self.faults = replace(self.faults or KIND, end=End.SILENCE, after=0)
        for pair in self._pairs:
            pair.is_silent = True

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client's connection, until it ends."""
        faults = self.faults or Faults.drawn(self._dice)
        self.met.append(faults)
        pair = _Pair(faults, random.Random(self._dice.random()), writer)
        self._pairs.add(pair)
        try:
            if self._cut:
                pair.reset()
                return
            there = await asyncio.open_connection(*self.target)
            pair.writers.append(there[1])
            async with asyncio.TaskGroup() as both:
                both.create_task(pair.carry(reader, there[1]))
                both.create_task(pair.carry(there[0], writer))
        except* (OSError, _Ended):
            pass
        finally:
            self._pairs.discard(pair)
            pair.close()


class _Ended(Exception):
    """The connection has met its end."""


class _Pair:
    """Both halves of one connection, and the count of what passed."""

    def __init__(self, faults: Faults, dice: random.Random, client: asyncio.StreamWriter) -> None:
        self.faults, self._dice = faults, dice
        self.writers = [client]
        self.is_silent = False
        self._passed = 0

    async def carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        """Everything from one side reaches the other, but for the faults."""
        while data := await source.read(CHUNK):
            for piece in self._pieces(data):
                if self.faults.delay:
                    await asyncio.sleep(self._dice.uniform(0, self.faults.delay))
                if not self.is_silent:
                    await self._pass_on(piece, sink)
        raise _Ended

    async def _pass_on(self, piece: bytes, sink: asyncio.StreamWriter) -> None:
        room = self.faults.after - self._passed
        if self.faults.end is not End.NEVER and len(piece) > room:
            # Up to the very byte, so that a frame is torn.
            sink.write(piece[: max(room, 0)])
            await self._end()
            return
        self._passed += len(piece)
        sink.write(piece)
        await sink.drain()

    async def _end(self) -> None:
        self._passed = self.faults.after
        if self.faults.end is End.SILENCE:
            self.is_silent = True
            return
        await asyncio.sleep(0)
        if self.faults.end is End.RESET:
            self.reset()
        raise _Ended

    def _pieces(self, data: bytes) -> list[bytes]:
        if not self.faults.split:
            return [data]
        cuts, at = [], 0
        while at < len(data):
            size = self._dice.randint(1, self.faults.split)
            cuts.append(data[at : at + size])
            at += size
        return cuts

    def reset(self) -> None:
        """Both sides get an RST."""
        for writer in self.writers:
            sock = writer.get_extra_info("socket")
            with contextlib.suppress(OSError):
                # Lingering for no time at all makes closing a reset.
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()

    def close(self) -> None:
        """Both sides get a FIN, if nothing else."""
        for writer in self.writers:
            writer.close()


@asynccontextmanager
async def proxy(
    target: tuple[str, int], *, seed: int = 0, faults: Faults | None = KIND
) -> AsyncIterator[Proxy]:
    """A proxy in front of the target. `faults=None` draws them by the seed."""
    made = Proxy(target, seed, faults)
    server = await asyncio.start_server(made.take, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        made.reset_all()
        await asyncio.sleep(0)
