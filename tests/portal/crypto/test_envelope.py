"""A sealed field opens in its own place, under its own key, with its own header; nowhere else."""

import dataclasses
from uuid import UUID

import pytest

from portal.crypto import envelope, hierarchy
from portal.crypto.context import Place, place
from portal.crypto.envelope import OVERHEAD, OpenKey, SealBroken, key_version, seal, unseal
from portal.kernel.ids import new_id

pytestmark = pytest.mark.pure

SECRET = b"a key that nobody should see...!"
PLACE: dict[str, object] = {
    "kind": "message",
    "installation": UUID(int=1),
    "patient": UUID(int=2),
    "home": UUID(int=3),
    "item": UUID(int=4),
    "field": "body",
    "key_version": 5,
    "sequence": 6,
}
KEY = OpenKey(UUID(int=1), UUID(int=2), "thread", UUID(int=3), 5, SECRET)


def at(**change: object) -> Place:
    """The place, or one that differs in these facts."""
    return place(**(PLACE | change))  # type: ignore[arg-type]


def test_a_key_knows_the_place_of_what_it_seals():
    assert KEY.place("message", item=UUID(int=4), field="body", sequence=6) == at()


def test_a_field_opens_in_its_place():
    sealed = seal(KEY, b"words", at())

    assert unseal(KEY, sealed, at()) == b"words"
    assert sealed[:5] == b"\x01\x00\x00\x00\x05"
    assert len(sealed) == len(b"words") + OVERHEAD
    assert key_version(sealed) == 5


@pytest.mark.parametrize("fact", PLACE)
def test_a_field_opens_in_no_place_that_differs_in_one_fact(fact: str):
    others = {str: "another", int: 99, UUID: new_id()}
    other = others[type(PLACE[fact])]
    sealed = seal(KEY, b"words", at())

    with pytest.raises(SealBroken):
        unseal(KEY, sealed, at(**{fact: other}))


def test_two_rows_cannot_swap_what_they_hold():
    one, other = at(item=new_id()), at(item=new_id(), sequence=7)
    first, second = seal(KEY, b"take one", one), seal(KEY, b"take ten", other)

    for sealed, where in ((second, one), (first, other)):
        with pytest.raises(SealBroken):
            unseal(KEY, sealed, where)


def test_every_bit_of_a_field_counts():
    sealed = seal(KEY, b"words", at())

    for bit in range(len(sealed) * 8):
        bent = bytearray(sealed)
        bent[bit >> 3] ^= 1 << (bit & 7)
        with pytest.raises(SealBroken):
            unseal(KEY, bytes(bent), at())


def test_the_header_is_sealed_too():
    """A header moved to another version is refused even by the same secret of that version."""
    sealed = seal(KEY, b"words", at())
    moved = sealed[:4] + b"\x06" + sealed[5:]

    with pytest.raises(SealBroken):
        unseal(dataclasses.replace(KEY, version=6), moved, at())


@pytest.mark.parametrize("blob", [b"", b"\x01", bytes(5), bytes(200), b"\x02" + bytes(200)])
def test_bytes_of_another_form_are_refused(blob: bytes):
    with pytest.raises(SealBroken):
        key_version(blob)
    with pytest.raises(SealBroken):
        unseal(KEY, blob, at())


def test_a_key_does_not_show_itself():
    assert "nobody" not in repr(KEY)
    assert "nobody" not in str([KEY])
    assert dataclasses.replace(KEY) != KEY
    assert "nobody" in repr(dataclasses.astuple(KEY))  # the word is there to be leaked


def test_the_hierarchy_binds_installation_patient_and_version():
    facts = {"installation": UUID(int=1), "patient": UUID(int=2), "version": 3}
    others = [("installation", UUID(int=9)), ("patient", UUID(int=9)), ("version", 4)]
    secrets = [
        hierarchy.wrapping_key(kek, shred, **(facts | change)).secret  # type: ignore[arg-type]
        for kek in (bytes(32), bytes(31) + b"1")
        for shred in (bytes(32), bytes(31) + b"1")
        for change in ({}, *({fact: other} for fact, other in others))
    ]

    assert len(set(secrets)) == len(secrets) == 16


def test_a_wrapped_data_key_opens_only_as_what_it_was_wrapped_as():
    outer = OpenKey(UUID(int=1), UUID(int=2), "patient", UUID(int=0), 1, SECRET)
    inner = hierarchy.data_key(outer, "thread", UUID(int=3), 4, bytes(range(32)))
    wrapped = hierarchy.wrap_data_key(outer, inner)
    right = {"purpose": "thread", "home": UUID(int=3), "version": 4}

    opened = hierarchy.unwrap_data_key(outer, wrapped, **right)  # type: ignore[arg-type]

    assert opened.secret == inner.secret
    assert len(wrapped) == hierarchy.WRAPPED_BYTES
    for fact, other in (("purpose", "chart"), ("home", UUID(int=9)), ("version", 5)):
        with pytest.raises(SealBroken):
            hierarchy.unwrap_data_key(outer, wrapped, **(right | {fact: other}))  # type: ignore[arg-type]
    with pytest.raises(SealBroken):
        stranger = dataclasses.replace(outer, patient=UUID(int=9))
        hierarchy.unwrap_data_key(stranger, wrapped, **right)  # type: ignore[arg-type]


def test_what_is_wrapped_must_be_a_key():
    outer = OpenKey(UUID(int=1), UUID(int=2), "patient", UUID(int=0), 1, SECRET)
    where = outer.place("data-key", item=UUID(int=3), field="thread", sequence=1)
    short = envelope.seal(outer, b"short", where)

    with pytest.raises(SealBroken):
        hierarchy.unwrap_data_key(outer, short, purpose="thread", home=UUID(int=3), version=1)
