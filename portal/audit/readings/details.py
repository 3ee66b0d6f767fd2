"""Sealed details: where they belong, and what they say once opened."""

from uuid import UUID

from portal.audit import leaves
from portal.audit.leaves import Packed
from portal.crypto import keys
from portal.crypto.envelope import OpenKey, key_version, unseal

PURPOSE = "audit"
KIND = "audit-entry"
FIELD = "detail"


class Opener:
    """Opens details one after the other; looks up the key of each patient once."""

    def __init__(self) -> None:
        self._keys: dict[tuple[UUID, int], OpenKey] = {}

    def open(self, entry_id: UUID, patient: UUID | None, sealed: bytes) -> Packed:
        """The details of an entry, sealed under its patient's key or, without, the installation's.

        Raises SealBroken for bytes that were touched or moved, KeyMissing where the key is gone,
        LeafRefused for what never was an entry's details.
        """
        if patient is None:
            plain = keys.unseal_for_installation(
                "people", sealed, kind=KIND, item=entry_id, field=FIELD
            )
        else:
            key = self._key(patient, key_version(sealed))
            plain = unseal(key, sealed, key.place(KIND, item=entry_id, field=FIELD))
        return leaves.unpack(plain)

    def _key(self, patient: UUID, version: int) -> OpenKey:
        key = self._keys.get((patient, version))
        if key is None:
            key = keys.open_data_key(patient, PURPOSE, patient, version)
            self._keys[patient, version] = key
        return key
