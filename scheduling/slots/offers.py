"""What is offered. A request must equal an offer: there is no second rule for it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from scheduling.slots.grid import STEP, instant
from scheduling.slots.rules import Span
from scheduling.slots.timetable import Timetable


class Slot(NamedTuple):
    """A time that can be booked."""

    clinician_id: UUID
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Ask:
    """What is looked for: how long, with which buffers, between which minutes it may begin.

    `also_taken` is when the patient cannot come. The end of `earliest` to `latest` is excluded.
    """

    minutes: int
    before: int
    after: int
    every: int
    earliest: int
    latest: int
    now: datetime
    also_taken: tuple[Span, ...] = ()
    length: tuple[int, int, int, int] = field(init=False, repr=False, compare=False)
    """What does not depend on who asks, and when."""
    _left: dict[int, int] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        length = self.minutes, self.before, self.after, self.every
        object.__setattr__(self, "length", length)

    def leaves(self, base: int) -> int:
        """The steps from `base` on at which whoever asks would begin, as bits.

        One answer for all who keep their time from the same minute on.
        """
        bits = self._left.get(base)
        if bits is None:
            bits = self._left[base] = self._leaves(base)
        return bits

    def _leaves(self, base: int) -> int:
        first = max(0, -(-(self.earliest - base) // STEP))
        after = max(first, -(-(self.latest - base) // STEP))
        bits = (1 << after) - (1 << first)
        for span in self.also_taken:
            # A visit that begins from here on would touch it.
            low = max(0, (span.begins - self.minutes - base) // STEP + 1)
            high = max(low, -(-(span.ends - base) // STEP))
            bits &= ~((1 << high) - (1 << low))
        return bits


def free_starts(timetable: Timetable, ask: Ask) -> int:
    """The steps of the timetable at which the visit can begin, as bits.

    The visit lies in open time, its buffers may reach beyond; visit and buffers touch nothing that
    is taken; the patient is free for the visit itself.
    """
    possible = timetable.remembered(ask.length, ask.now, lambda: _possible(timetable, ask))
    return possible & ask.leaves(timetable.base)


def is_offered(timetable: Timetable, ask: Ask, at: int) -> bool:
    """True if exactly this minute is one of the offers."""
    step, off = divmod(at - timetable.base, STEP)
    return not off and step >= 0 and bool(free_starts(timetable, ask) >> step & 1)


def offers(timetable: Timetable, ask: Ask) -> Iterator[int]:
    """The minutes at which the visit can begin, in order."""
    bits = free_starts(timetable, ask)
    return _each(bits, timetable.base)


def first_offers(timetable: Timetable, ask: Ask, most: int) -> list[int]:
    """The first of them."""
    bits = free_starts(timetable, ask)
    found: list[int] = []
    while bits and len(found) < most:
        low = bits & -bits
        found.append(timetable.base + (low.bit_length() - 1) * STEP)
        bits ^= low
    return found


def slot(clinician_id: UUID, at: int, minutes: int) -> Slot:
    """The offer as an instant and its end."""
    begins = instant(at)
    return Slot(clinician_id, begins, begins + timedelta(minutes=minutes))


def _possible(timetable: Timetable, ask: Ask) -> tuple[int, datetime | None]:
    taken, until = timetable.taken_at(ask.now)
    every_step = (1 << (timetable.until - timetable.base) // STEP) - 1
    fits = _runs(timetable.open, ask.minutes // STEP)
    around = (ask.before + ask.minutes + ask.after) // STEP
    apart = _runs(~taken & every_step, around) << ask.before // STEP
    return fits & apart & timetable.starts(ask.every), until


def _runs(bits: int, length: int) -> int:
    """The bits from which on at least `length` bits are set."""
    have = 1
    while have < length:
        more = min(have, length - have)
        bits &= bits >> more
        have += more
    return bits


def _each(bits: int, base: int) -> Iterator[int]:
    """The minute of every set bit, in order; taken by bytes, so that long numbers stay cheap."""
    packed = bits.to_bytes((bits.bit_length() + 7) // 8, "little")
    for n, byte in enumerate(packed):
        while byte:
            low = byte & -byte
            yield base + (8 * n + low.bit_length() - 1) * STEP
            byte ^= low  # noqa: PLW2901
