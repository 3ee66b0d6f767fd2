"""What stands in the tree: the exact bytes of a leaf, pseudonyms, and salted commitments.

A leaf is restricted canonical JSON (RFC 8785, of which only strings, whole numbers, arrays and
objects with sorted ASCII keys are used). It names nobody and tells no detail: people appear as
pseudonyms, details as commitments whose salts and values are kept apart, sealed.
"""

import hmac
import json
import re
from binascii import b2a_base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from itertools import pairwise
from json.encoder import encode_basestring
from typing import TypeAlias
from uuid import UUID

from portal.audit.errors import LeafRefused

VERSION = 1
MOST_BYTES = 4096
LARGEST_INT = 2**53 - 1
SALT_BYTES = 16
PSEUDONYM_LABEL = b"portal.pseud.v1"
PERSON, PATIENT, OBJECT = "p_", "s_", "o_"
ERASED = "s_erased"

Detail: TypeAlias = str | int
_B64 = r"[A-Za-z0-9_-]"
_NUMBER = r"0|[1-9][0-9]{0,15}"
_HANDLE = r"[0-9A-Za-z:._-]{1,64}"
_SUB = rf"s_{_B64}{{22}}|{ERASED}"
_COMMITTED = rf'"[a-z][a-z0-9_]*":"{_B64}{{43}}"'
# The one spelling of a leaf, as a grammar: what it does not match is no leaf.
_LEAF = re.compile(
    rf'{{"act":"(?P<act>p_{_B64}{{22}})"'
    rf',"boot":"(?P<boot>[0-9a-f]{{16}})"'
    rf',"d":{{(?P<d>(?:{_COMMITTED}(?:,{_COMMITTED})*)?)}}'
    rf',"ev":"(?P<ev>[a-z0-9-]+(?:\.[a-z0-9-]+)+)"'
    rf',"n":(?P<n>{_NUMBER})'
    rf'(?:,"obj":"(?P<obj>o_{_B64}{{22}})")?'
    rf',"out":(?P<out>{_NUMBER})'
    rf'(?:,"req":"(?P<req>{_HANDLE})")?'
    rf'(?:,"src":"(?P<src>{_HANDLE})")?'
    rf'(?:,"sub":(?:"(?P<sub>{_SUB})"|\[(?P<subs>"(?:{_SUB})"(?:,"(?:{_SUB})")+)\]))?'
    rf',"t":"(?P<t>\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{{6}}Z)","v":{VERSION}}}',
    re.ASCII,
)
_URLSAFE = bytes.maketrans(b"+/", b"-_")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One act as the tree holds it. What is empty is left out of the bytes."""

    act: str
    """Who acted, as a pseudonym."""
    ev: str
    """What happened: an event of the vocabulary."""
    t: str
    """When, by the portal's clock: UTC with microseconds. The order of leaves decides, not this."""
    out: int
    """How it ended: 0 done, 4 failed, 8 refused."""
    boot: str
    """The process that wrote it, by a random name of its own."""
    n: int
    """The number of the entry within that process."""
    d: Mapping[str, str] = field(default_factory=dict)
    """A commitment for every detail that can be disclosed."""
    obj: str = ""
    """What was acted upon, as a pseudonym."""
    req: str = ""
    """The request that it belongs to."""
    src: str = ""
    """The way in: page, socket, job, command."""
    sub: tuple[str, ...] = ()
    """Which patients it is about, as pseudonyms; several for a list that showed them."""


def encode(leaf: Leaf) -> bytes:
    """The bytes of the leaf, which are hashed and stored and never written anew.

    Raises LeafRefused for a leaf that `decode` would not read back.
    """
    committed = ",".join([f'"{name}":"{leaf.d[name]}"' for name in sorted(leaf.d)])
    obj = f',"obj":"{leaf.obj}"' if leaf.obj else ""
    req = f',"req":"{leaf.req}"' if leaf.req else ""
    src = f',"src":"{leaf.src}"' if leaf.src else ""
    sub = ",".join([f'"{patient}"' for patient in leaf.sub])
    if leaf.sub:
        sub = f',"sub":[{sub}]' if len(leaf.sub) > 1 else f',"sub":{sub}'
    spelt = (
        f'{{"act":"{leaf.act}","boot":"{leaf.boot}","d":{{{committed}}},"ev":"{leaf.ev}"'
        f',"n":{leaf.n}{obj},"out":{leaf.out}{req}{src}{sub},"t":"{leaf.t}","v":{VERSION}}}'
    )
    _matched(spelt)
    return spelt.encode()


