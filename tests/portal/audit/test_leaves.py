"""Leaves: one spelling each, nothing in them that tells, commitments that open one by one."""

import json
import os
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.audit import leaves
from portal.audit.errors import LeafRefused
from portal.audit.leaves import Leaf

pytestmark = [pytest.mark.pure, pytest.mark.feature("A1")]

KEY = bytes(range(32))
SOMEBODY = UUID("0192f0c4-0000-7000-8000-000000000001")
LEAF = Leaf(
    act=leaves.pseudonym(leaves.PERSON, KEY, SOMEBODY),
    ev="message.sent",
    t="2026-11-22T03:10:22.123456Z",
    out=0,
    boot="a1b2c3d4e5f60718",
    n=8812,
    d=leaves.commit({"actor": str(SOMEBODY)}, bytes(16)),
    obj=leaves.pseudonym(leaves.OBJECT, KEY, SOMEBODY),
    req="0192f0c400007000800000000000000f",
    src="socket",
    sub=(leaves.pseudonym(leaves.PATIENT, KEY, SOMEBODY),),
)
# Written once: if these bytes change, every log in the world stops verifying.
BYTES = (
    b'{"act":"p_wt2mid8BlVvmWa6vQUmjzW","boot":"a1b2c3d4e5f60718","d":{"actor":'
    b'"gB2iP6vCCaQYHd59_PGPIzV6H5c1A-HfKn5IMREg1AU"},"ev":"message.sent","n":8812,'
    b'"obj":"o_wt2mid8BlVvmWa6vQUmjzW","out":0,"req":"0192f0c400007000800000000000000f",'
    b'"src":"socket","sub":"s_wt2mid8BlVvmWa6vQUmjzW","t":"2026-11-22T03:10:22.123456Z","v":1}'
)

values = st.one_of(st.integers(0, 2**53 - 1), st.text(max_size=40).filter(str.isascii))
details = st.dictionaries(
    st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True), values, max_size=24
)


def test_the_bytes_of_a_leaf_are_these():
    assert leaves.encode(LEAF) == BYTES
    assert leaves.decode(BYTES) == LEAF


def test_a_leaf_is_canonical_json():
    for leaf in (LEAF, replace(LEAF, obj="", req="", src="", sub=()), replace(LEAF, d={})):
        fields = json.loads(leaves.encode(leaf))
        again = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

        assert again.encode() == leaves.encode(leaf)


def test_what_is_empty_is_left_out():
    bare = replace(LEAF, obj="", req="", src="", sub=())
    fields = json.loads(leaves.encode(bare))

    assert fields.keys() == {"act", "boot", "d", "ev", "n", "out", "t", "v"}
    assert leaves.decode(leaves.encode(bare)) == bare


def test_a_list_names_each_of_its_patients():
    several = replace(LEAF, sub=(LEAF.sub[0], leaves.ERASED))

    assert json.loads(leaves.encode(several))["sub"] == [LEAF.sub[0], "s_erased"]
    assert leaves.decode(leaves.encode(several)) == several


@pytest.mark.parametrize(
    "change",
    [
        {"act": "Ada Lovelace"},
        {"act": LEAF.obj},
        {"ev": "she said it hurts"},
        {"t": "yesterday"},
        {"out": -1},
        {"out": True},
        {"n": 2**53},
        {"boot": ""},
        {"req": "a b"},
        {"src": "x" * 65},
        {"sub": ("s_short",)},
        {"d": {"note": "a headache"}},
        {"d": {"Note": LEAF.d["actor"]}},
    ],
)
def test_what_does_not_belong_in_a_leaf_is_not_written(change: dict[str, Any]):
    with pytest.raises(LeafRefused):
        leaves.encode(replace(LEAF, **change))


