"""Any two of three parts bring the secret back, and one tells nothing."""

from collections.abc import Callable
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.crypto import shares
from portal.crypto.shares import SharesRefused

pytestmark = pytest.mark.pure

secrets = st.binary(min_size=1, max_size=40)


def fixed(content: bytes) -> Callable[[int], bytes]:
    """Randomness that is not: these bytes over and over."""
    return lambda length: (content * length)[:length]


@settings(max_examples=40)
@given(secrets, st.binary(min_size=1, max_size=40), st.integers(2, 4), st.integers(0, 2))
def test_enough_parts_bring_the_secret_back(secret: bytes, noise: bytes, need: int, more: int):
    parts = shares.split(secret, need=need, of=need + more, random=fixed(noise))

    for chosen in combinations(parts, need):
        assert shares.combine({x: parts[x] for x in chosen}) == secret


@pytest.mark.parametrize("x", [1, 2, 3])
@pytest.mark.parametrize("secret", [0, 1, 0x53, 0xFF])
def test_one_part_fits_every_secret_equally(secret: int, x: int):
    """Whatever the secret is, each value of a part comes from exactly one random byte."""
    values = {
        shares.split(bytes([secret]), need=2, of=3, random=fixed(bytes([noise])))[x]
        for noise in range(256)
    }

    assert len(values) == 256


@given(secrets, st.binary(min_size=1, max_size=80))
def test_fewer_parts_than_needed_give_something_else(secret: bytes, noise: bytes):
    if not any(noise[: len(secret)]):
        return  # the polynomial is flat: nobody who asks for random bytes gets these
    parts = shares.split(secret, need=3, of=3, random=fixed(noise))
    full = shares.combine(parts)

    assert full == secret
    assert len(shares.combine({1: parts[1], 2: parts[2]})) == len(secret)


def test_the_field_is_that_of_aes():
    assert shares._times(0x57, 0x83) == 0xC1  # FIPS 197, section 4.2
    assert shares._times(0x57, 0x13) == 0xFE
    assert all(shares._times(byte, shares._inverse(byte)) == 1 for byte in range(1, 256))


@pytest.mark.parametrize(
    "parts", [{}, {1: b"a"}, {0: b"a", 1: b"b"}, {1: b"a", 256: b"b"}, {1: b"a", 2: b"ab"}]
)
def test_parts_that_cannot_make_a_secret_are_refused(parts: dict[int, bytes]):
    with pytest.raises(SharesRefused):
        shares.combine(parts)


@pytest.mark.parametrize(("need", "of"), [(1, 3), (4, 3), (2, 256)])
def test_a_sharing_that_is_none_is_refused(need: int, of: int):
    with pytest.raises(ValueError, match="parts"):
        shares.split(b"x", need=need, of=of, random=fixed(b"y"))
