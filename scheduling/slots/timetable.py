"""One clinician's time as bits: bit n stands for the five minutes that begin n steps after `base`.

A number of 17,280 bits holds sixty days; a search over it takes microseconds.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta

from scheduling.slots.grid import STEP, instant, pieces
from scheduling.slots.rules import Hold, Rules, Span, Window

_ONE, _NONE = b"1", b"0"
Mark = Callable[[int, int], None]


class Timetable:
    """When somebody is open and when taken, between `base` and `until` (UTC minutes)."""

    __slots__ = ("_found", "_starts", "base", "busy", "holds", "open", "rules", "until")

    def __init__(
        self, rules: Rules, base: int, until: int, taken: Iterable[Span], holds: Iterable[Hold] = ()
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

    def bits(self, spans: Iterable[Span | Hold]) -> int:
        """These spans as bits; a step that is touched is taken whole."""
        steps = self._blank()
        for span in spans:
            self._mark(steps, span.begins // STEP * STEP, -(-span.ends // STEP) * STEP)
        return _number(steps)

    def taken_at(self, now: datetime) -> tuple[int, datetime | None]:
        """What is taken at this instant, and until when that is so if nobody books or cancels."""
        living = [hold for hold in self.holds if hold.until > now]
        if not living:
            return self.busy, None
        return self.busy | self.bits(living), min(hold.until for hold in living)

    def starts(self, every: int) -> int:
        """Where visits may begin: so many minutes apart, from the opening of each window."""
        if every not in self._starts:
            self._starts[every] = self._begun(every)
        return self._starts[every]

    def remembered(
        self, key: object, now: datetime, make: Callable[[], tuple[int, datetime | None]]
    ) -> int:
        """What `make` finds, made anew only once it is no longer so."""
        until, bits = self._found.get(key, (datetime.min.replace(tzinfo=now.tzinfo), 0))
        if until is not None and until <= now:
            bits, until = make()
            self._found[key] = (until, bits)
        return bits

    def hours(self) -> int:
        """The weekly hours alone."""
        steps = self._blank()
        for window, day in self._days():
            for begins, ends, _wall in _parts(window, day):
                self._mark(steps, -(-begins // STEP) * STEP, ends // STEP * STEP)
        return _number(steps)

    def _opened(self) -> int:
        shut = self.bits(self.rules.closures)
        away = self.bits(self.rules.absences)
        steps = self._blank()
        for span in self.rules.openings:
            self._mark(steps, -(-span.begins // STEP) * STEP, span.ends // STEP * STEP)
        return (self.hours() & ~shut | _number(steps)) & ~away

    def _begun(self, every: int) -> int:
        steps = self._blank()
        for window, day in self._days():
            for begins, ends, wall in _parts(window, day):
                first = begins + (window.opens - wall) % every
                self._sow(steps, first, ends, every)
        for span in self.rules.openings:
            self._sow(steps, -(-span.begins // STEP) * STEP, span.ends, every)
        return _number(steps)

    def _days(self) -> Iterator[tuple[Window, date]]:
        """Every window on every local day that may touch this timetable."""
        first = instant(self.base).date() - timedelta(days=1)
        last = instant(self.until).date() + timedelta(days=1)
        for window in self.rules.windows:
            begins = max(first, window.valid_from)
            ends = min(last, window.valid_to) if window.valid_to else last
            day = begins + timedelta(days=(window.weekday - begins.weekday()) % 7)
            while day <= ends:
                yield window, day
                day += timedelta(days=7)

    def _blank(self) -> bytearray:
        return bytearray(_NONE) * ((self.until - self.base) // STEP)

    def _mark(self, steps: bytearray, begins: int, ends: int) -> None:
        first, after = max(begins, self.base), min(ends, self.until)
        if first < after:
            n = (after - first) // STEP
            at = (first - self.base) // STEP
            steps[at : at + n] = _ONE * n

    def _sow(self, steps: bytearray, first: int, ends: int, every: int) -> None:
        for at in range(first, ends, every):
            if self.base <= at < self.until and at % STEP == 0:
                steps[(at - self.base) // STEP] = _ONE[0]


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
