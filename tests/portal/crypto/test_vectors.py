"""The published vectors: they are what the code makes, and two decoders agree on all of them."""

import json
import re
import shutil
import subprocess
from base64 import b64decode
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from portal.crypto import cobblestone, envelope, hierarchy
from portal.crypto.context import NOBODY, pae, place
from portal.crypto.envelope import OpenKey
from portal.crypto.primitives import SealBroken
from tests.shared import ROOT
from tests.vectors import make_sealing

pytestmark = pytest.mark.pure

FILE = ROOT / "docs" / "vectors" / "sealing.json"
DECODER = ROOT / "docs" / "verify" / "unseal.mjs"
FACTS = ("kind", "installation", "patient", "home", "item", "field", "key_version", "sequence")


@cache
def vectors() -> dict[str, Any]:
    """The published file."""
    loaded: dict[str, Any] = json.loads(FILE.read_text())
    return loaded


def edited(sealed: bytes, edits: list[list[Any]]) -> bytes:
    """The sealed bytes after the edits of a refused case."""
    for verb, *rest in edits:
        if verb == "flip":
            bent = bytearray(sealed)
            bent[rest[0] >> 3] ^= 1 << (rest[0] & 7)
            sealed = bytes(bent)
        elif verb == "take":
            sealed = b"".join(sealed[start:end] for start, end in rest)
        else:
            sealed += bytes.fromhex(rest[0])
    return sealed


def altered(case: dict[str, Any], originals: list[dict[str, Any]]) -> tuple[dict[str, Any], bytes]:
    """The refused case spelled out, and its bytes."""
    whole = next(o for o in originals if o["name"] == case["of"]) | case["with"]
    return whole, edited(b64decode(whole["sealed"]), case["edits"])


def open_message(case: dict[str, Any], sealed: bytes) -> bytes:
    """What the product makes of a message."""
    return cobblestone.unseal(bytes.fromhex(case["key"]), sealed, bytes.fromhex(case["context"]))


def place_of(case: dict[str, Any]) -> Any:
    """The place that a case describes."""
    facts = {name: case[name] for name in FACTS}
    ids = ("installation", "patient", "home", "item")
    return place(**(facts | {name: UUID(case[name]) for name in ids}))


def open_field(case: dict[str, Any], sealed: bytes) -> bytes:
    """What the product makes of a sealed field."""
    secret = bytes.fromhex(case["key"])
    key = OpenKey(NOBODY, NOBODY, "", NOBODY, case["key_version"], secret)
    return envelope.unseal(key, sealed, place_of(case))


def test_the_file_is_what_the_script_makes():
    assert FILE.read_text() == make_sealing.rendered(), "python3 -m tests.vectors.make_sealing"


def test_every_message_opens():
    for case in vectors()["messages"]:
        plaintext = open_message(case, b64decode(case["sealed"]))
        assert plaintext == make_sealing.counting(case["counting"]), case["name"]


def test_every_encoding_holds_and_no_two_are_the_same():
    cases = vectors()["pae"]

    assert all(pae(*map(bytes.fromhex, c["parts"])).hex() == c["pae"] for c in cases)
    assert len({case["pae"] for case in cases}) == len(cases)


def test_every_field_opens_in_its_place():
    for case in vectors()["envelopes"]:
        assert place_of(case).hex() == case["place"]
        assert open_field(case, b64decode(case["sealed"])).hex() == case["plaintext"]


@pytest.mark.parametrize("case", vectors()["refused_messages"], ids=lambda case: case["why"])
def test_a_message_that_must_not_open_is_refused(case: dict[str, Any]):
    whole, sealed = altered(case, vectors()["messages"])

    with pytest.raises(SealBroken):
        open_message(whole, sealed)


@pytest.mark.parametrize("case", vectors()["refused_envelopes"], ids=lambda case: case["why"])
def test_a_field_that_must_not_open_is_refused(case: dict[str, Any]):
    whole, sealed = altered(case, vectors()["envelopes"])

    with pytest.raises(SealBroken):
        open_field(whole, sealed)


