"""Checks the audit log without the portal, and without anything of ours. Needs only Python 3.11.

    python log.py note CHECKPOINT                 did the log sign this?
    python log.py proof ENTRY.tlog-proof          does this entry stand in the log?
    python log.py continues OLD COMPARED.json     is the old checkpoint the beginning of the new?
    python log.py tree FOLDER [--saved OLD]       the whole log, from `audit export --tiles`
    python log.py lines FILE NEW [--saved OLD]    the whole log, from `audit export --ndjson`

each with --key KEY, which the clinic gives out on paper (`manage.py audit checkpoint --vkey`).
It exits 0 if all holds, 1 if not, and then names the first bad entry; 2 for words that it does not
know. From top to bottom: signatures, checkpoints, proofs, the whole log, the command line.
"""

import argparse
import base64
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

# Ed25519 (RFC 8032, 5.1): the curve -x^2 + y^2 = 1 + d x^2 y^2 over the field of 2^255 - 19.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]


class Refused(Exception):
    """It does not hold, and why."""


def add(one: Point, other: Point) -> Point:
    """The sum of two points in extended coordinates."""
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number: int, point: Point) -> Point:
    """The point, added up so often."""
    found: Point = (0, 1, 1, 0)
    while number:
        if number & 1:
            found = add(found, point)
        point, number = add(point, point), number >> 1
    return found


def point_in(encoded: bytes) -> Point:
    """The point that these 32 bytes spell."""
    y = int.from_bytes(encoded, "little")
    odd, y = y >> 255, y & (1 << 255) - 1
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if len(encoded) != 32 or y >= P or (x * x - square) % P or (x == 0 and odd):
        raise Refused("the key is no point of the curve")
    x = P - x if x & 1 != odd else x
    return x, y, 1, x * y % P


def spelt(point: Point) -> bytes:
    """The 32 bytes of a point."""
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE = point_in((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_signed(key: bytes, text: bytes, signature: bytes) -> bool:
    """True if this key signed the text."""
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + text).digest(), "little") % ORDER
    x, y, z, t = point_in(key)
    return spelt(add(times(s, BASE), times(h, (P - x, y, z, P - t)))) == signature[:32]


# Signed notes and checkpoints (c2sp.org/signed-note, c2sp.org/tlog-checkpoint).
@dataclass(frozen=True)
class Checkpoint:
    """What the log states: its size, and the root over its entries."""

    size: int
    root: bytes


def sha256(*parts: bytes) -> bytes:
    """The hash of these bytes."""
    return hashlib.sha256(b"".join(parts)).digest()


def base64_in(text: str) -> bytes:
    """The bytes, if this is the one way to spell them."""
    try:
        found = base64.b64decode(text, validate=True)
    except ValueError:
        found = b""
    if not found or base64.b64encode(found).decode() != text:
        raise Refused("something in it is not base64 as it should be written")
    return found


def hash_in(text: str) -> bytes:
    """A hash. Anything but 32 bytes is none: an empty one would pass for the root of much."""
    found = base64_in(text)
    if len(found) != 32:
        raise Refused("a hash has 32 bytes")
    return found


def number_in(text: str) -> int:
    """A number, without sign or leading noughts."""
    if not re.fullmatch("0|[1-9][0-9]{0,18}", text, re.ASCII):
        raise Refused("a number in it is none")
    return int(text)


def signatures_in(block: str, name: str, key_id: str) -> Iterator[bytes]:
    """The signatures under a note that bear this name and key id."""
    for line in block[:-1].split("\n"):
        mark, signer, blob = (*line.split(" ", 2), "", "")[:3]
        signature = base64_in(blob)
        if mark != "—" or not re.fullmatch(r"[^\s+]+", signer) or len(signature) < 5:
            raise Refused("a signature line is none")
        if signer == name and signature[:4].hex() == key_id:
            yield signature[4:]


def checkpoint_in(note: str, vkey: str) -> Checkpoint:
    """The checkpoint, if the log of this verifier key signed it under its own name."""
    name, key_id, material = (*vkey.strip().split("+", 2), "", "")[:3]
    key = base64_in(material)
    if key[:1] != b"\x01" or sha256(name.encode(), b"\n", key)[:4].hex() != key_id:
        raise Refused("the verifier key is not what its own name says")
    text, gap, block = note.rpartition("\n\n")
    if not gap or not block.endswith("\n") or re.search(r"[\x00-\x09\x0b-\x1f]", note):
        raise Refused("this is no signed note")
    text += "\n"
    found = list(signatures_in(block, name, key_id))
    if not found or not all(is_signed(key[1:], text.encode(), one) for one in found):
        raise Refused("the key that you gave did not sign it")
    lines = text.split("\n")
    if len(lines) < 4 or not all(lines[:-1]) or lines[0] != name:
        raise Refused("it is no checkpoint of this log")
    return Checkpoint(number_in(lines[1]), hash_in(lines[2]))


