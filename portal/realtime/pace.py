"""How fast a page may talk: token buckets, one for commands, one for what is light."""

import time
from dataclasses import dataclass

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


class Pace:
    """Commands and follows share a bucket; light commands and the rest have wider ones."""

    def __init__(self, pace: tuple[int, int]) -> None:
        burst, per_minute = pace
        now = time.monotonic()
        self._work = Bucket(burst, per_minute, burst, now)
        self._misses = Bucket(burst, per_minute, burst, now)
        self._light = Bucket(burst * 4, per_minute * 4, burst * 4, now)
        self._rest = Bucket(burst * 10, per_minute * 10, burst * 10, now)
        self._refused = 0

    def allows(self, frame: Frame) -> bool:
        """True unless the page is talking too fast."""
        bucket, now = self._bucket(frame), time.monotonic()
        is_free = bucket is not self._light or self._misses.has(now)
        if is_free and bucket.take(now):
            self._refused = max(0, self._refused - 1)
            return True
        self._refused += 1
        return False

    def _bucket(self, frame: Frame) -> Bucket:
        if isinstance(frame, Do):
            command = plugs.commands().get(frame.command)
            return self._light if command is not None and command.is_light else self._work
        return self._work if isinstance(frame, Follow) else self._rest

    def charge(self) -> None:
        """Who asks too often for what is not there is slowed: each attempt leaves an entry."""
        self._misses.take(time.monotonic())

    @property
    def is_flood(self) -> bool:
        """True for a page that went on after being refused many times."""
        return self._refused > 50