def test_the_keys_hang_together_as_published():
    keys = vectors()["keys"]
    read = {n: bytes.fromhex(keys[n]) for n in ("kek", "shred_key", "pseudonym_installation_key")}
    who = {"installation": UUID(keys["installation"]), "patient": UUID(keys["patient"])}

    wrapping = hierarchy.wrapping_key(
        read["kek"], read["shred_key"], **who, version=keys["patient_key_version"]
    )
    outer = hierarchy.unwrap_patient_key(wrapping, b64decode(keys["wrapped_patient_key"]))
    inner = hierarchy.unwrap_data_key(
        outer,
        b64decode(keys["wrapped_data_key"]),
        purpose=keys["purpose"],
        home=UUID(keys["home"]),
        version=keys["data_key_version"],
    )
    pseudonym = hierarchy.pseudonym_key(
        read["pseudonym_installation_key"], read["shred_key"], **who
    )

    assert wrapping.secret.hex() == keys["wrapping_key"]
    assert outer.secret.hex() == keys["patient_key"]
    assert inner.secret.hex() == keys["data_key"]
    assert pseudonym.secret.hex() == keys["pseudonym_key"]


def node(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """The independent decoder, run."""
    program = shutil.which("node")
    if program is None:
        pytest.skip("node is not installed: the independent decoder was not run")
    return subprocess.run(
        [program, str(DECODER), *arguments], input=given, capture_output=True, check=False
    )


def test_the_independent_decoder_agrees_on_every_vector():
    v = vectors()
    # Each field counts twice: its place, its plaintext. Four keys, and one message for two keys.
    single = ("messages", "pae", "refused_messages", "refused_envelopes")
    expected = sum(len(v[name]) for name in single) + 2 * len(v["envelopes"]) + 4 + 1

    done = node("check", str(FILE))

    assert done.stderr == b""
    assert done.stdout.decode() == f"{expected} vectors hold\n"
    assert done.returncode == 0


@pytest.mark.parametrize("group", ["messages", "envelopes", "pae", "keys"])
def test_the_independent_decoder_notices_a_wrong_vector(group: str, tmp_path: Path):
    bent = json.loads(FILE.read_text())
    case = bent[group] if group == "keys" else bent[group][-1]
    name = {"messages": "key", "envelopes": "plaintext", "pae": "pae", "keys": "data_key"}[group]
    case[name] = case[name][:-1] + ("0" if case[name][-1] != "0" else "1")
    (tmp_path / "bent.json").write_text(json.dumps(bent, indent=1))

    done = node("check", str(tmp_path / "bent.json"))

    assert done.returncode == 1
    assert done.stdout == b""


def test_the_independent_decoder_notices_a_case_that_should_open(tmp_path: Path):
    bent = json.loads(FILE.read_text())
    bent["refused_messages"][-2]["edits"] = []
    (tmp_path / "bent.json").write_text(json.dumps(bent, indent=1))

    done = node("check", str(tmp_path / "bent.json"))

    assert done.returncode == 1
    assert b"does not hold: refused" in done.stderr


def test_the_independent_decoder_opens_what_was_sealed_just_now():
    key = OpenKey(UUID(int=1), UUID(int=2), "thread", UUID(int=3), 4, bytes(range(32)))
    where = key.place("message", item=UUID(int=5), field="body", sequence=6)
    sealed = envelope.seal(key, "Grüße".encode(), where)

    done = node("field", key.secret.hex(), where.hex(), given=sealed)
    bent = node("field", key.secret.hex(), where.hex(), given=sealed[:-1])

    assert done.stdout.decode() == "Grüße"
    assert (bent.stdout, bent.stderr) == (b"", b"the seal does not hold\n")


def test_the_independent_decoder_uses_nothing_but_node():
    imports = re.findall(r'from "([^"]+)"', DECODER.read_text())

    assert all(name.startswith("node:") for name in imports)
    assert "require(" not in DECODER.read_text()