def test_a_leaf_that_would_be_too_long_is_not_written():
    long = replace(LEAF, sub=(LEAF.sub[0],) * 200)

    with pytest.raises(LeafRefused, match="4096"):
        leaves.encode(long)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b'"leaf"',
        b"\xff",
        b"[" * 4000,
        BYTES + b"\n",
        BYTES.replace(b'"n":8812', b'"n": 8812'),
        BYTES.replace(b'"n":8812', b'"n":8812.0'),
        BYTES.replace(b'"n":8812', b'"n":null'),
        BYTES.replace(b'"n":8812', b'"n":true'),
        BYTES.replace(b'"n":8812', b'"n":8812,"n":8812'),
        BYTES.replace(b"-11-22T", b"-13-22T"),
        BYTES.replace(b'"actor":', b'"actor":"' + b"A" * 43 + b'","actor":'),
        BYTES.replace(b'"actor":', b'"subject":"' + b"A" * 43 + b'","actor":'),
        BYTES.replace(b'"n":8812', b'"n":9007199254740992'),
        BYTES.replace(b'"v":1', b'"v":2'),
        BYTES.replace(b',"v":1', b""),
        BYTES.replace(b'"v":1', b'"v":1,"x":1'),
        BYTES.replace(b'"out":0,', b""),
        BYTES.replace(b'"src":"socket"', b'"src":""'),
        BYTES.replace(b'"src":"socket"', b'"src":"\\u0073ocket"'),
        BYTES.replace(b'"sub":"s_wt2mid8BlVvmWa6vQUmjzW"', b'"sub":["s_wt2mid8BlVvmWa6vQUmjzW"]'),
        BYTES.replace(b'"sub":"s_wt2mid8BlVvmWa6vQUmjzW"', b'"sub":5'),
        BYTES.replace(b'"d":{', b'"d":[{').replace(b'"},"ev"', b'"}],"ev"'),
        b" " * 4097,
    ],
)
def test_anything_but_the_one_spelling_is_refused(content: bytes):
    with pytest.raises(LeafRefused):
        leaves.decode(content)


@given(st.binary(max_size=200))
def test_any_other_bytes_are_refused_and_never_crash(content: bytes):
    with pytest.raises(LeafRefused):
        leaves.decode(content)


@given(st.integers(0, len(BYTES) - 1), st.integers(1, 255))
def test_a_changed_byte_is_refused_or_another_leaf(at: int, change: int):
    bent = bytearray(BYTES)
    bent[at] ^= change
    try:
        read = leaves.decode(bytes(bent))
    except LeafRefused:
        return
    assert read != LEAF
    assert leaves.encode(read) == bytes(bent)


def test_a_commitment_is_the_hash_of_salt_name_and_value():
    salt = bytes(range(16))
    expected = sha256(b'["AAECAwQFBgcICQoLDA0ODw","why","asked"]').digest()
    number = sha256(b'["AAECAwQFBgcICQoLDA0ODw","n_messages",3]').digest()

    assert leaves.commitment(salt, "why", "asked") == leaves._b64(expected)
    assert leaves.commitment(salt, "n_messages", 3) == leaves._b64(number)


@given(details, st.data())
def test_each_detail_opens_alone_and_nothing_else_fits(found: dict[str, Any], data: st.DataObject):
    salts = data.draw(st.binary(min_size=16 * len(found), max_size=16 * len(found)))
    leaf = replace(LEAF, d=leaves.commit(found, salts))

    packed = leaves.unpack(leaves.pack(found, salts))

    assert packed.details == found
    assert packed.unfit(leaf) == []
    for detail in packed.each():
        assert detail.fits(leaf)
        assert packed.unfit(replace(leaf, d={**leaf.d, detail.name: "x"})) == [detail.name]
        assert not replace(detail, value="another").fits(leaf) or detail.value == "another"
        assert not replace(detail, salt=bytes(15) + b"x").fits(leaf) or salts.endswith(b"x")
        assert not replace(detail, name=detail.name + "x").fits(leaf)


def test_the_same_detail_never_looks_the_same_twice():
    one, other = (leaves.commit({"why": "asked"}, os.urandom(16)) for _ in range(2))

    assert one != other


@pytest.mark.parametrize(
    "content", [b"", b"\x01", b"\x01" + bytes(16), b"\x02" + bytes(32) + b'{"a":1}', b"\x00[]1"]
)
def test_what_was_never_packed_is_refused(content: bytes):
    with pytest.raises(LeafRefused):
        leaves.unpack(content)


def test_every_detail_needs_its_salt():
    with pytest.raises(LeafRefused):
        leaves.pack({"why": "asked"}, b"")


def test_pseudonyms_differ_by_key_and_by_person():
    other = UUID(int=SOMEBODY.int + 1)

    assert leaves.pseudonym("p_", KEY, SOMEBODY) == leaves.pseudonym("p_", KEY, SOMEBODY)
    assert leaves.pseudonym("p_", KEY, SOMEBODY) != leaves.pseudonym("p_", KEY, other)
    assert leaves.pseudonym("p_", KEY, SOMEBODY) != leaves.pseudonym("p_", bytes(32), SOMEBODY)
