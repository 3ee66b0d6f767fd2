"""One topic that one page follows: how far it has been shown, and whether to look again."""

import asyncio
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from portal.kernel import plugs
from portal.kernel.errors import NotFound, Refusal
from portal.kernel.ids import parse_id
from portal.realtime.threads import in_thread, read

if TYPE_CHECKING:
    from portal.realtime.socket import Socket

log = logging.getLogger("portal.realtime")
AGAIN_AFTER = 1.0


class Followed:
    """Re-reads through the reader's own policy, one read at a time, and sends what is new."""

    def __init__(
        self,
        socket: "Socket",
        name: str,
        topic: plugs.Topic,
        ref: UUID,
        opening: plugs.Opening,
        last: int,
    ) -> None:
        self._socket, self._name, self._topic, self._ref = socket, name, topic, ref
        self._view = opening.view
        self.groups: Sequence[str] = tuple(opening.groups)
        self._last = last
        self._stale = self._reading = self._ended = False

    @classmethod
    async def begin(cls, socket: "Socket", name: str, after: int) -> "Followed":
        """The view is open, its entry durable, and what the page lacked is on its way."""
        kind, _, hexes = name.partition(".")
        topic = plugs.topics().get(kind)
        try:
            ref = parse_id(hexes)
        except ValueError:
            raise NotFound from None
        if topic is None:
            raise NotFound
        opening = await in_thread(socket.as_reader(topic.open), socket.actor, ref, after)
        followed = cls(socket, name, topic, ref, opening, max(after, opening.first.last))
        if opening.first.items:
            await followed._send(opening.first)
        return followed

    def look_again(self) -> None:
        """Something may be new. Many hints while one read is under way become one more read."""
        self._stale = True
        self.carry_on()

    def carry_on(self) -> None:
        """Read and send, if something may be new and the page keeps up."""
        if self._stale and not self._reading and not self._ended and self._socket.has_room:
            self._reading = True
            self._socket.spawn(self._read())

    async def end(self) -> None:
        """The view is closed and what was shown last is on record."""
        if self._ended:
            return
        self._ended = True
        try:
            await in_thread(
                self._topic.close, self._socket.actor, self._ref, self._last, self._view
            )
        except Refusal:
            log.info("a view was closed after its right had ended")

    async def _read(self) -> None:
        try:
            while self._stale and not self._ended and self._socket.has_room:
                self._stale = False
                more = self._socket.as_reader(self._topic.more)
                fresh = await read(more, self._socket.actor, self._ref, self._last, self._view)
                if fresh.items and not self._ended:
                    await self._send(fresh)
                self._last = max(self._last, fresh.last)
                self._stale = self._stale or fresh.more
        except Refusal:
            await self._lost()
        except Exception:
            # The database may be away for a moment: the page must not stay silently behind.
            log.exception("a topic could not be read")
            self._stale = True
            asyncio.get_running_loop().call_later(AGAIN_AFTER, self.carry_on)
        finally:
            self._reading = False

    async def _lost(self) -> None:
        self._socket.unfollow(self._name)
        await self._socket.say("left", topic=self._name, why="gone")
        await self.end()

    async def _send(self, fresh: plugs.Items) -> None:
        items: list[Any] = list(fresh.items)
        await self._socket.say("items", topic=self._name, items=items, last=fresh.last)
