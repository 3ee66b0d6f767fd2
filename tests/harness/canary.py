"""Canary words, and a search for them in bytes of any origin, whatever coat they wear.

Every secret of the world (names, topics, bodies) carries STEM, a word that occurs nowhere else.
"""

import re
import zlib
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

STEM = "kolibri"
MOST_INFLATED = 64 * 1024 * 1024
DEEPEST = 3
_STREAMS = re.compile(rb"\x1f\x8b\x08|[\x18\x28\x38\x48\x58\x68\x78][\x01\x5e\x9c\xda]|PK\x03\x04")

# Base64 of something that begins like gzip or zlib: a signed cookie of Django, say.
_PACKED_TEXTS = re.compile(rb"(?<![\w+/-])(?:H4sI|e[AFJN])[\w+/-]{16,}")


@dataclass(frozen=True, slots=True)
class Found:
    """A canary that should not be there: where, and in which coat."""

    where: str
    coat: str
    offset: int


class _Word:
    """The word that is looked for now."""

    now = STEM


@contextmanager
def another_word(word: str = "zaunkoenig") -> Iterator[None]:
    """In this block canaries are called otherwise: to plant one where other workers listen, too."""
    before, _Word.now = _Word.now, word
    try:
        yield
    finally:
        _Word.now = before


def spoken(text: str) -> str:
    """The text, made recognisable."""
    return f"{text} {_Word.now}"


def is_in(text: str) -> bool:
    """True if the text holds a canary in clear."""
    return _Word.now in text.lower()


def scan(data: bytes, where: str = "bytes") -> list[Found]:
    """Every coat in which a canary is in the data, once each."""
    return list(_scan(data, where, "", DEEPEST))


def scan_files(*roots: Path, skip: Iterable[str] = ()) -> list[Found]:
    """Every canary in the files below, and in their names."""
    found: list[Found] = []
    for path in sorted(path for root in roots for path in _files(root)):
        if path.name in skip:
            continue
        found += scan(str(path).encode(), f"the name of {path}")
        found += scan(path.read_bytes(), str(path))
    return found


def _files(root: Path) -> Iterator[Path]:
    if root.is_file():
        yield root
    else:
        yield from (path for path in root.rglob("*") if path.is_file())


def _scan(data: bytes, where: str, wrapped: str, depth: int) -> Iterator[Found]:
    seen = set()
    for coat, needle in _needles(_Word.now):
        offset = data.find(needle)
        if offset >= 0 and coat not in seen:
            seen.add(coat)
            yield Found(where, wrapped + coat, offset)
    if depth:
        for kind, offset, inner in _inflated(data):
            yield from _scan(inner, f"{where} at {offset}", f"{wrapped}{kind} of ", depth - 1)


@cache
def _needles(stem: str) -> tuple[tuple[str, bytes], ...]:
    """What a canary looks like, coat by coat."""
    needles: dict[bytes, str] = {}
    for word in (stem, stem.capitalize(), stem.upper()):
        for name in ("utf-8", "utf-16-le", "utf-16-be"):
            plain = word.encode(name)
            needles.setdefault(plain, name)
            needles.setdefault(plain.hex().encode(), f"hex of {name}")
            needles.setdefault(plain.hex().upper().encode(), f"hex of {name}")
            for shift in range(3):
                for needle in _base64(plain, shift):
                    needles.setdefault(needle, f"base64 of {name}")
    return tuple((coat, needle) for needle, coat in needles.items())


def _base64(plain: bytes, shift: int) -> set[bytes]:
    """The characters of a base64 text that depend on these bytes alone, `shift` bytes in."""
    start, end = -(-shift * 8 // 6), (shift + len(plain)) * 8 // 6
    padded = bytes(shift) + plain
    return {encode(padded)[start:end] for encode in (b64encode, urlsafe_b64encode)}


def _inflated(data: bytes) -> Iterator[tuple[str, int, bytes]]:
    """What unpacks: gzip, zlib and zip members that begin anywhere, and packed base64 texts."""
    for match in _PACKED_TEXTS.finditer(data):
        yield "base64", match.start(), _unbase64(match.group())
    for match in _STREAMS.finditer(data):
        offset, magic = match.start(), match.group()
        if magic == b"PK\x03\x04":
            name, extra = (
                int.from_bytes(data[offset + n : offset + n + 2], "little") for n in (26, 28)
            )
            kind, start, window = "zip", offset + 30 + name + extra, -zlib.MAX_WBITS
        elif magic[0] == 0x1F:
            kind, start, window = "gzip", offset, zlib.MAX_WBITS | 16
        elif int.from_bytes(magic, "big") % 31 == 0:
            kind, start, window = "zlib", offset, zlib.MAX_WBITS
        else:
            continue
        inner = _inflate(memoryview(data)[start:], window)
        if inner:
            yield kind, offset, inner


def _unbase64(text: bytes) -> bytes:
    """The bytes of either alphabet, padding or not; a torn last character is left out."""
    whole = text.translate(bytes.maketrans(b"-_", b"+/"))
    if len(whole) % 4 == 1:
        whole = whole[:-1]
    return b64decode(whole + b"=" * (-len(whole) % 4))


def _inflate(data: memoryview, window: int) -> bytes:
    """As much as unpacks, a torn end included."""
    unpacker = zlib.decompressobj(window)
    out = bytearray()
    try:
        # In small steps: a torn stream raises at its end, after its good part.
        for start in range(0, len(data), 512):
            out += unpacker.decompress(data[start : start + 512])
            if unpacker.eof or len(out) > MOST_INFLATED:
                break
    except zlib.error:
        pass
    return bytes(out)
