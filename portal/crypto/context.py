"""Where sealed bytes belong. The context is bound into the seal: moved elsewhere, it breaks."""

from typing import NewType
from uuid import UUID

Place = NewType("Place", bytes)

NOBODY = UUID(int=0)
_LABEL = b"portal.place.v1"


def pae(*parts: bytes) -> bytes:
    """The parts, each after its length as u32be. Different parts never give the same bytes."""
    return b"".join([piece for part in parts for piece in (len(part).to_bytes(4, "big"), part)])


def place(
    kind: str,
    *,
    installation: UUID,
    patient: UUID,
    home: UUID,
    item: UUID,
    field: str,
    key_version: int,
    sequence: int,
) -> Place:
    """The place of one sealed field.

    `home` is where the item was born (its thread, chart or file group) and never changes, even if
    threads are merged later. Only facts that cannot change belong in a place, and nothing secret.
    """
    return Place(
        pae(
            _LABEL,
            kind.encode(),
            installation.bytes,
            patient.bytes,
            home.bytes,
            item.bytes,
            field.encode(),
            key_version.to_bytes(4, "big"),
            sequence.to_bytes(8, "big"),
        )
    )
