"""Many pages at once on live sockets, each with a conversation of its own; some hang up (E23).

python -m tests.campaigns.livetalk [--clients N] [--scaled]

Every page writes words that name its conversation, asks for somebody else's too, and takes in all
that it is sent. A text of another conversation, an answer to what it did not ask, or a topic that
is not its own is foreign: bytes of somebody else's page. None may come, whoever cancels whenever.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import websockets

from tests.campaigns.portals import Portal, cookie
from tests.harness.live import Closed, Page, live_at

MARK = re.compile(r"\bconversation-(\d+)\b|\((\d+)\)\.")
AT_ONCE = 100
TIMES = 3
TRIES = 8
STORES = ("database", "redis")


@dataclass
class Talk:
    """What the pages heard."""

    clients: int
    texts: int = 0
    answers: int = 0
    refused: int = 0
    """Somebody else's conversation that was asked for."""
    again: int = 0
    """Lines that were let go before they were sockets."""
    cancelled: int = 0
    failed: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def line(self) -> str:
        """The run in one line."""
        return (
            f"cross-talk on sockets: {self.clients} pages, {self.texts} texts and {self.answers} "
            f"answers heard, {self.refused} refused others', {self.cancelled} hung up, "
            f"{self.again} lines tried again, "
            f"{len(self.failed)} failed, {len(self.foreign)} foreign"
        )


class Client:
    """One page of one conversation, and what it may hear."""

    def __init__(self, number: int, seat: dict[str, str], who: str, others: UUID) -> None:
        self.number, self.cookie = number, cookie(seat[who])
        self.thread, self.others = UUID(seat["thread"]), others
        self.asked: set[str] = set()

    async def talk(self, address: str, heard: Talk) -> None:
        """Three replies and one question about another's thread; then everything is judged.

        A line that the server lets go before it is a socket is tried again, as pages do.
        """
        for turn in range(TRIES):
            try:
                return await self._talk(address, heard)
            except websockets.InvalidHandshake:
                heard.again += 1
                await asyncio.sleep(0.2 * (turn + 1))
        raise TimeoutError("no socket was let in")

    async def _talk(self, address: str, heard: Talk) -> None:
        async with live_at(address, self.cookie) as page:
            try:
                await self._say_all(page)
                # What others wrote meanwhile is on its way.
                await page.silent("no such kind", seconds=0.3)
            finally:
                for frame in page.frames:
                    self.judge(frame, heard)

    async def _say_all(self, page: Page) -> None:
        await page.say(kind="follow", topic=f"thread.{self.thread.hex}", after=0)
        await page.say(kind="follow", topic=f"thread.{self.others.hex}", after=0)
        for _ in range(TIMES):
            text = f"conversation-{self.number} {uuid4().hex}"
            await self._do(page, self.thread, text)
        await self._do(page, self.others, f"conversation-{self.number} elsewhere")

    async def _do(self, page: Page, thread: UUID, text: str) -> None:
        command = str(uuid4())
        self.asked.add(command)
        body = {"thread": str(thread), "text": text}
        await page.say(kind="do", command="messaging.reply", id=command, body=body)
        await page.hear("done", "refused", id=command)

    def judge(self, frame: dict[str, Any], heard: Talk) -> None:
        """Whether the frame is this page's own."""
        marks = {one or other for one, other in MARK.findall(json.dumps(frame))}
        topic, asked = frame.get("topic"), frame.get("id")
        is_others = frame["kind"] == "refused" and topic == f"thread.{self.others.hex}"
        is_own = (
            marks <= {str(self.number)}
            and (topic in {None, f"thread.{self.thread.hex}"} or is_others)
            and (asked is None or asked in self.asked)
        )
        if not is_own:
            heard.foreign.append(json.dumps(frame)[:400])
        heard.texts += len(frame.get("items", ()))
        heard.answers += frame["kind"] == "done"
        heard.refused += frame["kind"] == "refused"


async def talk(addresses: Sequence[str], seats: list[dict[str, str]], seed: int) -> Talk:
    """Both sides of each conversation, on one process after the other, or until the dice fall."""
    heard, dice, places = Talk(2 * len(seats)), random.Random(seed), asyncio.Semaphore(AT_ONCE)
    clients = [
        Client(number, seat, who, UUID(seats[number - 1]["thread"]))
        for number, seat in enumerate(seats)
        for who in ("patient", "clinician")
    ]
    dice.shuffle(clients)
    moments = [dice.uniform(0.01, 2) if dice.random() < 0.3 else None for _ in clients]

    async def one(turn: int) -> None:
        async with places:
            address = addresses[turn % len(addresses)]
            talking = asyncio.create_task(clients[turn].talk(address, heard))
            if moments[turn] is not None:
                await asyncio.wait([talking], timeout=moments[turn])
                heard.cancelled += talking.cancel()
            try:
                with contextlib.suppress(asyncio.CancelledError):
                    await talking
            except (OSError, TimeoutError, Closed) as error:
                heard.failed.append(repr(error))

    await asyncio.gather(*map(one, range(len(clients))))
    return heard


def campaign(*, clients: int, seed: int, scaled: bool) -> Talk:
    """So many pages of a fresh installation; scaled, on two processes of it."""
    stores: dict[str, Any] = {}
    if scaled:
        stores = {name: os.environ[f"PORTAL_TEST_{name.upper()}_URL"] for name in STORES}
        stores["processes"] = 2
    with Portal(**stores) as portal:
        seats = portal.populate(clients // 2)
        portal.start_all()
        addresses = [f"127.0.0.1:{port}" for port in portal.ports]
        return asyncio.run(talk(addresses, seats, seed))


def main(words: Sequence[str]) -> int:
    """Two thousand pages, or as many as are asked for."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("--clients", type=int, default=2_000)
    asked.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    asked.add_argument("--scaled", action="store_true")
    given = asked.parse_args(words)
    heard = campaign(clients=given.clients, seed=given.seed, scaled=given.scaled)
    sys.stdout.write("\n".join([f"{heard.line()}; seed {given.seed}", *heard.failed[:5]]) + "\n")
    return 1 if heard.foreign or heard.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