# Merkle trees (RFC 9162, 2.1; the same as RFC 6962).
def climb(place: int, last: int, steps: list[bytes]) -> Iterator[tuple[bytes, bool]]:
    """The steps of a proof on its way up, and for each whether it stands on the left."""
    for step in steps:
        if last == 0:
            raise Refused("the proof is too long")
        is_left = bool(place & 1) or place == last
        yield step, is_left
        while is_left and place and not place & 1:  # at the right edge levels have no sibling
            place, last = place >> 1, last >> 1
        place, last = place >> 1, last >> 1
    if last:
        raise Refused("the proof is too short")


def check_inclusion(index: int, size: int, leaf: bytes, steps: list[bytes], root: bytes) -> None:
    """The leaf hash stands at this place in the tree of this size and root."""
    if not 0 <= index < size or any(len(one) != 32 for one in (leaf, root, *steps)):
        raise Refused("the place is not in the log, or a hash has not 32 bytes")
    found = leaf
    for step, is_left in climb(index, size - 1, steps):
        found = sha256(b"\x01", step, found) if is_left else sha256(b"\x01", found, step)
    if found != root:
        raise Refused("the entry is not in the log that was signed")


def check_consistency(old: Checkpoint, new: Checkpoint, steps: list[bytes]) -> None:
    """The old tree is the beginning of the new one. From an empty tree nothing follows."""
    if old.size == new.size:
        if steps or old.root != new.root or not old.size:
            raise Refused("two roots of one size differ, or they prove nothing")
        return
    if not 0 < old.size < new.size or any(len(x) != 32 for x in (old.root, new.root, *steps)):
        raise Refused("these sizes prove nothing, or a hash has not 32 bytes")
    # An old tree that is one complete subtree is its own first step.
    path = steps if old.size & (old.size - 1) else [old.root, *steps]
    place, last = old.size - 1, new.size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = path[0] if steps else b""
    for step, is_left in climb(place, last, path[1:]):
        before = sha256(b"\x01", step, before) if is_left else before
        after = sha256(b"\x01", step, after) if is_left else sha256(b"\x01", after, step)
    if (before, after) != (old.root, new.root):
        raise Refused("the log does not continue the old checkpoint")


def check_proof(content: str, vkey: str) -> str:
    """The leaf that a .tlog-proof file (c2sp.org/tlog-proof@v1) shows to be in the log."""
    head, gap, note = content.partition("\n\n")
    lines = head.split("\n")
    if not gap or len(lines) < 3 or lines[0] != "c2sp.org/tlog-proof@v1":
        raise Refused("this is no proof file with a leaf in it")
    if not lines[1].startswith("extra ") or not lines[2].startswith("index "):
        raise Refused("this is no proof file with a leaf in it")
    leaf, index = base64_in(lines[1][6:]), number_in(lines[2][6:])
    steps = [hash_in(line) for line in lines[3:]]
    stated = checkpoint_in(note, vkey)
    if len(steps) > 63:
        raise Refused("the proof is too long")
    check_inclusion(index, stated.size, sha256(b"\x00", leaf), steps, stated.root)
    return f"entry {index} of {stated.size}: {leaf.decode()}"


# The whole log (c2sp.org/tlog-tiles): hashes in rows of 256, entries in bundles of 256.
@dataclass
class Tree:
    """A tree that only grows: the roots of its complete subtrees, and the tiles at its edge."""

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)
    edge: list[list[bytes]] = field(default_factory=list)

    def append(self, leaf: bytes) -> Iterator[tuple[int, int, bytes]]:
        """There is one more leaf. The tiles that it filled: level, number, hashes."""
        merges, peak, self.size = self.size, leaf, self.size + 1
        while merges & 1:
            peak, merges = sha256(b"\x01", self.peaks.pop(), peak), merges >> 1
        self.peaks.append(peak)
        level = 0
        while True:
            self.edge += [[]] if level == len(self.edge) else []
            self.edge[level].append(leaf)
            if len(self.edge[level]) < 256:
                return
            row = self.edge[level]
            yield level, (self.size >> 8 * (level + 1)) - 1, b"".join(row)
            self.edge[level], level = [], level + 1
            while len(row) > 1:
                row = [sha256(b"\x01", row[n], row[n + 1]) for n in range(0, len(row), 2)]
            leaf = row[0]

    def root(self) -> bytes:
        """The root over all leaves so far."""
        peaks = list(self.peaks) or [sha256()]
        while len(peaks) > 1:
            right = peaks.pop()
            peaks.append(sha256(b"\x01", peaks.pop(), right))
        return peaks[0]


def check_roots(leaves: Iterator[bytes], new: Checkpoint, saved: Checkpoint | None) -> None:
    """These leaves are all that the checkpoint covers; those of the saved one come first."""
    tree, fits = Tree(), 0
    if saved and saved.size > new.size:
        raise Refused(f"{saved.size} entries were signed before, and now only {new.size}")
    for leaf in leaves:
        for _ in tree.append(leaf):
            pass
        if saved and tree.size == saved.size:
            if tree.root() != saved.root:
                raise Refused(f"one of the entries 0 to {saved.size - 1} was changed")
            fits = saved.size
    if tree.size != new.size:
        raise Refused(f"entry {tree.size} is missing: {new.size} were signed")
    if tree.root() != new.root:
        raise Refused(f"one of the entries {fits} to {new.size - 1} was changed")


