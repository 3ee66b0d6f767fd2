"""The published vectors: what we publish is what we do, checked again with nothing of ours."""

import hmac
import json
from base64 import b64decode, b64encode, urlsafe_b64encode
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.vectors.make_audit import FILE, vectors

pytestmark = [pytest.mark.pure, pytest.mark.feature("A4")]


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    """The file in the documentation."""
    found: dict[str, Any] = json.loads(FILE.read_text())
    return found


def url64(content: bytes) -> str:
    """Base64 for addresses, without padding."""
    return urlsafe_b64encode(content).decode().rstrip("=")


def test_the_published_vectors_are_what_we_make(published: dict[str, Any]):
    assert published == vectors()


def test_leaf_hashes_and_commitments_by_hand(published: dict[str, Any]):
    key = bytes.fromhex(published["pseudonym_key"])
    for entry in published["entries"]:
        leaf = json.loads(entry["leaf"])
        salts = bytes.fromhex(entry["salts"])

        assert sha256(b"\x00" + entry["leaf"].encode()).hexdigest() == entry["leaf_hash"]
        for place, name in enumerate(sorted(entry["details"])):
            salt = url64(salts[16 * place : 16 * place + 16])
            opened = json.dumps([salt, name, entry["details"][name]], separators=(",", ":"))
            assert leaf["d"][name] == url64(sha256(opened.encode()).digest())
        for field, prefix, person in (("act", "p_", "person"), ("sub", "s_", "patient")):
            content = b"portal.pseud.v1" + UUID(entry[person]).bytes
            assert leaf[field] == prefix + url64(hmac.digest(key, content, "sha256"))[:22]


def test_roots_checkpoint_and_proof_by_hand(published: dict[str, Any]):
    one, two, three = (bytes.fromhex(entry["leaf_hash"]) for entry in published["entries"])
    pair = sha256(b"\x01" + one + two).digest()
    root = sha256(b"\x01" + pair + three).digest()
    name, key_id, key = published["vkey"].split("+")
    text, _, line = published["checkpoint"].partition("\n\n")
    signature = b64decode(line.split()[-1])

    assert published["roots"] == [one.hex(), pair.hex(), root.hex()]
    assert text.split("\n") == [name, "3", b64encode(root).decode()]
    assert line.startswith(f"— {name} ")
    assert signature[:4].hex() == key_id
    assert sha256(name.encode() + b"\n" + b64decode(key)).digest()[:4].hex() == key_id
    public = Ed25519PublicKey.from_public_bytes(b64decode(key)[1:])
    public.verify(signature[4:], text.encode() + b"\n")
    head = published["proof"].split("\n\n")[0].split("\n")
    leaf = b64encode(published["entries"][1]["leaf"].encode()).decode()
    steps = [b64encode(step).decode() for step in (one, three)]
    assert head == ["c2sp.org/tlog-proof@v1", f"extra {leaf}", "index 1", *steps]
