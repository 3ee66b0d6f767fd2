"""The one door to time. Instants are aware and UTC."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(slots=True)
class _Hands:
    """Where tests have put the clock; the same for all threads."""

    frozen: datetime | None = None
    shift: timedelta = timedelta()


_hands = _Hands()


def now() -> datetime:
    """This instant, in UTC."""
    return _hands.frozen or datetime.now(UTC) + _hands.shift


def stamp(instant: datetime) -> str:
    """The instant as text: UTC, microseconds, Z."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Inside the block it is always `at`. For tests."""
    before, _hands.frozen = _hands.frozen, at
    try:
        yield
    finally:
        _hands.frozen = before


@contextmanager
def moved(*, by: timedelta) -> Iterator[None]:
    """Inside the block the clock runs, but is off by this much. For tests."""
    before, _hands.shift = _hands.shift, _hands.shift + by
    try:
        yield
    finally:
        _hands.shift = before
