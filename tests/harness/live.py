"""The live socket as a page uses it, against the whole application: in one process, or over TCP."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Protocol
from uuid import UUID

import websockets
from channels.testing import WebsocketCommunicator
from django.conf import settings

from portal.asgi import application
from portal.kernel.ids import new_id
from tests.cast import Someone

HOST = "testserver"
ORIGIN = f"http://{HOST}"
SOON = 10.0
EVERY = 16


class Refused(AssertionError):
    """A command or a follow was refused; `code` says why."""

    def __init__(self, frame: dict[str, Any]) -> None:
        super().__init__(frame["code"])
        self.code: str = frame["code"]
        self.frame = frame


class Closed(AssertionError):
    """The portal closed the socket with this code."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


class Wire(Protocol):
    """What carries a page's texts."""

    async def send(self, text: str) -> None:
        """The text is on its way."""

    async def receive(self) -> str:
        """The next text. Raises Closed."""

    async def leave(self, code: int) -> None:
        """The page went away, and the other side has noticed if it can."""


class NearWire:
    """The application in this process."""

    def __init__(self, headers: list[tuple[bytes, bytes]]) -> None:
        self.communicator = WebsocketCommunicator(application, "/live/", headers=headers)

    async def send(self, text: str) -> None:
        """The text is on its way."""
        await self.communicator.send_input({"type": "websocket.receive", "text": text})

    async def receive(self) -> str:
        """The next text. Raises Closed."""
        event = await self.communicator.output_queue.get()
        if event["type"] == "websocket.close":
            raise Closed(event.get("code", 1000))
        return str(event["text"])

    async def leave(self, code: int) -> None:
        """The page went away, and the application has ended."""
        if not self.communicator.future.done():
            await self.communicator.send_input({"type": "websocket.disconnect", "code": code})
            await self.communicator.wait(SOON)


class FarWire:
    """A server somewhere else."""

    def __init__(self, connection: websockets.ClientConnection) -> None:
        self.connection = connection

    async def send(self, text: str) -> None:
        """The text is on its way, unless the line is dead."""
        try:
            await self.connection.send(text)
        except websockets.ConnectionClosed as end:
            raise Closed(end.rcvd.code if end.rcvd else 1006) from None

    async def receive(self) -> str:
        """The next text. Raises Closed."""
        try:
            return str(await self.connection.recv())
        except websockets.ConnectionClosed as end:
            raise Closed(end.rcvd.code if end.rcvd else 1006) from None

    async def leave(self, code: int) -> None:
        """The page went away."""
        await self.connection.close(code)


class Page:
    """A page's end of the socket. Takes frames in as they come, and says so every so often."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._heard: deque[dict[str, Any]] = deque()
        self._last: dict[str, int] = {}
        self.frames: list[dict[str, Any]] = []
        self.acknowledges = True

    async def say(self, **frame: Any) -> None:
        """A frame is sent."""
        await self.say_text(json.dumps(frame))

    async def say_text(self, text: str) -> None:
        """This text is sent, be it a frame or not."""
        await self._wire.send(text)

    async def hear(self, *kinds: str, **fields: Any) -> dict[str, Any]:
        """The next frame of one of these kinds, with these fields; others wait their turn.

        Raises Closed.
        """
        async with asyncio.timeout(SOON):
            while True:
                for frame in self._heard:
                    if _fits(frame, kinds, fields):
                        self._heard.remove(frame)
                        return frame
                await self._take()

    async def do(self, command: str, *, command_id: UUID | None = None, **body: Any) -> Any:
        """The result of a command. Raises Refused."""
        asked = str(command_id or new_id())
        told = {
            name: str(value) if isinstance(value, UUID) else value for name, value in body.items()
        }
        await self.say(kind="do", command=command, id=asked, body=told)
        frame = await self.hear("done", "refused", id=asked)
        if frame["kind"] == "refused":
            raise Refused(frame)
        return frame["result"]

    async def follow(self, topic: str, *, after: int = 0) -> None:
        """The topic is followed from here on. Raises Refused."""
        self._last[topic] = after
        await self.say(kind="follow", topic=topic, after=after)
        await self.say(kind="ping")
        frame = await self.hear("pong", "refused")
        if frame["kind"] == "refused":
            await self.hear("pong")
            raise Refused(frame)

    async def items(self, topic: str, *, upto: int) -> list[dict[str, Any]]:
        """What was delivered of the topic since the last time, once it reaches this sequence."""
        items: list[dict[str, Any]] = []
        while self._last[topic] < upto:
            frame = await self.hear("items", topic=topic)
            items += frame["items"]
            self._last[topic] = frame["last"]
        return items

    async def silent(self, *kinds: str, seconds: float = 0.2) -> bool:
        """True if no frame of these kinds came within this time."""
        try:
            async with asyncio.timeout(seconds):
                await self.hear(*kinds)
        except TimeoutError:
            return True
        return False

    async def closed(self) -> int:
        """The code with which the portal closed the socket, past whatever it said before."""
        try:
            await self.hear("no such kind")
        except Closed as end:
            return end.code
        raise AssertionError("the socket stays open")

    async def leave(self, code: int = 1000) -> None:
        """The page goes away, and the portal has noticed."""
        await self._wire.leave(code)

    async def _take(self) -> None:
        frame = json.loads(await self._wire.receive())
        self.frames.append(frame)
        self._heard.append(frame)
        if self.acknowledges and frame["n"] % EVERY == 0:
            await self.say(kind="seen", n=frame["n"])


def _fits(frame: dict[str, Any], kinds: tuple[str, ...], fields: dict[str, Any]) -> bool:
    return frame["kind"] in kinds and all(frame.get(k) == v for k, v in fields.items())


def topic_of(thread_id: UUID) -> str:
    """The topic of a thread."""
    return f"thread.{thread_id.hex}"


async def knock(
    cookie: str = "", *, origin: str | None = ORIGIN, host: str = HOST, **headers: str
) -> Page | None:
    """A page whose handshake was let in, or None."""
    given = {"host": host, **headers}
    if origin is not None:
        given["origin"] = origin
    if cookie:
        given["cookie"] = f"{settings.SESSION_COOKIE_NAME}={cookie}"
    encoded = [(name.encode(), value.encode()) for name, value in given.items()]
    wire = NearWire(encoded)
    is_in, _ = await wire.communicator.connect(timeout=SOON)
    if not is_in:
        await wire.leave(1006)
        return None
    return Page(wire)


@asynccontextmanager
async def live(someone: Someone, *, cookie: str = "") -> AsyncIterator[Page]:
    """A page of theirs with its socket open, on a device of its own unless a cookie is given."""
    page = await knock(cookie or await asyncio.to_thread(someone.start_session))
    assert page is not None, f"{someone.key} was not let in"
    await page.hear("welcome")
    try:
        yield page
    finally:
        await page.leave()


@asynccontextmanager
async def live_at(address: str, cookie: str, *, origin: str = "") -> AsyncIterator[Page]:
    """A page with its socket open at this address (host:port), for the holder of the cookie."""
    async with websockets.connect(
        f"ws://{address}/live/",
        origin=websockets.Origin(origin or f"http://{address}"),
        additional_headers={"Cookie": cookie},
        compression=None,
        max_size=None,
        ping_interval=None,
    ) as connection:
        page = Page(FarWire(connection))
        await page.hear("welcome")
        yield page