def path_of(level: str, number: int, width: int) -> str:
    """Where a tile or a bundle lies."""
    digits = str(number)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    parts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    spelt_ = "/".join([*("x" + part for part in parts[:-1]), parts[-1]])
    return f"tile/{level}/{spelt_}" + (f".p/{width}" if width < 256 else "")


def read(folder: Path, level: str, number: int, width: int) -> bytes:
    """A tile or a bundle."""
    try:
        return (folder / path_of(level, number, width)).read_bytes()
    except OSError:
        raise Refused(f"{path_of(level, number, width)} is missing") from None


def entries_in(bundle: bytes) -> Iterator[bytes]:
    """The entries of a bundle, each behind its length in two bytes."""
    at = 0
    while at < len(bundle):
        end = at + 2 + int.from_bytes(bundle[at : at + 2], "big")
        yield bundle[at + 2 : end] if end <= len(bundle) else b""
        at = end


def bundle_of(folder: Path, number: int, width: int) -> list[bytes]:
    """The leaf hashes of a bundle, each the one that stands in the tile beside it."""
    hashes, bundle = (read(folder, level, number, width) for level in ("0", "entries"))
    leaves = [sha256(b"\x00", entry) for entry in entries_in(bundle)]
    for n in range(width):
        if leaves[n : n + 1] != [hashes[n * 32 : n * 32 + 32]]:
            raise Refused(f"entry {number * 256 + n} is not what its hash in the tiles says")
    if len(leaves) != width or len(hashes) != width * 32:
        raise Refused(f"after entry {number * 256 + width - 1} stands what does not belong")
    return leaves


def leaves_in(folder: Path, size: int) -> Iterator[bytes]:
    """The leaf hashes of all entries; every tile holds what is below it."""
    tree = Tree()
    for number in range(-(-size // 256)):
        for leaf in bundle_of(folder, number, min(256, size - number * 256)):
            for level, index, filled in tree.append(leaf):
                if read(folder, str(level), index, 256) != filled:
                    raise Refused(f"{path_of(str(level), index, 256)} is not what is below it")
            yield leaf
    for level, row in enumerate(tree.edge):
        if row and read(folder, str(level), size >> 8 * (level + 1), len(row)) != b"".join(row):
            raise Refused(f"the last tile of level {level} is not what is below it")


def leaves_of_lines(file: Path) -> Iterator[bytes]:
    """The leaf hashes of a file of JSON lines."""
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            found = json.loads(line)
            if found["index"] != number:
                raise Refused(f"entry {number} is missing")
            yield sha256(b"\x00", found["leaf"].encode())


def answer(given: argparse.Namespace) -> str:
    """What holds, in a sentence. Raises Refused."""
    if given.verb == "proof":
        return check_proof(given.file.read_text(encoding="utf-8"), given.key)
    if given.verb == "note":
        stated = checkpoint_in(given.file.read_text(encoding="utf-8"), given.key)
        return f"the log of {stated.size} entries was signed with this key"
    if given.verb == "continues":
        told = json.loads(given.compared.read_text(encoding="utf-8"))
        old = checkpoint_in(given.file.read_text(encoding="utf-8"), given.old_key or given.key)
        new = checkpoint_in(told["checkpoint"], given.key)
        check_consistency(old, new, [bytes.fromhex(step) for step in told["steps"]])
        return f"the first {old.size} of {new.size} entries are those of the old checkpoint"
    is_tree = given.verb == "tree"
    note = (given.file / "checkpoint" if is_tree else given.note).read_text(encoding="utf-8")
    new = checkpoint_in(note, given.key)
    text = given.saved.read_text(encoding="utf-8") if given.saved else ""
    saved = checkpoint_in(text, given.old_key or given.key) if text else None
    leaves = leaves_in(given.file, new.size) if is_tree else leaves_of_lines(given.file)
    check_roots(leaves, new, saved)
    return f"all {new.size} entries are those that were signed"


def main() -> None:
    """Answer what is asked on the command line."""
    parser = argparse.ArgumentParser(description="Checks the audit log of a portal.")
    parser.add_argument("verb", choices=["note", "proof", "continues", "tree", "lines"])
    parser.add_argument("file", type=Path, help="the checkpoint, proof, old note, folder or lines")
    parser.add_argument("more", type=Path, nargs="?", help="continues: JSON; lines: a checkpoint")
    parser.add_argument("--key", required=True, help="the log's verifier key")
    parser.add_argument("--old-key", default="", help="the key of an epoch that has ended")
    parser.add_argument("--saved", type=Path, help="a checkpoint that you kept")
    given = parser.parse_args()
    given.compared = given.note = given.more
    if (given.more is None) == (given.verb in {"continues", "lines"}):
        parser.error("continues and lines take two files, the others one")
    try:
        print(f"It holds: {answer(given)}.")
    except Refused as refused:
        sys.exit(f"It does not hold: {refused}.")
    except (OSError, KeyError, ValueError, TypeError, AttributeError) as error:
        sys.exit(f"It does not hold: it cannot be read ({type(error).__name__}).")


if __name__ == "__main__":
    main()
