"""How keys hang together: the KEK and the shred key wrap the patient key, which wraps data keys.

The wrapping key of a patient comes from two secrets that are stored and backed up apart: the KEK
of the keyring and the patient's shred key. Destroy either and nothing of the patient opens.
"""

from uuid import UUID

from portal.crypto import envelope
from portal.crypto.context import NOBODY, Place, pae
from portal.crypto.envelope import OpenKey
from portal.crypto.primitives import KEY_BYTES, SealBroken, derive

WRAPPED_BYTES = envelope.OVERHEAD + KEY_BYTES
PATIENT = "patient"
PSEUDONYM = "pseudonym"
RESERVED = frozenset({"wrap", PATIENT, PSEUDONYM})


def wrapping_key(
    kek: bytes, shred_key: bytes, *, installation: UUID, patient: UUID, version: int
) -> OpenKey:
    """The key that wraps this version of the patient's key."""
    about = pae(installation.bytes, patient.bytes, version.to_bytes(4, "big"))
    secret = derive(kek, salt=shred_key, info=b"portal.wrap.v1" + about)
    return OpenKey(installation, patient, "wrap", NOBODY, version, secret)


def patient_key(wrapping: OpenKey, secret: bytes) -> OpenKey:
    """The patient's key with this secret, of the version that the wrapping key is for."""
    return OpenKey(
        wrapping.installation, wrapping.patient, PATIENT, NOBODY, wrapping.version, secret
    )


def wrap_patient_key(wrapping: OpenKey, inner: OpenKey) -> bytes:
    """The patient key as it rests in its table."""
    return envelope.seal(wrapping, inner.secret, _patient_key_place(wrapping))


def unwrap_patient_key(wrapping: OpenKey, wrapped: bytes) -> OpenKey:
    """The patient key. Raises SealBroken, too, if KEK or shred key are not the ones."""
    return patient_key(
        wrapping, _key(envelope.unseal(wrapping, wrapped, _patient_key_place(wrapping)))
    )


def data_key(outer: OpenKey, purpose: str, home: UUID, version: int, secret: bytes) -> OpenKey:
    """The data key with this secret, of the patient whose key is given."""
    return OpenKey(outer.installation, outer.patient, purpose, home, version, secret)


def wrap_data_key(outer: OpenKey, inner: OpenKey) -> bytes:
    """The data key as it rests in its table, wrapped by its patient's key."""
    return envelope.seal(
        outer, inner.secret, _data_key_place(outer, inner.purpose, inner.home, inner.version)
    )


def unwrap_data_key(
    outer: OpenKey, wrapped: bytes, *, purpose: str, home: UUID, version: int
) -> OpenKey:
    """The data key of this purpose, home and version. Raises SealBroken for any other."""
    where = _data_key_place(outer, purpose, home, version)
    return data_key(outer, purpose, home, version, _key(envelope.unseal(outer, wrapped, where)))


def pseudonym_key(
    installation_key: bytes, shred_key: bytes, *, installation: UUID, patient: UUID
) -> OpenKey:
    """The key of a patient's pseudonyms. It ends with the shred key, and so does every link."""
    about = pae(installation.bytes, patient.bytes)
    secret = derive(installation_key, salt=shred_key, info=b"portal.pseudonym.v1" + about)
    return OpenKey(installation, patient, PSEUDONYM, NOBODY, 1, secret)


def _patient_key_place(wrapping: OpenKey) -> Place:
    return wrapping.place("patient-key", item=wrapping.patient, field="secret")


def _data_key_place(outer: OpenKey, purpose: str, home: UUID, version: int) -> Place:
    """The sequence of this place is the data key's own version; the key version is the outer's."""
    return outer.place("data-key", item=home, field=purpose, sequence=version)


def _key(secret: bytes) -> bytes:
    if len(secret) != KEY_BYTES:
        raise SealBroken
    return secret
