"""Sealing, for any bytes: opens to the same, and to nothing else anywhere else."""

from io import BytesIO

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from portal.crypto import cobblestone
from portal.crypto.context import pae, place
from portal.crypto.primitives import SealBroken

pytestmark = pytest.mark.pure

keys = st.binary(min_size=32, max_size=32)
lengths = st.one_of(
    st.integers(0, 200),
    st.integers(-2, 2).map(lambda n: 16384 + n),
    st.integers(-2, 2).map(lambda n: 32768 + n),
)
texts = st.builds(lambda length, byte: bytes([byte]) * length, lengths, st.integers(0, 255))
parts = st.lists(st.binary(max_size=40), max_size=6)
facts = st.fixed_dictionaries(
    {
        "kind": st.text(max_size=12),
        "installation": st.uuids(),
        "patient": st.uuids(),
        "home": st.uuids(),
        "item": st.uuids(),
        "field": st.text(max_size=12),
        "key_version": st.integers(0, 2**32 - 1),
        "sequence": st.integers(0, 2**64 - 1),
    }
)


def parted(encoded: bytes) -> list[bytes]:
    """The parts that an encoding holds."""
    found = []
    while encoded:
        end = 4 + int.from_bytes(encoded[:4], "big")
        found.append(encoded[4:end])
        encoded = encoded[end:]
    return found


@given(keys, texts, st.binary(max_size=80))
def test_sealed_bytes_open_to_what_they_were(key: bytes, plaintext: bytes, context: bytes):
    sealed = cobblestone.seal(key, plaintext, context)

    assert cobblestone.unseal(key, sealed, context) == plaintext
    stream = cobblestone.unseal_stream(key, BytesIO(sealed), context)
    assert b"".join(stream) == plaintext


@given(keys, texts, st.binary(max_size=80), st.data())
def test_no_turned_bit_opens(key: bytes, plaintext: bytes, context: bytes, data: st.DataObject):
    bent = bytearray(cobblestone.seal(key, plaintext, context))
    bit = data.draw(st.integers(0, len(bent) * 8 - 1))
    bent[bit >> 3] ^= 1 << (bit & 7)

    with pytest.raises(SealBroken):
        cobblestone.unseal(key, bytes(bent), context)


@given(keys, texts, st.data())
def test_no_part_of_the_whole_opens(key: bytes, plaintext: bytes, data: st.DataObject):
    sealed = cobblestone.seal(key, plaintext, b"")
    length = data.draw(st.integers(0, len(sealed) - 1))

    with pytest.raises(SealBroken):
        cobblestone.unseal(key, sealed[:length], b"")


@given(keys, st.binary(max_size=200))
def test_no_made_up_bytes_open(key: bytes, sealed: bytes):
    with pytest.raises(SealBroken):
        cobblestone.unseal(key, sealed, b"")


@given(keys, st.binary(max_size=80), st.binary(max_size=80))
def test_nothing_opens_in_another_context(key: bytes, one: bytes, other: bytes):
    assume(one != other)

    with pytest.raises(SealBroken):
        cobblestone.unseal(key, cobblestone.seal(key, b"words", one), other)


@given(parts)
def test_an_encoding_gives_back_its_parts(given_parts: list[bytes]):
    assert parted(pae(*given_parts)) == given_parts


@given(facts, facts)
def test_two_places_are_the_same_only_if_every_fact_is(one: dict[str, int], other: dict[str, int]):
    assert (place(**one) == place(**other)) == (one == other)  # type: ignore[arg-type]
    assert len(parted(place(**one))) == 9  # type: ignore[arg-type]
