"""Writes docs/vectors/sealing.json: `python3 -m tests.vectors.make_sealing`. Always the same file.

Every key and salt comes from SHA-512 of a label, so that nobody need trust where they are from.
"""

import hashlib
import json
from base64 import b64encode
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID

from portal.crypto import cobblestone, envelope, hierarchy
from portal.crypto.context import pae, place
from portal.crypto.envelope import OpenKey
from portal.crypto.primitives import expand
from tests.vectors import two_keys

TARGET = Path(__file__).resolve().parents[2] / "docs" / "vectors" / "sealing.json"
LENGTHS = (0, 1, 500, 16383, 16384, 16385, 32768)
ABOUT = (
    "Test vectors of docs/crypto.md. Bytes are hex; `sealed` is base64; `counting: n` stands for "
    "the n bytes i mod 251. A case under `refused` takes the case named by `of`, replaces what "
    "`with` names, then applies `edits` to the sealed bytes in order: [flip, bit] (bit 0 is the "
    "lowest of byte 0), [take, [from, to], ...] (joins these ranges), [append, hex]."
)


def drawn(label: str, length: int) -> bytes:
    """Bytes that only the label decides."""
    return hashlib.sha512(b"portal sealing vectors: " + label.encode()).digest()[:length]


def uuid(label: str) -> UUID:
    """A UUID that only the label decides."""
    return UUID(bytes=drawn(f"id {label}", 16), version=4)


def counting(length: int) -> bytes:
    """The plaintext of a case that gives only its length."""
    return bytes(i % 251 for i in range(length))


def text(sealed: bytes) -> str:
    """Sealed bytes as they stand in the file."""
    return b64encode(sealed).decode()


def messages() -> list[dict[str, Any]]:
    """Whole messages at every length where chunking can go wrong."""
    return [
        {
            "name": f"{length} bytes",
            "key": (key := drawn(f"key {length}", 32)).hex(),
            "context": (context := drawn(f"context {length}", length % 65)).hex(),
            "counting": length,
            "sealed": text(cobblestone.seal(key, counting(length), context)),
        }
        for length in LENGTHS
    ]


def encodings() -> list[dict[str, Any]]:
    """Lists of parts and their one encoding; some differ only in where a part ends."""
    lists = [(), (b"",), (b"", b""), (b"ab", b"c"), (b"a", b"bc"), (b"abc",), (b"\0\0\0\0",)]
    return [{"parts": [part.hex() for part in parts], "pae": pae(*parts).hex()} for parts in lists]


WHERE: dict[str, Any] = {
    "kind": "message",
    "installation": uuid("installation"),
    "patient": uuid("patient"),
    "home": uuid("thread"),
    "item": uuid("message"),
    "field": "body",
    "key_version": 3,
    "sequence": 7,
}


def spelled(where: dict[str, Any]) -> dict[str, Any]:
    """The facts of a place, as JSON."""
    return {name: str(v) if isinstance(v, UUID) else v for name, v in where.items()}


def envelopes() -> list[dict[str, Any]]:
    """Sealed fields with their place."""
    cases = []
    changes: dict[str, dict[str, Any]] = {
        "a message": {},
        "a name of the installation": {
            "kind": "person", "patient": UUID(int=0), "home": UUID(int=0), "field": "name",
            "key_version": 1, "sequence": 0,
        },
        "the largest numbers": {"key_version": 2**32 - 1, "sequence": 2**64 - 1},
    }  # fmt: skip
    for name, change in changes.items():
        where = WHERE | change
        key = OpenKey(
            where["installation"], where["patient"], "thread", where["home"],
            where["key_version"], drawn(f"data key {name}", 32),
        )  # fmt: skip
        context = place(**where)
        plaintext = f"Grüße, {name}".encode()
        cases.append(
            {
                "name": name,
                "key": key.secret.hex(),
                **spelled(where),
                "place": context.hex(),
                "plaintext": plaintext.hex(),
                "sealed": text(envelope.seal(key, plaintext, context)),
            }
        )
    return cases


def wraps() -> dict[str, Any]:
    """One patient's keys, from the KEK down to the data keys."""
    installation, patient = WHERE["installation"], WHERE["patient"]
    kek, shred_key = drawn("kek", 32), drawn("shred key", 32)
    wrapping = hierarchy.wrapping_key(
        kek, shred_key, installation=installation, patient=patient, version=2
    )
    outer = hierarchy.patient_key(wrapping, drawn("patient key", 32))
    inner = hierarchy.data_key(outer, "thread", WHERE["home"], 3, drawn("data key", 32))
    pseudonym = hierarchy.pseudonym_key(
        drawn("pseudonym", 32), shred_key, installation=installation, patient=patient
    )
    return {
        "installation": str(installation),
        "patient": str(patient),
        "kek": kek.hex(),
        "shred_key": shred_key.hex(),
        "patient_key_version": wrapping.version,
        "wrapping_key": wrapping.secret.hex(),
        "patient_key": outer.secret.hex(),
        "wrapped_patient_key": text(hierarchy.wrap_patient_key(wrapping, outer)),
        "purpose": inner.purpose,
        "home": str(inner.home),
        "data_key_version": inner.version,
        "data_key": inner.secret.hex(),
        "wrapped_data_key": text(hierarchy.wrap_data_key(outer, inner)),
        "pseudonym_installation_key": drawn("pseudonym", 32).hex(),
        "pseudonym_key": pseudonym.secret.hex(),
    }


