"""How fast forms may be sent, by one person or from one address.

Per process and in memory: no store is asked on the way to a commit. With N processes the limit is
N times as high. What guards accounts is counted in the database (`actions.throttles`).
"""

import threading
import time
from collections import OrderedDict

from portal.realtime.pace import Bucket

MOST = 10_000


class Tempo:
    """A token bucket for each sender, the most recent ones."""

    def __init__(self, pace: tuple[int, int]) -> None:
        self._burst, self._per_minute = pace
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()
        self._guard = threading.Lock()

    def allows(self, who: str) -> bool:
        """True unless this sender is too fast."""
        now = time.monotonic()
        with self._guard:
            bucket = self._buckets.pop(who, None)
            if bucket is None:
                bucket = Bucket(self._burst, self._per_minute, self._burst, now)
            self._buckets[who] = bucket
            if len(self._buckets) > MOST:
                self._buckets.popitem(last=False)
            return bucket.take(now)
