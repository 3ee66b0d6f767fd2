"""Shamir's sharing over GF(256): some of the parts bring the secret back, fewer tell nothing.

Each byte is the value at 0 of a random polynomial; part x holds its values at x. The field is that
of AES: bytes as polynomials modulo x^8 + x^4 + x^3 + x + 1.
"""

from collections.abc import Callable, Mapping
from itertools import pairwise

MOST = 255


class SharesRefused(Exception):
    """These parts do not make a secret, in a plain sentence."""


def split(secret: bytes, *, need: int, of: int, random: Callable[[int], bytes]) -> dict[int, bytes]:
    """The parts by their number, from 1. `random` gives that many bytes that nobody can guess."""
    if not 2 <= need <= of <= MOST:
        raise ValueError("between two parts and all of at most 255 bring the secret back")
    higher = [random(len(secret)) for _ in range(need - 1)]
    rows = list(zip(secret, *higher, strict=True))
    return {x: bytes(_value(row, x) for row in rows) for x in range(1, of + 1)}


def combine(parts: Mapping[int, bytes]) -> bytes:
    """The secret of these parts. Parts that do not belong together give some other bytes.

    Raises SharesRefused.
    """
    if len(parts) < 2 or not all(1 <= x <= MOST for x in parts):
        raise SharesRefused("at least two different parts are needed")
    if any(len(one) != len(other) for one, other in pairwise(parts.values())):
        raise SharesRefused("the parts are of different lengths")
    weights = {x: _weight(x, [other for other in parts if other != x]) for x in parts}
    found = bytearray(len(next(iter(parts.values()))))
    for x, part in parts.items():
        for index, byte in enumerate(part):
            found[index] ^= _times(byte, weights[x])
    return bytes(found)


def _value(coefficients: tuple[int, ...], x: int) -> int:
    """The polynomial at x, the constant first."""
    found = 0
    for coefficient in reversed(coefficients):
        found = _times(found, x) ^ coefficient
    return found


def _weight(x: int, others: list[int]) -> int:
    """What the part at x counts at 0 (Lagrange). In this field minus is plus: both are XOR."""
    found = 1
    for other in others:
        found = _times(found, _times(other, _inverse(x ^ other)))
    return found


def _times(one: int, other: int) -> int:
    """The product in the field, in as many steps whatever the bytes are."""
    found = 0
    for _ in range(8):
        found ^= one * (other & 1)
        one = (one << 1) ^ (0x11B * (one >> 7))
        other >>= 1
    return found


def _inverse(byte: int) -> int:
    """The byte to the power of 254, which is 1 divided by it."""
    found = 1
    for _ in range(254):
        found = _times(found, byte)
    return found
