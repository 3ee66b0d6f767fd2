"""Signed notes and checkpoints in the formats of C2SP, and the proof file that holds both.

c2sp.org/signed-note, c2sp.org/tlog-checkpoint, c2sp.org/tlog-proof@v1; Ed25519 (type 1) only.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from portal.audit.errors import NoteRefused
from portal.audit.merkle import HASH_BYTES

ED25519 = b"\x01"
PROOF_HEADER = "c2sp.org/tlog-proof@v1"
MOST_BYTES = 1_000_000
MOST_SIGNATURES = 100
MOST_STEPS = 63

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_NAME = re.compile(r"[^\s+]+")
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line, verified or not."""

    name: str
    key_id: bytes
    blob: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A text and the signature lines under it. The text means nothing until one is verified."""

    text: str
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log states: its name, its size, and the root at that size."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


@dataclass(frozen=True, slots=True)
class ProofFile:
    """An inclusion proof and the checkpoint that it leads to. `extra` is the leaf, unproven."""

    index: int
    steps: tuple[bytes, ...]
    checkpoint: str
    extra: bytes = b""


class Verifier:
    """A public key under the name that its owner signs with."""

    def __init__(self, name: str, public_key: bytes) -> None:
        if not _NAME.fullmatch(name) or len(public_key) != 32:
            raise NoteRefused("not a verifier key")
        self.name = name
        self.public_key = public_key
        self.key_id = key_id(name, ED25519 + public_key)
        self._key = Ed25519PublicKey.from_public_bytes(public_key)

    @classmethod
    def from_vkey(cls, vkey: str) -> "Verifier":
        """The verifier that this text spells: name, key id and key, joined by plus signs."""
        name, plus, rest = vkey.partition("+")
        hex_id, plus2, key = rest.partition("+")
        material = _base64(key)
        if not (plus and plus2) or material[:1] != ED25519:
            raise NoteRefused("not an Ed25519 verifier key")
        verifier = cls(name, material[1:])
        if hex_id != verifier.key_id.hex():
            raise NoteRefused("the key id does not fit the key")
        return verifier

    @property
    def vkey(self) -> str:
        """The text that outsiders are given."""
        material = b64encode(ED25519 + self.public_key).decode()
        return f"{self.name}+{self.key_id.hex()}+{material}"

    def verifies(self, text: str, blob: bytes) -> bool:
        """True if this key signed the text."""
        try:
            self._key.verify(blob, text.encode())
        except InvalidSignature:
            return False
        return True


class Signer:
    """A private key under the name that it signs with."""

    def __init__(self, name: str, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier = Verifier(name, self._key.public_key().public_bytes_raw())

    def line(self, text: str) -> str:
        """The signature line for this text."""
        blob = self.verifier.key_id + self._key.sign(text.encode())
        return f"— {self.verifier.name} {b64encode(blob).decode()}\n"


def key_id(name: str, material: bytes) -> bytes:
    """The four bytes by which a signature names its key."""
    return sha256(name.encode() + b"\n" + material).digest()[:4]


def sign(text: str, *signers: Signer) -> str:
    """The signed note of this text."""
    if not text.endswith("\n") or _CONTROL.search(text):
        raise NoteRefused("a note's text ends its last line and holds no control characters")
    return text + "\n" + "".join(signer.line(text) for signer in signers)


def parse(note: str | bytes) -> Note:
    """The parts of a signed note. Raises NoteRefused for anything malformed; verifies nothing."""
    content = _decoded(note)
    split = content.rfind("\n\n")
    text, block = content[: split + 1], content[split + 2 :]
    if split < 0 or not block.endswith("\n") or _CONTROL.search(content):
        raise NoteRefused("not a signed note")
    lines = block[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise NoteRefused("too many signatures")
    return Note(text, tuple(map(_signature, lines)))


def open_note(note: str | bytes, *known: Verifier) -> str:
    """The text of a note that a known key signed. Raises NoteRefused.

    Signatures of unknown keys are passed over; a false one of a known key spoils the note.
    """
    parsed = parse(note)
    keys = {(verifier.name, verifier.key_id): verifier for verifier in known}
    good = 0
    for signature in parsed.signatures:
        verifier = keys.get((signature.name, signature.key_id))
        if verifier is None:
            continue
        if not verifier.verifies(parsed.text, signature.blob):
            raise NoteRefused("a signature is false")
        good += 1
    if not good:
        raise NoteRefused("no key that we know signed this note")
    return parsed.text


def checkpoint_from(text: str) -> Checkpoint:
    """The checkpoint that a note's text spells, whoever signed it. Raises NoteRefused."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
        raise NoteRefused("not a checkpoint")
    origin, size, root = lines[:3]
    if not _DECIMAL.fullmatch(size):
        raise NoteRefused("the size is not a number")
    hashed = _base64(root)
    if len(hashed) != HASH_BYTES:
        raise NoteRefused("the root is not a hash")
    return Checkpoint(origin, int(size), hashed)


def open_checkpoint(note: str | bytes, log: Verifier) -> Checkpoint:
    """The checkpoint that this log signed under its own name. Raises NoteRefused."""
    checkpoint = checkpoint_from(open_note(note, log))
    if checkpoint.origin != log.name:
        raise NoteRefused("the checkpoint is of another log")
    return checkpoint


def write_proof(proof: ProofFile) -> str:
    """The proof as a file."""
    extra = [f"extra {b64encode(proof.extra).decode()}"] if proof.extra else []
    steps = [b64encode(step).decode() for step in proof.steps]
    head = [PROOF_HEADER, *extra, f"index {proof.index}", *steps]
    return "\n".join(head) + "\n\n" + proof.checkpoint


def read_proof(content: str | bytes) -> ProofFile:
    """The proof that this file spells. Raises NoteRefused; checks neither steps nor signatures."""
    head, gap, checkpoint = _decoded(content).partition("\n\n")
    lines = head.split("\n")
    if not gap or lines.pop(0) != PROOF_HEADER or not lines:
        raise NoteRefused("not a proof file")
    extra = b""
    if lines[0].startswith("extra "):
        extra = _base64(lines.pop(0).removeprefix("extra "))
    word, _, index = (lines.pop(0) if lines else "").partition(" ")
    if word != "index" or not _DECIMAL.fullmatch(index):
        raise NoteRefused("the proof names no entry")
    return ProofFile(int(index), _steps(lines), checkpoint, extra)


def _steps(lines: Sequence[str]) -> tuple[bytes, ...]:
    steps = tuple(map(_base64, lines))
    if len(steps) > MOST_STEPS or any(len(step) != HASH_BYTES for step in steps):
        raise NoteRefused("a step of the proof is not a hash")
    return steps


def _signature(line: str) -> Signature:
    mark, _, rest = line.partition(" ")
    name, _, blob = rest.partition(" ")
    signed = _base64(blob)
    if mark != "—" or not _NAME.fullmatch(name) or len(signed) < 5:
        raise NoteRefused("not a signature line")
    return Signature(name, signed[:4], signed[4:])


def _decoded(content: str | bytes) -> str:
    if len(content) > MOST_BYTES:
        raise NoteRefused("too long")
    try:
        return content if isinstance(content, str) else content.decode()
    except UnicodeDecodeError:
        raise NoteRefused("not UTF-8") from None


def _base64(text: str) -> bytes:
    """The bytes, from the one spelling that the standard alphabet gives them."""
    try:
        decoded = b64decode(text, validate=True)
    except (NotBase64, ValueError):
        raise NoteRefused("not base64") from None
    if not text or b64encode(decoded).decode() != text:
        raise NoteRefused("not base64 as it should be written")
    return decoded
