"""One clinician's time as bits: bit n stands for the five minutes that begin n steps after `base`.

A number of 17,280 bits holds sixty days; a search over it takes microseconds.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache

from scheduling.slots.grid import STEP, instant, pieces
from scheduling.slots.rules import Hold, Rules, Window

_ONE, _NONE = b"1", b"0"


class Timetable:
    """When somebody is open and when taken, between `base` and `until` (UTC minutes)."""

    __slots__ = ("_found", "_starts", "base", "busy", "holds", "open", "rules", "until")

    def __init__(
        self,
        rules: Rules,
        base: int,
        until: int,
        taken: Iterable[tuple[int, int]],
        holds: Iterable[Hold] = (),
    ) -> None:
        if base % STEP or until % STEP:
            raise ValueError("a timetable begins and ends on the grid")
        self.rules, self.base, self.until = rules, base, until
        self.open = self._opened()
        self.busy = self.bits(taken)
        self.holds = tuple(holds)
        self._starts: dict[int, int] = {}
        self._found: dict[object, tuple[datetime | None, int]] = {}

    def covers(self, begins: int, ends: int) -> bool:
        """True if all of this lies within."""
        return self.base <= begins and ends <= self.until

    def bits(self, spans: Iterable[tuple[int, int]]) -> int:
        """These spans as bits; a step that is touched is taken whole."""
        base, most = self.base, (self.until - self.base) // STEP
        begun, over, last = bytearray(most // 8 + 1), bytearray(most // 8 + 1), 0
        for begins, ends in sorted(spans):
            first, after = (begins - base) // STEP, -((base - ends) // STEP)
            # Plain comparisons: this runs for every claim of a clinic, and a call costs as much.
            if first < last:  # noqa: PLR1730
                first = last
            if after > most:  # noqa: PLR1730
                after = most
            if first < after:
                begun[first >> 3] |= 1 << (first & 7)
                over[after >> 3] |= 1 << (after & 7)
                last = after
        # Of spans that lie apart, each is two to its end less two to its begin.
        return int.from_bytes(over, "little") - int.from_bytes(begun, "little")

    def taken_at(self, now: datetime) -> tuple[int, datetime | None]:
        """What is taken at this instant, and until when that is so if nobody books or cancels."""
        living = [hold for hold in self.holds if hold.until > now]
        if not living:
            return self.busy, None
        return self.busy | self.bits((h.begins, h.ends) for h in living), min(
            hold.until for hold in living
        )

    def starts(self, every: int) -> int:
        """Where visits may begin: so many minutes apart, from the opening of each window."""
        if every not in self._starts:
            self._starts[every] = self._begun(every)
        return self._starts[every]

    def remembered(
        self, key: object, now: datetime, make: Callable[[], tuple[int, datetime | None]]
    ) -> int:
        """What `make` finds, made anew only once it is no longer so."""
        found = self._found.get(key)
        if found is not None and (found[0] is None or now < found[0]):
            return found[1]
        bits, until = make()
        self._found[key] = (until, bits)
        return bits

    def hours(self) -> int:
        """The weekly hours alone."""
        bits = 0
        for window in self.rules.windows:
            bits |= _kept(window, self.base, self.until)
        return bits

    def _opened(self) -> int:
        rules = self.rules
        # An opening counts from its first whole step to its last.
        extra = self.bits(
            (-(-span.begins // STEP) * STEP, span.ends // STEP * STEP) for span in rules.openings
        )
        return (self.hours() & ~self.bits(rules.closures) | extra) & ~self.bits(rules.absences)

    def _begun(self, every: int) -> int:
        bits = 0
        for window in self.rules.windows:
            bits |= _sown(window, self.base, self.until, every)
        for span in self.rules.openings:
            first = -(-span.begins // STEP) * STEP
            for at in range(first, span.ends, every):
                if self.base <= at < self.until:
                    bits |= 1 << (at - self.base) // STEP
        return bits


@lru_cache(maxsize=4096)
def _kept(window: Window, base: int, until: int) -> int:
    """The steps in which this window is open. Many clinicians keep the same windows."""
    steps = bytearray(_NONE) * ((until - base) // STEP)
    for begins, ends, _wall in _times(window, base, until):
        first, after = max(base, -(-begins // STEP) * STEP), min(until, ends // STEP * STEP)
        if first < after:
            at, n = (first - base) // STEP, (after - first) // STEP
            steps[at : at + n] = _ONE * n
    return _number(steps)


@lru_cache(maxsize=4096)
def _sown(window: Window, base: int, until: int, every: int) -> int:
    """The steps at which a visit may begin, so many minutes apart from the opening on."""
    steps = bytearray(_NONE) * ((until - base) // STEP)
    for begins, ends, wall in _times(window, base, until):
        for at in range(begins + (window.opens - wall) % every, ends, every):
            if base <= at < until and at % STEP == 0:
                steps[(at - base) // STEP] = _ONE[0]
    return _number(steps)


def _times(window: Window, base: int, until: int) -> Iterator[tuple[int, int, int]]:
    """The window on every local day that may touch this time."""
    first = instant(base).date() - timedelta(days=1)
    last = instant(until).date() + timedelta(days=1)
    begins = max(first, window.valid_from)
    ends = min(last, window.valid_to) if window.valid_to else last
    day = begins + timedelta(days=(window.weekday - begins.weekday()) % 7)
    while day <= ends:
        yield from _parts(window, day)
        day += timedelta(days=7)


def _parts(window: Window, day: date) -> Iterator[tuple[int, int, int]]:
    """The window on that day: UTC begin, UTC end, and what the wall shows at the begin."""
    for begins, ends, wall in pieces(window.zone, day):
        opens = max(window.opens, wall)
        closes = min(window.closes, wall + ends - begins)
        if opens < closes:
            yield begins + opens - wall, begins + closes - wall, opens


def _number(steps: bytearray) -> int:
    """The steps as a number, the first in the lowest bit."""
    return int(steps[::-1], 2) if steps else 0
