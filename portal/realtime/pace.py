"""How fast a page may talk: token buckets, one for commands, one for what is light.

What is light, and what was not there, is counted by the person and outlives the socket: whoever
goes away and comes back begins no new measure. After a flood the next page begins with nothing.
"""

import time
from dataclasses import dataclass, field
from uuid import UUID

from portal.kernel import plugs
from portal.realtime.frames import Do, Follow, Frame


@dataclass(slots=True)
class Bucket:
    """Holds up to `burst` tokens and gains `per_minute` a minute."""

    burst: float
    per_minute: float
    level: float
    at: float

    def take(self, now: float) -> bool:
        """True if there was a token."""
        if not self.has(now):
            return False
        self.level -= 1
        return True

    def has(self, now: float) -> bool:
        """True if there is a token."""
        self.level = min(self.burst, self.level + (now - self.at) * self.per_minute / 60)
        self.at = now
        return self.level >= 1


AFTERWARDS = 60.0
"""For how many seconds a flood is held against the next page."""
MOST_PEOPLE = 4_096


@dataclass(slots=True)
class Shared:
    """What all pages of one person count together in this process."""

    light: Bucket
    misses: Bucket
    flooded_at: float = field(default=float("-inf"))

    def is_fresh(self, now: float) -> bool:
        """True if a new one would not differ by now."""
        calm = now - self.flooded_at > AFTERWARDS
        full = all(each.has(now) and each.level >= each.burst for each in (self.light, self.misses))
        return calm and full


class Paces:
    """One pace for each page; what pages of one person share is kept while it matters."""

    def __init__(self) -> None:
        self._shared: dict[UUID, Shared] = {}

    def __len__(self) -> int:
        return len(self._shared)

    def forget(self) -> None:
        """Nobody has said anything yet."""
        self._shared.clear()

    def of(self, person: UUID, pace: tuple[int, int]) -> "Pace":
        """The pace of a page that this person has just opened."""
        if len(self._shared) >= MOST_PEOPLE:
            now = time.monotonic()
            self._shared = {who: it for who, it in self._shared.items() if not it.is_fresh(now)}
        if person not in self._shared:
            self._shared[person] = shared(pace)
        return Pace(pace, self._shared[person])


paces = Paces()


def shared(pace: tuple[int, int]) -> Shared:
    """What a person counts who has said nothing yet."""
    burst, per_minute = pace
    now = time.monotonic()
    return Shared(
        light=Bucket(burst * 4, per_minute * 4, burst * 4, now),
        misses=Bucket(burst, per_minute, burst, now),
    )


class Pace:
    """Commands and follows share a bucket; light commands and the rest have wider ones."""

    def __init__(self, pace: tuple[int, int], by_person: Shared | None = None) -> None:
        burst, per_minute = pace
        now = time.monotonic()
        self._shared = by_person or shared(pace)
        begin = 0 if now - self._shared.flooded_at < AFTERWARDS else burst
        self._work = Bucket(burst, per_minute, begin, now)
        self._rest = Bucket(burst * 10, per_minute * 10, begin * 10, now)
        self._refused = 0

    def allows(self, frame: Frame) -> bool:
        """True unless the page is talking too fast."""
        bucket, now = self._bucket(frame), time.monotonic()
        is_free = bucket is not self._shared.light or self._shared.misses.has(now)
        if is_free and bucket.take(now):
            self._refused = max(0, self._refused - 1)
            return True
        self._refused += 1
        if self.is_flood:
            self._shared.flooded_at = now
        return False

    def _bucket(self, frame: Frame) -> Bucket:
        if isinstance(frame, Do):
            command = plugs.commands().get(frame.command)
            return self._shared.light if command is not None and command.is_light else self._work
        return self._work if isinstance(frame, Follow) else self._rest

    def charge(self) -> None:
        """Who asks too often for what is not there is slowed: each attempt leaves an entry."""
        self._shared.misses.take(time.monotonic())

    @property
    def is_flood(self) -> bool:
        """True for a page that went on after being refused many times."""
        return self._refused > 50
