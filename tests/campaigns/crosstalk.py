"""Many clients at once, each waiting for its own word; some hang up in the middle (E23).

python -m tests.campaigns.crosstalk [--clients N]

Every client asks for an address that nobody else asks for and is sent on to an address that names
it. An answer that names another one, or another one's session, is a foreign one: bytes of somebody
else's request. None may come, whoever cancels whenever.
"""

import argparse
import asyncio
import contextlib
import os
import random
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.kernel.ids import new_id
from tests.campaigns.portals import Portal

WORD = re.compile(r"[0-9a-f]{32}")
AT_ONCE = 100
STORES = ("database", "redis")


@dataclass
class Talk:
    """What the clients heard."""

    clients: int
    answered: int = 0
    cancelled: int = 0
    failed: int = 0
    foreign: list[str] = field(default_factory=list)
    requests: set[str] = field(default_factory=set)

    def line(self) -> str:
        """The run in one line."""
        return (
            f"cross-talk: {self.clients} clients, {self.answered} answered, "
            f"{self.cancelled} hung up, {self.failed} failed, {len(self.foreign)} foreign"
        )


async def talk(port: int, clients: int, seed: int) -> Talk:
    """Each client asks three times over one connection, or hangs up at a moment of the dice."""
    heard, dice, places = Talk(clients), random.Random(seed), asyncio.Semaphore(AT_ONCE)
    moments = [dice.uniform(0.0005, 0.2) if dice.random() < 0.3 else None for _ in range(clients)]

    async def one(moment: float | None) -> None:
        async with places:
            asking = asyncio.create_task(ask(port, heard))
            if moment is not None:
                await asyncio.sleep(moment)
                if asking.cancel():
                    heard.cancelled += 1
            with contextlib.suppress(asyncio.CancelledError):
                await asking

    await asyncio.gather(*map(one, moments))
    return heard


async def ask(port: int, heard: Talk, times: int = 3) -> None:
    """Three addresses of one's own, and what came back."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        heard.failed += 1
        return
    try:
        for _ in range(times):
            mine, page = new_id().hex, new_id()
            writer.write(
                f"GET /threads/{page}/?w={mine} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
                f"Cookie: portal={mine}\r\n\r\n".encode()
            )
            await writer.drain()
            listen(await answer_of(reader), mine, str(page), heard)
    except (OSError, asyncio.IncompleteReadError):
        heard.failed += 1
    finally:
        writer.close()


async def answer_of(reader: asyncio.StreamReader) -> str:
    """One whole answer."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    if found := re.search(r"content-length: (\d+)", head, re.I):
        return head + (await reader.readexactly(int(found[1]))).decode()
    body = b""
    while (size := int(await reader.readline(), 16)) > 0:
        body += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return head + body.decode()


def listen(answer: str, mine: str, page: str, heard: Talk) -> None:
    """Whether the answer is one's own: it names one's word and page, and a request of its own."""
    location = re.search(r"^location: (.+?)\r$", answer, re.I | re.M)
    request = re.search(r"^x-request-id: (\w+)", answer, re.I | re.M)
    told = location[1] if location else ""
    is_mine = mine in told and page in told and set(WORD.findall(told)) <= {mine}
    is_new = bool(request) and request[1] not in heard.requests if request else False
    if not (is_mine and is_new):
        heard.foreign.append(answer[:400])
        return
    if request:
        heard.requests.add(request[1])
    heard.answered += 1


def main(words: Sequence[str]) -> int:
    """Two thousand clients, or as many as are asked for."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("--clients", type=int, default=2_000)
    asked.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    asked.add_argument("--scaled", action="store_true")
    given = asked.parse_args(words)
    stores: dict[str, Any] = {}
    if given.scaled:
        stores = {name: os.environ[f"PORTAL_TEST_{name.upper()}_URL"] for name in STORES}
    with Portal(**stores) as portal:
        portal.start()
        heard = asyncio.run(talk(portal.ports[0], given.clients, given.seed))
    sys.stdout.write(f"{heard.line()}; seed {given.seed}\n")
    return 1 if heard.foreign else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
