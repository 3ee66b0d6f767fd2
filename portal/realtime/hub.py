"""The hub: from a nudge to the sockets of this process that follow its group, in one step.

The stock in-memory layer walks every socket for each message and pays a thread hop per delivery;
with 2,000 idle sockets it falls to a hundredth of this. Several processes are joined by one
broadcast over the Redis pub/sub layer (`relay`), many nudges to a message.
"""

import asyncio
import logging
import threading
from collections import defaultdict, deque
from typing import NamedTuple, Protocol
from uuid import UUID

log = logging.getLogger("portal.realtime")


class Nudge(NamedTuple):
    """Which group, what kind of change, of what, and up to which sequence."""

    group: str
    kind: str
    id: UUID
    sequence: int


class Listener(Protocol):
    """Whoever wants to know; called on the server's loop and must not wait."""

    def nudged(self, nudge: Nudge) -> None:
        """Something changed in a group that was joined."""

    def look_again(self) -> None:
        """Nudges may have been lost: everything followed may have changed."""


class Relay(Protocol):
    """The way to the hubs of other processes."""

    silent: bool
    """True while nothing comes through from other processes."""

    def pass_on(self, nudges: list[Nudge]) -> None:
        """The nudges are on their way, or lost."""

    async def listen(self) -> None:
        """Until cancelled, what other processes send reaches this hub."""


class Hub:
    """Groups and who listens to them. Joined and left on the loop; published to from anywhere."""

    def __init__(self) -> None:
        self._groups: defaultdict[str, set[Listener]] = defaultdict(set)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._inbox: deque[Nudge] = deque()
        self._guard = threading.Lock()
        self._awake = False
        self.relay: Relay | None = None
        self._listening: asyncio.Task[None] | None = None

    def join(self, group: str, listener: Listener) -> None:
        """The listener hears of this group from now on."""
        self._loop = asyncio.get_running_loop()
        if self.relay is not None and (self._listening is None or self._listening.done()):
            self._listening = self._loop.create_task(self.relay.listen())
        self._groups[group].add(listener)

    def leave(self, group: str, listener: Listener) -> None:
        """The listener hears no more of this group."""
        members = self._groups.get(group)
        if members is None:
            return
        members.discard(listener)
        if not members:
            del self._groups[group]

    def publish(self, nudge: Nudge) -> None:
        """The nudge reaches this process's listeners and, by the relay, the other processes."""
        with self._guard:
            self._inbox.append(nudge)
            if self._awake:
                return
            self._awake = True
        if not self._wake():
            self._flush()

    def deliver(self, nudges: list[Nudge]) -> None:
        """On the loop: listeners of these groups have been told."""
        for nudge in nudges:
            for listener in tuple(self._groups.get(nudge.group, ())):
                listener.nudged(nudge)

    def look_again(self) -> None:
        """On the loop: every listener has been told that nudges may have been lost."""
        for listener in {one for members in self._groups.values() for one in members}:
            listener.look_again()

    @property
    def is_deaf(self) -> bool:
        """True while nothing is heard of other processes: what they took away, neither."""
        return self.relay is not None and self.relay.silent

    def size(self) -> int:
        """How many groups somebody listens to."""
        return len(self._groups)

    def _wake(self) -> bool:
        """True if the loop will flush. A nudge handed to a loop without waking it comes late."""
        loop = self._loop
        if loop is None or loop.is_closed():
            return False
        try:
            loop.call_soon_threadsafe(self._flush)
        except RuntimeError:
            return False
        return True

    def _flush(self) -> None:
        with self._guard:
            nudges, self._awake = list(self._inbox), False
            self._inbox.clear()
        loop = self._loop
        if loop is not None and loop.is_running():
            self.deliver(nudges)
        if self.relay is not None and nudges:
            self.relay.pass_on(nudges)
