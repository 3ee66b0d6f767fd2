"""The primitives against vectors of others, and against a second way to compute them."""

import ast
import hashlib
import hmac
import json
import math
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.crypto import primitives
from portal.crypto.primitives import Gcm, SealBroken, derive, expand, mac
from tests.architecture import house
from tests.shared import shared

pytestmark = pytest.mark.pure

PURE = ("primitives", "cobblestone", "context", "envelope", "hierarchy", "keycache")
CIPHERS = ("cryptography.hazmat.primitives.ciphers", "Crypto", "nacl")


def wycheproof(name: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Every case of one file, with the group that it belongs to."""
    text = shared(f"crypto/wycheproof/{name}_test.json").read_text()
    groups = json.loads(text)["testGroups"]
    return [(group, case) for group in groups for case in group["tests"]]


def verdict(case: dict[str, Any]) -> str:
    """What our AES-GCM does with a case."""
    key, nonce, message = (bytes.fromhex(case[name]) for name in ("key", "iv", "msg"))
    sealed = bytes.fromhex(case["ct"] + case["tag"])
    try:
        cipher = Gcm(key)
        opened = cipher.decrypt(nonce, sealed)
    except ValueError:
        return "not our form"
    except SealBroken:
        return "refused"
    assert opened == message
    assert cipher.encrypt(nonce, message) == sealed
    return "agrees"


def test_aes_gcm_agrees_with_wycheproof_and_takes_only_its_own_form():
    seen: Counter[tuple[str, str]] = Counter()
    for group, case in wycheproof("aes_gcm"):
        ours = group["keySize"] == 256 and group["ivSize"] == 96
        # Associated data is never used here; a tag that covers some must not be accepted.
        kind = ("with data" if case["aad"] else case["result"]) if ours else "another form"
        seen[kind, verdict(case)] += 1

    assert seen == {
        ("valid", "agrees"): 21,
        ("invalid", "refused"): 27,
        ("with data", "refused"): 18,
        ("another form", "not our form"): 316 - 66,
    }


def hkdf(secret: bytes, salt: bytes, info: bytes, length: int, name: str) -> bytes:
    """HKDF of RFC 5869, straight from its text."""
    size = hashlib.new(name).digest_size
    key = hmac.digest(salt or bytes(size), secret, name)
    return hkdf_expand(key, info, length, name)


def hkdf_expand(key: bytes, info: bytes, length: int, name: str) -> bytes:
    """The second half of HKDF."""
    if length > 255 * hashlib.new(name).digest_size:
        raise ValueError
    block, output = b"", b""
    for n in range(1, math.ceil(length / hashlib.new(name).digest_size) + 1):
        block = hmac.digest(key, block + info + bytes((n,)), name)
        output += block
    return output[:length]


def test_the_hkdf_that_ours_is_held_against_agrees_with_wycheproof():
    cases = wycheproof("hkdf_sha256")
    for _, case in cases:
        ikm, salt, info = (bytes.fromhex(case[name]) for name in ("ikm", "salt", "info"))
        try:
            agrees = hkdf(ikm, salt, info, case["size"], "sha256").hex() == case["okm"]
        except ValueError:
            agrees = False
        assert agrees == (case["result"] == "valid"), case["tcId"]

    assert len(cases) == 86


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200), st.integers(1, 300))
def test_expanding_is_hkdf_expand_with_sha512(key: bytes, info: bytes, length: int):
    assert expand(key, info, length) == hkdf_expand(key, info, length, "sha512")


@given(st.binary(min_size=1, max_size=80), st.binary(max_size=200), st.binary(max_size=200))
def test_deriving_is_hkdf_with_sha512(secret: bytes, salt: bytes, info: bytes):
    assert derive(secret, salt=salt, info=info) == hkdf(secret, salt, info, 32, "sha512")


def test_hmac_agrees_with_wycheproof():
    cases = wycheproof("hmac_sha256")
    for group, case in cases:
        tag = mac(bytes.fromhex(case["key"]), bytes.fromhex(case["msg"]))[: group["tagSize"] // 8]
        assert (tag.hex() == case["tag"]) == (case["result"] == "valid"), case["tcId"]

    assert len(cases) == 174


@pytest.mark.parametrize("length", [0, 16, 24, 31, 33])
def test_a_key_of_another_length_is_refused(length: int):
    with pytest.raises(ValueError, match="32 bytes"):
        Gcm(bytes(length))
    with pytest.raises(ValueError, match="32 bytes"):
        expand(bytes(length), b"", 32)


@pytest.mark.parametrize("length", [0, 8, 11, 13, 16])
def test_a_nonce_of_another_length_is_refused(length: int):
    with pytest.raises(ValueError, match="12 bytes"):
        Gcm(bytes(32)).encrypt(bytes(length), b"")
    with pytest.raises(ValueError, match="12 bytes"):
        Gcm(bytes(32)).decrypt(bytes(length), bytes(16))


def test_only_the_primitives_name_a_cipher():
    naming = {
        source.path
        for source in house.product()
        for name, _ in house.imported(source)
        if name.startswith(CIPHERS)
    }

    assert naming == {"portal/crypto/primitives.py"}


def test_secrets_are_compared_in_constant_time():
    tree = ast.parse(house.read(house.ROOT / "portal/crypto/primitives.py").text)
    same = next(n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name == "same")

    assert [name for name, _ in house.called(same)] == ["hmac.compare_digest"]
    assert primitives.same(b"a", b"a")
    assert not primitives.same(b"a", b"b")


def test_sealing_needs_no_framework():
    block = "import sys; sys.modules.update(django=None, channels=None, celery=None); "
    imports = ", ".join(f"portal.crypto.{name}" for name in PURE)

    done = subprocess.run(
        [sys.executable, "-c", f"{block} import {imports}"], cwd=house.ROOT, check=False
    )

    assert done.returncode == 0
