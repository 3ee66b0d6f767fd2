"""What a timetable is made from: windows in wall time, and spans that do not follow them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple


class Window(NamedTuple):
    """A weekly window in wall time; Monday is 0, midnight at the end is 1440. Days inclusive."""

    weekday: int
    opens: int
    closes: int
    zone: str
    valid_from: date
    valid_to: date | None = None


class Span(NamedTuple):
    """From one UTC minute to another, the end excluded."""

    begins: int
    ends: int


class Hold(NamedTuple):
    """A span that is taken until an instant, and free again after it."""

    begins: int
    ends: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Rules:
    """All that makes one clinician's time.

    An absence beats everything; an opening of one's own beats a closure of the clinic, which beats
    the weekly hours.
    """

    windows: tuple[Window, ...] = ()
    closures: tuple[Span, ...] = ()
    openings: tuple[Span, ...] = ()
    absences: tuple[Span, ...] = ()