def decode(content: bytes) -> Leaf:
    """The leaf that these bytes spell. Raises LeafRefused unless they are exactly its bytes."""
    try:
        found = _matched(content.decode("ascii"))
        datetime.fromisoformat(found["t"])
    except ValueError:
        raise LeafRefused("not a leaf") from None
    # In the pieces between the quotes names and commitments take turns, with marks in between.
    pieces = found["d"].split('"')
    names = pieces[1::4]
    if any(one >= other for one, other in pairwise(names)):
        raise LeafRefused("the commitments are out of order")
    return Leaf(
        act=found["act"],
        ev=found["ev"],
        t=found["t"],
        out=int(found["out"]),
        boot=found["boot"],
        n=int(found["n"]),
        d=dict(zip(names, pieces[3::4], strict=True)),
        obj=found["obj"] or "",
        req=found["req"] or "",
        src=found["src"] or "",
        sub=(found["sub"],) if found["sub"] else tuple((found["subs"] or "").split('"')[1::2]),
    )


def _matched(spelt: str) -> re.Match[str]:
    if len(spelt) > MOST_BYTES:
        raise LeafRefused(f"a leaf has at most {MOST_BYTES} bytes")
    found = _LEAF.fullmatch(spelt)
    if found is None or max(int(found["n"]), int(found["out"])) > LARGEST_INT:
        raise LeafRefused("not a leaf")
    return found


def pseudonym(kind: str, key: bytes, of: UUID) -> str:
    """The pseudonym that this key gives: the same for the same id, nobody else's guess."""
    digest = hmac.digest(key, PSEUDONYM_LABEL + of.bytes, "sha256")
    return kind + _b64(digest)[:22]


def commitment(salt: bytes, name: str, value: Detail) -> str:
    """What the leaf shows of one detail: a hash that tells nothing without the salt."""
    return _b64(sha256(f'["{_b64(salt)}","{name}",{_json(value)}]'.encode()).digest())


def commit(details: Mapping[str, Detail], salts: bytes) -> dict[str, str]:
    """The commitments to these details, each with its own salt."""
    return {
        name: commitment(salt, name, details[name])
        for name, salt in _salted(sorted(details), salts)
    }


def pack(details: Mapping[str, Detail], salts: bytes) -> bytes:
    """Details and salts in one piece, to be sealed: their number, the salts in order, JSON."""
    if len(salts) != SALT_BYTES * len(details):
        raise LeafRefused("every detail has a salt of its own")
    spelt = ",".join([f'"{name}":{_json(details[name])}' for name in sorted(details)])
    return bytes((len(details),)) + salts + f"{{{spelt}}}".encode()


@dataclass(frozen=True, slots=True)
class Opened:
    """One detail with the salt that opens its commitment: what an auditor is shown."""

    salt: bytes
    name: str
    value: Detail

    def fits(self, leaf: Leaf) -> bool:
        """True if the leaf committed to exactly this."""
        found = commitment(self.salt, self.name, self.value)
        return hmac.compare_digest(leaf.d.get(self.name, ""), found)


@dataclass(frozen=True, slots=True)
class Packed:
    """The details of an entry with their salts, as they were before they were sealed."""

    details: Mapping[str, Detail]
    salts: bytes

    def each(self) -> tuple[Opened, ...]:
        """The details one by one, each with its salt."""
        salted = _salted(sorted(self.details), self.salts)
        return tuple(Opened(salt, name, self.details[name]) for name, salt in salted)

    def unfit(self, leaf: Leaf) -> list[str]:
        """The names for which this is not what the leaf committed to."""
        found = commit(self.details, self.salts)
        return sorted(n for n in {*leaf.d, *found} if leaf.d.get(n) != found.get(n))


def unpack(content: bytes) -> Packed:
    """What `pack` put together. Raises LeafRefused."""
    end = 1 + SALT_BYTES * (content[0] if content else 0)
    try:
        packed = Packed(json.loads(content[end:].decode()), content[1:end])
        if len(packed.details) * SALT_BYTES == len(packed.salts) and all(
            type(value) in {str, int} for value in packed.details.values()
        ):
            return packed
    except (ValueError, TypeError, AttributeError):
        pass
    raise LeafRefused("not sealed details")


def _json(value: Detail) -> str:
    """The one spelling of a value. By hand, here and above: this is on the way of every act."""
    return encode_basestring(value) if isinstance(value, str) else str(value)


def _salted(names: list[str], salts: bytes) -> list[tuple[str, bytes]]:
    places = range(0, len(salts), SALT_BYTES)
    return [(name, salts[at : at + SALT_BYTES]) for name, at in zip(names, places, strict=True)]


def _b64(content: bytes) -> str:
    return b2a_base64(content, newline=False).translate(_URLSAFE, b"=").decode()
