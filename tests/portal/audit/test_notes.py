"""Signed notes: other people's open, bent ones do not, and ours read back."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from hashlib import sha256

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from portal.audit import notes
from portal.audit.errors import NoteRefused
from tests.shared import shared

pytestmark = [pytest.mark.pure, pytest.mark.feature("A4")]

# The example of c2sp.org/signed-note.
VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
NOTE = (
    "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ON"
    "ncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
ORIGIN = "clinic.example/audit/0192f0c4-0000-7000-8000-000000000000/1"
SIGNER = notes.Signer(ORIGIN, bytes(range(32)))
OTHER = notes.Signer("witness.example", bytes(32))
CHECKPOINT = notes.Checkpoint(ORIGIN, 7, sha256(b"root").digest())
SIGNED = notes.sign(CHECKPOINT.text(), SIGNER)


def refuses(call: Callable[[], object]) -> bool:
    """True if this is refused."""
    try:
        call()
    except NoteRefused:
        return True
    return False


def test_the_example_of_the_format_opens():
    verifier = notes.Verifier.from_vkey(VKEY)

    assert notes.open_note(NOTE, verifier) == "This is an example message.\n"
    assert verifier.vkey == VKEY


def test_checkpoints_of_logs_that_are_not_ours_are_judged_as_they_should():
    for case in json.loads(shared("merkle/signed_checkpoints.json").read_text()):
        parsed = notes.parse(case["note"])
        assert notes.checkpoint_from(parsed.text).size > 0
        assert parsed.signatures[0].name == case["signer"]
        if case["alg"] == "ed25519":
            verifier = notes.Verifier.from_vkey(case["vkey"])
            opens = not refuses(lambda n=case["note"], v=verifier: notes.open_note(n, v))  # type: ignore[misc]
        else:
            # Not a kind that we sign with: our verifier knows no such key, the parts are right.
            assert refuses(lambda n=case["note"]: notes.open_note(n, SIGNER.verifier))  # type: ignore[misc]
            opens = _ecdsa_opens(case, parsed)
        assert opens == case["verifies"], case["name"]


def _ecdsa_opens(case: dict[str, str], parsed: notes.Note) -> bool:
    der = b64decode(case["pubkey_der_b64"])
    key = load_der_public_key(der)
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert parsed.signatures[0].key_id == sha256(der).digest()[:4]
    try:
        key.verify(parsed.signatures[0].blob, parsed.text.encode(), ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def test_our_checkpoint_reads_back():
    assert notes.open_checkpoint(SIGNED, SIGNER.verifier) == CHECKPOINT
    assert notes.open_checkpoint(SIGNED.encode(), SIGNER.verifier) == CHECKPOINT


def test_the_key_id_is_the_hash_of_name_type_and_key():
    verifier = SIGNER.verifier
    expected = sha256(ORIGIN.encode() + b"\n\x01" + verifier.public_key).digest()[:4]

    assert verifier.key_id == expected
    again = notes.Verifier.from_vkey(verifier.vkey)
    assert (again.name, again.public_key) == (verifier.name, verifier.public_key)


def test_no_changed_character_opens():
    for at in range(len(SIGNED)):
        bent = SIGNED[:at] + ("A" if SIGNED[at] != "A" else "B") + SIGNED[at + 1 :]

        assert refuses(lambda n=bent: notes.open_checkpoint(n, SIGNER.verifier)), at  # type: ignore[misc]


def test_a_stranger_s_signature_is_passed_over_and_alone_is_not_enough():
    both = notes.sign(CHECKPOINT.text(), OTHER, SIGNER)

    assert notes.open_checkpoint(both, SIGNER.verifier) == CHECKPOINT
    assert refuses(lambda: notes.open_note(notes.sign(CHECKPOINT.text(), OTHER), SIGNER.verifier))


def test_one_false_signature_of_a_known_key_spoils_the_note():
    line = SIGNER.line("something else\n")
    spoilt = notes.sign(CHECKPOINT.text(), OTHER) + line

    assert refuses(lambda: notes.open_note(spoilt, OTHER.verifier, SIGNER.verifier))
    assert not refuses(lambda: notes.open_note(spoilt, OTHER.verifier))


def test_a_checkpoint_of_another_name_is_not_this_log_s():
    foreign = notes.Checkpoint("elsewhere.example/log", 7, CHECKPOINT.root)

    assert refuses(
        lambda: notes.open_checkpoint(notes.sign(foreign.text(), SIGNER), SIGNER.verifier)
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "origin\n",
        "origin\n7\n",
        f"origin\n07\n{b64encode(bytes(32)).decode()}\n",
        f"origin\n-7\n{b64encode(bytes(32)).decode()}\n",
        f"origin\n٧\n{b64encode(bytes(32)).decode()}\n",
        f"origin\n7\n{b64encode(bytes(31)).decode()}\n",
        f"origin\n7\n{b64encode(bytes(32)).decode().rstrip('=')}\n",
        f"\n7\n{b64encode(bytes(32)).decode()}\n",
        f"origin\n7\n{b64encode(bytes(32)).decode()}\n\nmore\n",
        f"origin\n7\n{b64encode(bytes(32)).decode()}",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str):
    assert refuses(lambda: notes.checkpoint_from(text))


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"text\n",
        b"text\n\n",
        b"text\n\nno dash\n",
        SIGNED.encode().replace("—".encode(), b"-"),
        SIGNED.encode()[:-1],
        SIGNED.encode().replace(b"\n7\n", b"\n7\r\n"),
        SIGNED.encode().replace(b"clinic", b"cli\x00ic"),
        SIGNED.encode() + b"\xff",
        SIGNED.encode() + b"\n" + b"x" * 1_000_001,
        CHECKPOINT.text().encode() + b"\n" + SIGNER.line(CHECKPOINT.text()).encode() * 101,
        "text\n\n— na+me AAAAAAAA\n".encode(),
        "text\n\n— name AAAA\n".encode(),
        "text\n\n— name AAAAAAA\n".encode(),
        "text\n\n— name AAAAAAB=\n".encode(),
        "text\n\n—  AAAAAAAA\n".encode(),
    ],
)
def test_what_is_no_note_is_refused(note: bytes):
    assert refuses(lambda: notes.parse(note))


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "name",
        "name+00000000",
        VKEY.replace("530d903a", "530d903b"),
        VKEY[:-1],
        VKEY + "A",
        "a b" + VKEY,
    ],
)
def test_what_is_no_verifier_key_is_refused(vkey: str):
    assert refuses(lambda: notes.Verifier.from_vkey(vkey))


def test_control_characters_are_not_signed():
    assert refuses(lambda: notes.sign("tab\there\n", SIGNER))
    assert refuses(lambda: notes.sign("no end", SIGNER))


def test_a_proof_file_reads_back():
    for extra in (b"", b'{"leaf":1}'):
        proof = notes.ProofFile(5, (bytes(32), bytes([1]) * 32), SIGNED, extra)

        assert notes.read_proof(notes.write_proof(proof)) == proof


def test_a_proof_of_the_only_entry_has_no_steps():
    proof = notes.ProofFile(0, (), SIGNED)

    assert notes.write_proof(proof).startswith("c2sp.org/tlog-proof@v1\nindex 0\n\n" + ORIGIN)
    assert notes.read_proof(notes.write_proof(proof)) == proof


@pytest.mark.parametrize(
    "content",
    [
        "",
        "c2sp.org/tlog-proof@v1\n\n" + SIGNED,
        "c2sp.org/tlog-proof@v2\nindex 0\n\n" + SIGNED,
        "c2sp.org/tlog-proof@v1\nindex 00\n\n" + SIGNED,
        "c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\n" + SIGNED,
        "c2sp.org/tlog-proof@v1\nextra !\nindex 0\n\n" + SIGNED,
        "c2sp.org/tlog-proof@v1\nextra AAAA\n\n" + SIGNED,
        "c2sp.org/tlog-proof@v1\nindex 0\n"
        + (b64encode(bytes(32)).decode() + "\n") * 64
        + "\n"
        + SIGNED,
        "c2sp.org/tlog-proof@v1\nindex 0",
    ],
)
def test_what_is_no_proof_file_is_refused(content: str):
    assert refuses(lambda: notes.read_proof(content))
