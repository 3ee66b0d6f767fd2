"""Ids in the open: UUIDv7 (RFC 9562), made here because Python 3.11 has none.

They sort by time and cannot be guessed in practice, and are never relied on as the control.
"""

import os
import threading
import time
from uuid import UUID

_BITS = 74
_MASK = (1 << _BITS) - 1


class _Maker:
    """Makes ids that only grow, also when the wall clock steps back."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._last = 0

    def __call__(self) -> UUID:
        """The next id."""
        millis = time.time_ns() // 1_000_000
        value = (millis << _BITS) | (int.from_bytes(os.urandom(10), "big") & _MASK)
        with self._guard:
            if value <= self._last:
                value = self._last + 1 + int.from_bytes(os.urandom(4), "big")
            self._last = value
        return _shaped(value)


def _shaped(value: int) -> UUID:
    """The 48 + 74 bits with RFC 9562's version and variant put between them."""
    millis, rand = value >> _BITS, value & _MASK
    rand_a, rand_b = rand >> 62, rand & ((1 << 62) - 1)
    return UUID(int=(millis << 80) | (7 << 76) | (rand_a << 64) | (2 << 62) | rand_b)


_made = _Maker()


def new_id() -> UUID:
    """A new UUIDv7, larger than every other that this process made."""
    return _made()


def parse_id(text: object) -> UUID:
    """The id that this text spells in one of its two usual forms. ValueError for anything else."""
    if not isinstance(text, str) or len(text) not in {32, 36}:
        raise ValueError("not an id")
    parsed = UUID(text)
    if text not in {str(parsed), parsed.hex}:
        raise ValueError("not an id")
    return parsed
