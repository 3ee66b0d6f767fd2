"""The relay: hubs of several processes, joined by one broadcast group of the Redis pub/sub layer.

One group for all, not one for each thread: a process then subscribes once, nothing races with a
page that opens, and the nudges of a whole group commit travel as one message. Each process throws
away what nobody here follows, a dictionary look-up each.

Redis is not on the way to a commit. Nudges that it loses are made good: a process that has not
heard its own pulse tells its sockets to look again every few seconds until it does; and a process
that could not pass nudges on tells all others to look again with the next that it can.
"""

import asyncio
import contextlib
import logging
import time
from typing import Any
from uuid import UUID, uuid4

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from portal.realtime.hub import Hub, Nudge

log = logging.getLogger("portal.realtime")
GROUP = "portal.hub"
PULSE = 1.0
SILENCE = 2.5
LOOK_AGAIN = 2.0
MOST_WAITING = 10_000


def _layer() -> Any:
    """The layer of this process; the published types know neither prefix nor receive."""
    return get_channel_layer()


class LayerRelay:
    """Passes nudges between this process's hub and the others'."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._me = uuid4().hex
        self._waiting: list[Nudge] = []
        self._sending: asyncio.Task[None] | None = None
        self._heard = time.monotonic()
        self._owes = False
        """Nudges of this process were lost on their way to the others."""
        self.silent = False

    def pass_on(self, nudges: list[Nudge]) -> None:
        """The nudges are on their way, or lost; the caller never waits for Redis."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            try:
                async_to_sync(self._send)(nudges)
            except Exception:  # as below; what was done is durable, and is not failed by a hint
                self._lost(nudges)
            return
        self._waiting = (self._waiting + nudges)[-MOST_WAITING:]
        if self._sending is None or self._sending.done():
            self._sending = loop.create_task(self._drain())

    async def listen(self) -> None:
        """Until cancelled: what other processes send reaches this hub, and silence is noticed."""
        async with asyncio.TaskGroup() as parts:
            for part in (self._receive(), self._pulse(), self._watch()):
                parts.create_task(part)

    async def _drain(self) -> None:
        while self._waiting and _is_wanted():
            batch, self._waiting = self._waiting, []
            try:
                await self._send(batch)
            except Exception:  # whatever the client library raises when Redis is away
                self._lost(batch)

    def _lost(self, nudges: list[Nudge]) -> None:
        self._owes = True
        log.warning("%d nudges were not passed on; receivers will look again", len(nudges))

    async def _send(self, nudges: list[Nudge]) -> None:
        rows = [[n.group, n.kind, n.id.hex, n.sequence] for n in nudges]
        layer, owed = _layer(), self._owes
        told = {"type": "nudges", "from": self._me, "rows": rows, "again": owed}
        async with asyncio.timeout(2):
            await layer.group_send(GROUP, told)
        if owed:
            self._owes = False

    async def _receive(self) -> None:
        while _is_wanted():
            try:
                layer = _layer()
                channel = await layer.new_channel("hub.")
                await layer.group_add(GROUP, channel)
                while _is_wanted():
                    self._take(await layer.receive(channel))
            except asyncio.CancelledError:
                raise
            except Exception:  # whatever the client library raises when Redis is away
                log.warning("the relay lost Redis; trying again")
                await asyncio.sleep(1)

    def _take(self, message: dict[str, Any]) -> None:
        if message.get("from") == self._me:
            self._heard = time.monotonic()
            if self.silent:
                self.silent = False
                self._hub.look_again()
            return
        if message.get("again"):
            self._hub.look_again()
        rows = message.get("rows", ())
        self._hub.deliver([Nudge(group, kind, UUID(hex=id), seq) for group, kind, id, seq in rows])

    async def _pulse(self) -> None:
        while _is_wanted():
            with contextlib.suppress(Exception):
                await self._send([])
            await asyncio.sleep(PULSE)

    async def _watch(self) -> None:
        while _is_wanted():
            await asyncio.sleep(LOOK_AGAIN)
            if time.monotonic() - self._heard > SILENCE:
                self.silent = True
                self._hub.look_again()


def _is_wanted() -> bool:
    """False once the task was told to stop, even if that was swallowed.

    A client of Redis that is just connecting takes a cancellation for a failed attempt.
    """
    task = asyncio.current_task()
    return task is None or not task.cancelling()