def for_two_keys() -> dict[str, Any]:
    """Salt, commitment and a chunk that AES-GCM alone would open under either of two keys."""
    keys = drawn("one of two", 32), drawn("other of two", 32)
    salt, label = drawn("salt of two", 24), b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0"
    one, other = (expand(key, label + salt, 76) for key in keys)
    chunk = two_keys.craft(
        (one[:32], one[32:44]), (other[:32], other[32:44]), drawn("first block", 16)
    )
    sealed = text(salt + one[44:] + chunk)
    return {"one": keys[0].hex(), "other": keys[1].hex(), "sealed": sealed}


def refused_messages() -> list[dict[str, Any]]:
    """What no decoder may open, with the reason."""
    one, edge, long = "1 bytes", "16384 bytes", "32768 bytes"
    both = for_two_keys()
    crafted = {"key": both["other"], "context": "", "sealed": both["sealed"]}
    first, second, end = [56, 16456], [16456, 32856], [32856, 32872]
    cases: list[tuple[str, str, dict[str, Any], list[list[Any]]]] = [
        ("nothing at all", one, {}, [["take"]]),
        ("half a prefix", one, {}, [["take", [0, 55]]]),
        ("a prefix without a chunk", one, {}, [["take", [0, 56]]]),
        ("a chunk shorter than its tag", one, {}, [["take", [0, 71]]]),
        ("a salt with one bit turned", one, {}, [["flip", 0]]),
        ("a commitment with one bit turned", one, {}, [["flip", 24 * 8]]),
        ("a chunk with one bit turned", one, {}, [["flip", 56 * 8]]),
        ("a tag with one bit turned", one, {}, [["flip", 73 * 8 - 1]]),
        ("a byte too many", one, {}, [["append", "00"]]),
        ("another key", one, {"key": drawn("another key", 32).hex()}, []),
        ("another context", one, {"context": "00"}, []),
        ("no context", one, {"context": ""}, []),
        ("a full last chunk: the empty one was cut off", edge, {}, [["take", [0, 16456]]]),
        ("cut at the first chunk's edge", long, {}, [["take", [0, 16456]]]),
        ("two chunks in each other's place", long, {}, [["take", [0, 56], second, first, end]]),
        ("a chunk left out", long, {}, [["take", [0, 56], first, end]]),
        ("a chunk twice", long, {}, [["take", [0, 56], first, first, second, end]]),
        ("a last bit turned in the last chunk", long, {}, [["flip", 32872 * 8 - 1]]),
        ("a byte after a whole last chunk", long, {}, [["append", "00"]]),
        ("a ciphertext for two keys, under the one not committed to", one, crafted, []),
    ]
    return [
        {"why": why, "of": of, "with": instead, "edits": edits} for why, of, instead, edits in cases
    ]


def refused_envelopes() -> list[dict[str, Any]]:
    """A sealed field in any place but its own, and with any header but its own."""
    changes: dict[str, Any] = {
        "kind": "note",
        **{name: str(uuid("other")) for name in ("installation", "patient", "home", "item")},
        "field": "topic",
        "sequence": 8,
        "key_version": 4,
    }
    other_place = [
        {"why": f"another {name}", "of": "a message", "with": {name: value}, "edits": []}
        for name, value in changes.items()
    ]
    headers: list[tuple[str, dict[str, Any], list[list[Any]]]] = [
        ("another format", {}, [["flip", 0]]),
        ("another version in the header", {}, [["flip", 4 * 8]]),
        # The header says 2 and so does the place; only the seal still says 3.
        ("another version in header and place", {"key_version": 2}, [["flip", 4 * 8]]),
        ("no header", {}, [["take", [5, 10**6]]]),
    ]
    return other_place + [
        {"why": why, "of": "a message", "with": instead, "edits": edits}
        for why, instead, edits in headers
    ]


def made() -> dict[str, Any]:
    """The whole file."""
    salts = count()

    def salt(length: int) -> bytes:
        return drawn(f"salt {next(salts)}", length)

    with patch.object(cobblestone, "random_bytes", salt):
        return {
            "about": ABOUT,
            "messages": messages(),
            "pae": encodings(),
            "envelopes": envelopes(),
            "keys": wraps(),
            "two_keys": for_two_keys(),
            "refused_messages": refused_messages(),
            "refused_envelopes": refused_envelopes(),
        }


def rendered() -> str:
    """The text of the file."""
    return json.dumps(made(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(rendered())
