"""A topic, a command and a page of the realtime tests' own."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from channels.testing import WebsocketCommunicator

from portal.kernel import plugs
from portal.kernel.actor import Actor, person_actor
from portal.kernel.errors import NotFound, Refusal
from portal.kernel.ids import new_id
from portal.realtime import socket as sockets
from portal.realtime.errors import SocketRefused
from portal.realtime.hub import Nudge
from portal.realtime.nudge import hub

REF = new_id()
TOPIC = f"book.{REF.hex}"
READER = person_actor(new_id(), frozenset({"patient"}))


class Book:
    """A topic over a list of lines, readable until it is closed to the reader."""

    name = "book"

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.shut = False
        self.closed_at: int | None = None
        self.reads = 0

    def _after(self, after: int) -> plugs.Items:
        if self.shut:
            raise NotFound
        fresh = [{"sequence": n, "text": line} for n, line in enumerate(self.lines, 1) if n > after]
        return plugs.Items(fresh, len(self.lines))

    def open(self, actor: Actor, ref: UUID, after: int) -> plugs.Opening:
        if ref != REF:
            raise NotFound
        return plugs.Opening((TOPIC,), self._after(after), view="view")

    def more(self, actor: Actor, ref: UUID, after: int, view: Any) -> plugs.Items:
        self.reads += 1
        return self._after(after)

    def close(self, actor: Actor, ref: UUID, last: int, view: Any) -> None:
        self.closed_at = last

    def write(self, *lines: str) -> None:
        self.lines += lines
        hub().publish(Nudge(TOPIC, "book.changed", REF, len(self.lines)))


class Page(sockets.Socket):
    """A socket that lets the reader in."""

    async def admit(self) -> Actor:
        return READER


class Shut(sockets.Socket):
    """A socket that lets nobody in."""

    async def admit(self) -> Actor:
        raise SocketRefused


class TooLoud(Refusal):
    """A refusal of this test's own."""

    code = "too-loud"
    sentence = "Please speak more softly."


def echo(actor: Actor, *, command_id: UUID, text: str) -> str:
    if text == "LOUD":
        raise TooLoud
    return text


def parsed(body: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"text": str(body["text"])}


class Client:
    """The page's side."""

    def __init__(self, wire: WebsocketCommunicator) -> None:
        self.wire = wire

    async def say(self, **frame: Any) -> None:
        await self.wire.send_to(text_data=json.dumps(frame))

    async def hear(self) -> dict[str, Any]:
        frame: dict[str, Any] = json.loads(await self.wire.receive_from(timeout=5))
        return frame

    async def closed_with(self) -> int:
        """The close code, past whatever was said before."""
        while True:
            event = await self.wire.receive_output(timeout=5)
            if event["type"] == "websocket.close":
                return int(event["code"])
