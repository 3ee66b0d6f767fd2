"""The socket: one per page, topics followed and commands carried out by plug.

What is sent is numbered, and at most a window of frames goes out beyond what the page has taken
in; meanwhile news only marks its topic. So a slow reader costs a few bytes, never a growing queue,
and nothing is lost: on resume the page names the last sequence that it has.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from asgiref.typing import WebSocketScope
from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer
from django.conf import settings

from portal.kernel import door, meters, plugs, trace
from portal.kernel.actor import Actor
from portal.kernel.errors import Refusal, TooMany, Unavailable
from portal.realtime import frames
from portal.realtime.codes import Close
from portal.realtime.errors import Busy, NoSuchCommand, SocketRefused, TooManyTopics, told
from portal.realtime.followed import Followed
from portal.realtime.hub import Nudge
from portal.realtime.nudge import hub
from portal.realtime.pace import paces

log = logging.getLogger("portal.realtime")
WINDOW = 64
PATIENCE = 10.0
MOST_TOPICS = 32
MOST_COMMANDS = 16


class Socket(AsyncConsumer):
    """A page's connection. Subclasses say who may open it (`admit`)."""

    scope: WebSocketScope  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.actor: Actor
        self.followed: dict[str, Followed] = {}
        self.closed = False
        self._sent = self._seen = 0
        self._forgotten = False
        self._commands = asyncio.Semaphore(MOST_COMMANDS)
        self._tasks: set[asyncio.Task[None]] = set()

    async def admit(self) -> Actor:
        """The actor who may open this socket. Raises SocketRefused."""
        raise NotImplementedError

    async def admitted(self) -> None:
        """Called once the socket is open."""

    async def gone(self) -> None:
        """Called once the socket is closed."""

    async def refused(self, refusal: Refusal) -> None:
        """Called for each refusal, before the page hears of it; leaves the entry."""

    def as_reader(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, which speaks as this page's reader reads. Subclasses know in which way."""
        return function

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Take events one by one until the page is gone.

        There is no channel layer to wait for beside the page, so none of the tasks that Channels
        starts for every event to wait for both.
        """
        self.scope, self.base_send = scope, send
        try:
            while True:
                await self.dispatch(await receive())
        except StopConsumer:
            return
        except (Exception, asyncio.CancelledError):
            # Failed, or cut off by the server: nobody may go on telling a page that is gone.
            self.closed = True
            await self._forget()
            raise

    async def dispatch(self, message: Mapping[str, Any]) -> None:
        """Hand the event to its handler.

        Channels' own dispatch first closes old database connections, a thread hop for every frame
        on the one thread that the ORM uses. Nothing here touches the database on that thread.
        """
        match message["type"]:
            case "websocket.connect":
                await self._connect()
            case "websocket.receive":
                await self._receive(message)
            case "websocket.disconnect":
                await self._disconnect()
                raise StopConsumer
            case _:
                raise ValueError("no such event")

    async def say(self, kind: str, **fields: Any) -> None:
        """The frame is on its way, numbered."""
        if self.closed:
            return
        self._sent += 1
        text = json.dumps(
            {"n": self._sent, "kind": kind, **fields}, ensure_ascii=False, separators=(",", ":")
        )
        if self._sent - self._seen == WINDOW:
            self._check_later()
        await self.send({"type": "websocket.send", "text": text})

    async def close(self, code: Close) -> None:
        """The socket is closed, for this reason, and forgotten."""
        if self.closed:
            return
        self.closed = True
        meters.closes.add(code.name.lower())
        await self.send({"type": "websocket.close", "code": int(code)})
        await self._forget()

    @property
    def has_room(self) -> bool:
        """True while the page keeps up."""
        return self._sent - self._seen < WINDOW

    def _check_later(self) -> None:
        """A page that takes in nothing of a full window for this long is closed, to resume."""
        asyncio.get_running_loop().call_later(PATIENCE, self._check, self._seen)

    def _check(self, seen_then: int) -> None:
        if self.closed or self.has_room:
            return
        if self._seen == seen_then:
            self.spawn(self.close(Close.TOO_SLOW))
        else:
            self._check_later()

    def nudged(self, nudge: Nudge) -> None:
        """Look again at what this group concerns."""
        for followed in self.followed.values():
            if nudge.group in followed.groups:
                followed.look_again()

    def look_again(self) -> None:
        """Look again at everything."""
        for followed in self.followed.values():
            followed.look_again()

    def spawn(self, work: Any) -> None:
        """Run the coroutine beside the socket; it ends with the socket."""
        task = asyncio.create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, work: Any) -> None:
        try:
            await work
        except asyncio.CancelledError:
            raise
        except Exception:
            log.exception("a socket failed")
            await self.close(Close.FAULT)

    async def _connect(self) -> None:
        try:
            self.actor = await self.admit()
        except SocketRefused:
            self.closed = True
            await self.send({"type": "websocket.close"})
            return
        self._pace = paces.of(self.actor.id, settings.SOCKET_PACE)
        await self.send({"type": "websocket.accept"})
        await self.say("welcome", version=1, window=WINDOW)
        await self.admitted()

    async def _disconnect(self) -> None:
        self.closed = True
        await self._forget()

    async def _forget(self) -> None:
        first, self._forgotten = not self._forgotten, True
        leaving, self.followed = list(self.followed.values()), {}
        for followed in leaving:
            for group in followed.groups:
                hub().leave(group, self)
        if first:
            await self.gone()
        for followed in leaving:
            await followed.end()

    async def _receive(self, message: Mapping[str, Any]) -> None:
        if self.closed:
            return
        try:
            frame = frames.parse(message.get("text") or "")
        except frames.FrameTooLarge:
            await self.close(Close.TOO_LARGE)
            return
        except frames.FrameRefused:
            await self.close(Close.UNREADABLE)
            return
        if not self._pace.allows(frame):
            await self._too_fast(frame)
            return
        await self._guarded(self._take(frame))

    async def _too_fast(self, frame: frames.Frame) -> None:
        if self._pace.is_flood:
            await self.close(Close.TOO_MANY_FRAMES)
        elif isinstance(frame, frames.Do):
            await self.say("refused", id=str(frame.id), **self.as_reader(told)(TooMany()))
        elif isinstance(frame, frames.Follow):
            await self.say("refused", topic=frame.topic, **self.as_reader(told)(TooMany()))

    async def _take(self, frame: frames.Frame) -> None:
        match frame:
            case frames.Do():
                await self._commands.acquire()  # a page with many commands under way waits here
                self.spawn(self._do(frame))
            case frames.Follow():
                await self._follow(frame)
            case frames.Leave():
                await self._leave(frame.topic)
            case frames.Seen():
                if frame.n > self._sent:
                    await self.close(Close.UNREADABLE)
                    return
                self._seen = max(self._seen, frame.n)
                for followed in self.followed.values():
                    followed.carry_on()
            case frames.Ping():
                await self.say("pong")

    async def _do(self, frame: frames.Do) -> None:
        try:
            result = await self._carry_out(frame)
        except Refusal as refusal:
            if refusal.status == 404:
                self._pace.charge()
            await self.refused(refusal)
            await self.say("refused", id=str(frame.id), **self.as_reader(told)(refusal))
        except Unavailable:
            await self.say("refused", id=str(frame.id), **self.as_reader(told)(Busy()))
        else:
            await self.say("done", id=str(frame.id), result=result)
        finally:
            self._commands.release()

    async def _carry_out(self, frame: frames.Do) -> Mapping[str, Any]:
        command = plugs.commands().get(frame.command)
        if command is None:
            raise NoSuchCommand
        trace.at(f"do {command.name}")
        given = command.parse(frame.body)
        if command.order is None:
            result = await door.arun(command.action, self.actor, command_id=frame.id, **given)
        else:
            result = await door.arun_grouped(
                command.order(given), command.action, self.actor, command_id=frame.id, **given
            )
        return command.answer(result)

    async def _follow(self, frame: frames.Follow) -> None:
        if frame.topic in self.followed:
            await self._leave(frame.topic)
        try:
            if len(self.followed) >= MOST_TOPICS:
                raise TooManyTopics
            followed = await Followed.begin(self, frame.topic, frame.after)
        except Refusal as refusal:
            await self.refused(refusal)
            await self.say("refused", topic=frame.topic, **self.as_reader(told)(refusal))
            return
        except Unavailable:
            await self.say("refused", topic=frame.topic, **self.as_reader(told)(Busy()))
            return
        self.followed[frame.topic] = followed
        if self.closed:  # it closed while the view was being opened
            await self._forget()
            return
        for group in followed.groups:
            hub().join(group, self)
        # What was committed between the first look and joining would wait for the next nudge.
        followed.look_again()

    async def _leave(self, topic: str) -> None:
        if (followed := self.followed.get(topic)) is not None:
            self.unfollow(topic)
            await followed.end()

    def unfollow(self, topic: str) -> None:
        """The page does not hear of this topic any more."""
        followed = self.followed.pop(topic, None)
        for group in followed.groups if followed else ():
            if not any(group in other.groups for other in self.followed.values()):
                hub().leave(group, self)
