"""Minutes since 1970 in UTC, and the pieces that a local day is made of.

A local day is one piece of constant offset, two where a clock change lies in it, none where a zone
skipped it. What lies in a gap is in no piece, what comes twice is in two: nothing else needs to
know about changing clocks.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

STEP = 5
DAY = 1440
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_DAY = date(1970, 1, 1).toordinal()
_MINUTE = timedelta(minutes=1)
_WIDEST = 16 * 60


class Piece(NamedTuple):
    """A part of a local day: UTC minutes from `begins` to `ends`; the wall shows `wall` first."""

    begins: int
    ends: int
    wall: int


def minute(at: datetime) -> int:
    """The minute of this instant, rounded down."""
    return (at - _EPOCH) // _MINUTE


def instant(at: int) -> datetime:
    """The instant at which this minute begins."""
    return _EPOCH + at * _MINUTE


def is_wall(zone: str) -> bool:
    """True for the name of a zone that is known here."""
    try:
        return bool(zone) and ZoneInfo(zone).key == zone
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


def wall_of(at: datetime, zone: str) -> str:
    """What the wall shows at this instant, to the minute."""
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")


def wall_times(wall: datetime, zone: str) -> list[datetime]:
    """Every instant at which the wall shows this: none in a gap, two where an hour comes twice."""
    midnight = wall.replace(hour=0, minute=0, second=0, microsecond=0)
    shown = (wall - midnight) // _MINUTE
    return [
        instant(piece.begins + shown - piece.wall)
        for piece in pieces(zone, wall.date())
        if piece.wall <= shown < piece.wall + piece.ends - piece.begins
    ]


@lru_cache(maxsize=8192)
def pieces(zone: str, day: date) -> tuple[Piece, ...]:
    """The pieces of this day in this zone, in order of time."""
    midnight = (day.toordinal() - _FIRST_DAY) * DAY
    found = []
    for begins, ends, offset in _spans(zone, midnight - _WIDEST, midnight + DAY + _WIDEST):
        first, after = max(begins, midnight - offset), min(ends, midnight + DAY - offset)
        if first < after:
            found.append(Piece(first, after, first + offset - midnight))
    return tuple(found)


def _spans(zone: str, begins: int, ends: int) -> list[tuple[int, int, int]]:
    """The time between these minutes, cut where the offset changes: begin, end, offset."""
    there = ZoneInfo(zone)
    found, since = [], begins
    offset = _offset(there, begins)
    for mark in range(begins + 60, ends + 60, 60):
        now = _offset(there, mark)
        if now != offset:
            low, high = mark - 60, mark
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if _offset(there, middle) == offset else (low, middle)
            found.append((since, high, offset))
            since, offset = high, now
    return [*found, (since, ends, offset)]


def _offset(zone: ZoneInfo, at: int) -> int:
    """Minutes by which the wall is ahead of UTC."""
    return (instant(at).astimezone(zone).utcoffset() or timedelta()) // _MINUTE
