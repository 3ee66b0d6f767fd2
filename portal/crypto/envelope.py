"""What a sealed field looks like at rest: 0x01 || u32be key version || Cobblestone-256.

The five header bytes are part of the context, so neither format nor version can be edited.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from portal.crypto import cobblestone
from portal.crypto.context import Place, pae, place
from portal.crypto.primitives import SealBroken

FORMAT = 1
HEADER_BYTES = 5
OVERHEAD = HEADER_BYTES + cobblestone.PREFIX_BYTES + 16

__all__ = ["FORMAT", "OVERHEAD", "OpenKey", "SealBroken", "key_version", "seal", "unseal"]


@dataclass(frozen=True, slots=True, eq=False)
class OpenKey:
    """A key that is open in memory, and whose fields it seals. Its repr does not show it.

    Opened without naming a version it is the one to seal with, and knows its home's others.
    """

    installation: UUID
    patient: UUID
    purpose: str
    home: UUID
    version: int
    secret: bytes = field(repr=False)
    others: "Mapping[int, OpenKey]" = field(default_factory=dict, repr=False)

    def of(self, sealed: bytes) -> "OpenKey":
        """The key of this home that sealed these bytes. Raises SealBroken if it is none of them."""
        version = key_version(sealed)
        key = self if version == self.version else self.others.get(version)
        if key is None:
            raise SealBroken
        return key

    def place(self, kind: str, *, item: UUID, field: str, sequence: int = 0) -> Place:
        """The place of a field that this key seals."""
        return place(
            kind,
            installation=self.installation,
            patient=self.patient,
            home=self.home,
            item=item,
            field=field,
            key_version=self.version,
            sequence=sequence,
        )


def seal(key: OpenKey, plaintext: bytes, context: Place) -> bytes:
    """The plaintext, readable only with this key and in this place."""
    header = _header(key.version)
    return header + cobblestone.seal(key.secret, plaintext, pae(header, context))


def unseal(key: OpenKey, sealed: bytes, context: Place) -> bytes:
    """The whole plaintext. Raises SealBroken, the same for every cause."""
    header = _header(key.version)
    if sealed[:HEADER_BYTES] != header:
        raise SealBroken
    return cobblestone.unseal(key.secret, sealed[HEADER_BYTES:], pae(header, context))


def key_version(sealed: bytes) -> int:
    """The version of the key that these bytes ask for. Raises SealBroken for another format."""
    if len(sealed) < OVERHEAD or sealed[0] != FORMAT:
        raise SealBroken
    return int.from_bytes(sealed[1:HEADER_BYTES], "big")


def _header(version: int) -> bytes:
    return bytes((FORMAT,)) + version.to_bytes(4, "big")
