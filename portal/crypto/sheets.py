"""What a recovery sheet says: one part of a secret, in lines that can be typed, each with a check.

Letters and digits are Crockford's: I and L are read as 1, O as 0, case and spaces do not count.
"""

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from portal.crypto import shares
from portal.crypto.shares import SharesRefused

FORMAT = "portal-key-sheet-1"
NEED, OF = 2, 3
LINE = 25
SUM = 8
"""Bytes of the secret's own checksum: it tells parts of different secrets from those of one."""
_TO = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ")
_FROM = str.maketrans("0123456789ABCDEFGHJKMNPQRSTVWXYZOIL", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567ABB")
_HEAD = re.compile(
    rf"{FORMAT} *set *([0-9a-f]{{8}}) *part *(\d) *of *(\d) *lines *(\d{{1,3}})", re.I
)
_LINE = re.compile(
    r"^[ \t]*(\d{1,3}):[ \t]*([0-9A-Za-z \t]+?)[ \t]*-[ \t]*([0-9A-Za-z]{5})[ \t\r]*$", re.M
)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a secret, and which set it belongs to."""

    set: str
    number: int
    content: bytes = field(repr=False)


def parts_of(secret: bytes, random: Callable[[int], bytes]) -> list[Part]:
    """Three parts, of which any two bring the secret back."""
    name = random(4).hex()
    found = shares.split(_sum(secret) + secret, need=NEED, of=OF, random=random)
    return [Part(name, number, content) for number, content in found.items()]


def secret_of(parts: list[Part]) -> bytes:
    """The secret of two or more parts. Raises SharesRefused."""
    if len({part.set for part in parts}) > 1:
        raise SharesRefused("these sheets are of different sets; each set has a name of its own")
    found = shares.combine({part.number: part.content for part in parts})
    checksum, secret = found[:SUM], found[SUM:]
    if checksum != _sum(secret):
        raise SharesRefused("these sheets do not make a keyring: they do not belong together")
    return secret


def written(part: Part) -> str:
    """The part as it is printed."""
    pieces = [part.content[at : at + LINE] for at in range(0, len(part.content), LINE)]
    head = f"{FORMAT} set {part.set} part {part.number} of {OF} lines {len(pieces)}"
    lines = [
        f"{number:02}: {_spelt(piece)} - {_check(part.set, part.number, number, piece)}"
        for number, piece in enumerate(pieces, 1)
    ]
    return "\n".join([head, *lines]) + "\n"


def read(text: str) -> Part:
    """The part that a sheet says. Raises SharesRefused, naming the line that is wrong."""
    head = _HEAD.search(text)
    if head is None:
        raise SharesRefused(f"the line that begins with {FORMAT} is missing or mistyped")
    name, number, lines = head[1].lower(), int(head[2]), int(head[4])
    found: dict[int, bytes] = {}
    for at, spelt, check in _LINE.findall(text[head.end() :]):
        piece = _unspelt(int(at), spelt)
        if _check(name, number, int(at), piece) != _plain(check):
            raise SharesRefused(f"line {int(at)} is mistyped")
        found[int(at)] = piece
    for line in range(1, lines + 1):
        if line not in found:
            raise SharesRefused(f"line {line} is missing or mistyped")
    return Part(name, number, b"".join(found[line] for line in range(1, lines + 1)))


def _spelt(piece: bytes) -> str:
    plain = base64.b32encode(piece).decode().rstrip("=").translate(_TO)
    return " ".join(plain[at : at + 5] for at in range(0, len(plain), 5))


def _unspelt(line: int, spelt: str) -> bytes:
    text = "".join(spelt.split()).upper().translate(_FROM)
    try:
        piece = base64.b32decode(text + "=" * (-len(text) % 8))
    except ValueError:
        raise SharesRefused(f"line {line} is mistyped") from None
    # The last sign has bits to spare: several would read as one.
    if base64.b32encode(piece).decode().rstrip("=") != text:
        raise SharesRefused(f"line {line} is mistyped")
    return piece


def _plain(check: str) -> str:
    """The check as we spell it."""
    return check.upper().translate(_FROM).translate(_TO)


def _check(name: str, number: int, line: int, piece: bytes) -> str:
    """Twenty-five bits over the line and where it belongs."""
    told = f"{FORMAT} {name} {number} {line} ".encode() + piece
    return base64.b32encode(hashlib.sha256(told).digest()).decode()[:5].translate(_TO)


def _sum(secret: bytes) -> bytes:
    return hashlib.sha256(FORMAT.encode() + secret).digest()[:SUM]
