"""The rows of wrapped keys, and the keys that they hold: made, opened, remembered, destroyed."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import partial
from typing import Literal, get_args
from uuid import UUID

from django.db import transaction

from portal.crypto import envelope, hierarchy, openkeys
from portal.crypto.context import NOBODY
from portal.crypto.envelope import OpenKey
from portal.crypto.keycache import KeyName
from portal.crypto.keyring import Key, Keyring, KeyringRefused, keyring, reread
from portal.crypto.models import DataKey, PatientKey, Shredded, ShredKey
from portal.crypto.openkeys import at_hand, forget_the_shredded
from portal.crypto.primitives import KEY_BYTES, SealBroken, random_bytes
from portal.crypto.router import SHRED
from portal.crypto.versions import in_use
from portal.kernel import clock

CACHE = openkeys.CACHE

InstallationPurpose = Literal["devices", "people"]


class KeyMissing(LookupError):
    """There is no such key."""


class KeyGone(KeyMissing):
    """The patient's shred key is no more: nothing of the patient can be read again."""


def create_patient_key(patient_id: UUID) -> None:
    """The patient has a shred key, durable on its own, and a patient key. Idempotent.

    The shred key comes first: a patient key without it would be sealed for nobody. If the caller's
    transaction fails, a shred key is left that opens nothing, and the next attempt takes it up.
    Raises KeyGone for a patient who was shredded.
    """
    if PatientKey.objects.filter(patient_id=patient_id).exists():
        if not shred_keys_of([patient_id]):
            raise KeyGone("shredded")
        return
    ring = keyring()
    kek = ring.active_kek
    wrapping = hierarchy.wrapping_key(
        kek.secret,
        _ensured_shred_key(patient_id),
        installation=ring.installation,
        patient=patient_id,
        version=1,
    )
    inner = hierarchy.patient_key(wrapping, random_bytes(KEY_BYTES))
    row = PatientKey(
        patient_id=patient_id,
        version=inner.version,
        kek_id=kek.id,
        wrapped=hierarchy.wrap_patient_key(wrapping, inner),
        created_at=clock.now(),
    )
    PatientKey.objects.bulk_create([row], ignore_conflicts=True)


def create_data_key(patient_id: UUID, purpose: str, home_id: UUID) -> OpenKey:
    """The data key of this home to seal with, made now unless there is one. Idempotent.

    Raises KeyGone for a patient who was shredded, KeyMissing for one without a patient key.
    """
    if purpose in hierarchy.RESERVED:
        raise ValueError(f"{purpose} is no purpose of a data key")
    outers = patient_keys([patient_id]).get(patient_id)
    if not outers:
        raise _why_not(patient_id)
    outer = outers[max(outers)]
    inner = hierarchy.data_key(outer, purpose, home_id, 1, random_bytes(KEY_BYTES))
    row = DataKey(
        patient_id=patient_id,
        purpose=purpose,
        home_id=home_id,
        version=inner.version,
        wrapped=hierarchy.wrap_data_key(outer, inner),
        created_at=clock.now(),
    )
    DataKey.objects.bulk_create([row], ignore_conflicts=True)
    kept = DataKey.objects.filter(patient_id=patient_id, purpose=purpose, home_id=home_id)
    if not kept:
        raise KeyMissing(f"the home of this {purpose} key belongs to another patient")
    return in_use(kept, lambda row: _opened(row, outers))


def open_data_key(
    patient_id: UUID, purpose: str, home_id: UUID, version: int | None = None
) -> OpenKey:
    """The data key of this version, or the one to seal with, which knows the others.

    Raises KeyGone after shredding, KeyMissing.
    """
    name = KeyName(patient_id, purpose, home_id, version)
    key = at_hand(name) or open_data_keys([name]).get(name)
    if key is None:
        raise _why_not(patient_id)
    return key


def open_data_keys(names: Iterable[KeyName]) -> dict[KeyName, OpenKey]:
    """The keys of these names in at most three queries, however many. What is gone is left out.

    A key enters the cache only once the transaction that read it is durable: a rolled back one may
    have made it, and what such a key seals could never be opened.
    """
    forget_the_shredded()
    generation = CACHE.generation
    found: dict[KeyName, OpenKey] = {}
    cold: list[KeyName] = []
    for name in names:
        if key := at_hand(name):
            found[name] = key
        else:
            cold.append(name)
    if cold:
        read = _read_data_keys(cold)
        found |= read
        for name, key in tuple(read.items()):
            versions = {**key.others, key.version: key}
            read |= {name._replace(version=number): each for number, each in versions.items()}
        transaction.on_commit(partial(CACHE.put, read, generation=generation))
    return found


def pseudonym_key(patient_id: UUID) -> bytes:
    """The key of this patient's pseudonyms. Raises KeyGone after shredding."""
    try:
        return pseudonym_keys([patient_id])[patient_id]
    except KeyError:
        raise _why_not(patient_id) from None


def pseudonym_keys(patient_ids: Iterable[UUID]) -> dict[UUID, bytes]:
    """The keys of these patients' pseudonyms in one query. Who was shredded is left out."""
    forget_the_shredded()
    generation = CACHE.generation
    names = [KeyName(patient, hierarchy.PSEUDONYM, NOBODY) for patient in patient_ids]
    found = {name: key for name in names if (key := at_hand(name))}
    cold = [name.patient for name in names if name not in found]
    if cold:
        ring = keyring()
        secret = ring.purpose("pseudonym")
        read = {
            KeyName(patient, hierarchy.PSEUDONYM, NOBODY): hierarchy.pseudonym_key(
                secret, shred_key, installation=ring.installation, patient=patient
            )
            for patient, shred_key in shred_keys_of(cold).items()
        }
        found |= read
        put = partial(CACHE.put, read, generation=generation)
        transaction.on_commit(put, using=SHRED)
    return {name.patient: key.secret for name, key in found.items()}


def destroy_shred_key(patient_id: UUID) -> None:
    """Nothing of the patient opens any more, here at once and in backups once theirs expire.

    Final, and not undone by the caller's transaction. Other processes forget what they have open
    within `openkeys.TRUSTED`. Copies linger in the store's files until `shredding.scrub`; whoever
    orders this sees to that, and to the entry.
    """
    with transaction.atomic(using=SHRED, durable=True):
        row = Shredded(patient_id=patient_id, at=clock.now())
        Shredded.objects.bulk_create([row], ignore_conflicts=True)
        ShredKey.objects.filter(pk=patient_id).delete()
    CACHE.drop(patient_id)


def seal_for_installation(
    purpose: InstallationPurpose, plaintext: bytes, *, kind: str, item: UUID, field: str
) -> bytes:
    """The plaintext, sealed under a key of the installation: for people, who are no patients."""
    key = _installation_key(purpose, keyring().active(purpose))
    return envelope.seal(key, plaintext, key.place(kind, item=item, field=field))


def unseal_for_installation(
    purpose: InstallationPurpose, sealed: bytes, *, kind: str, item: UUID, field: str
) -> bytes:
    """The plaintext. Raises SealBroken."""
    try:
        held = keyring().find(purpose, str(envelope.key_version(sealed)))
    except KeyringRefused:
        raise SealBroken from None
    key = _installation_key(purpose, held)
    return envelope.unseal(key, sealed, key.place(kind, item=item, field=field))


def _installation_key(purpose: InstallationPurpose, held: Key) -> OpenKey:
    if purpose not in get_args(InstallationPurpose):
        raise ValueError(f"{purpose} keys do not seal")
    return OpenKey(keyring().installation, NOBODY, purpose, NOBODY, int(held.id), held.secret)


def _read_data_keys(names: Collection[KeyName]) -> dict[KeyName, OpenKey]:
    rows: dict[tuple[UUID, str, UUID], dict[int, DataKey]] = defaultdict(dict)
    for row in DataKey.objects.filter(
        home_id__in={name.home for name in names}, purpose__in={name.purpose for name in names}
    ):
        rows[row.patient_id, row.purpose, row.home_id][row.version] = row
    wanted: dict[KeyName, list[DataKey]] = {}
    for name in names:
        versions = rows[name.patient, name.purpose, name.home]
        found = [row for n, row in versions.items() if name.version in {None, n}]
        if found:
            wanted[name] = found
    outers = patient_keys({name.patient for name in wanted})
    return {
        name: in_use(found, lambda row: _opened(row, outers[row.patient_id]))
        for name, found in wanted.items()
        if name.patient in outers
    }


def _opened(row: DataKey, outers: Mapping[int, OpenKey]) -> OpenKey:
    """The key in this row. Raises SealBroken if the row was touched."""
    wrapped = bytes(row.wrapped)
    outer = outers.get(envelope.key_version(wrapped))
    if outer is None:
        raise SealBroken
    return hierarchy.unwrap_data_key(
        outer, wrapped, purpose=row.purpose, home=row.home_id, version=row.version
    )


def patient_keys(patient_ids: Collection[UUID]) -> dict[UUID, dict[int, OpenKey]]:
    """Every version of these patients' keys. Who was shredded is left out."""
    ring = keyring()
    shred_keys = shred_keys_of(patient_ids)
    keys: dict[UUID, dict[int, OpenKey]] = defaultdict(dict)
    for row in PatientKey.objects.filter(patient_id__in=shred_keys):
        kek = kek_of(ring, row.kek_id)
        wrapping = wrapping_key(ring, kek, row, shred_keys[row.patient_id])
        key = hierarchy.unwrap_patient_key(wrapping, bytes(row.wrapped))
        keys[row.patient_id][row.version] = key
    return keys


def kek_of(ring: Keyring, kek_id: str) -> Key:
    """The KEK of a row. Raises KeyringRefused if the ring on the disk lacks it, too.

    A rotation elsewhere may have put it there between the look at the ring and that at the row.
    """
    try:
        return ring.kek(kek_id)
    except KeyringRefused:
        return reread().kek(kek_id)


def wrapping_key(ring: Keyring, kek: Key, row: PatientKey, shred_key: bytes) -> OpenKey:
    """The key that wraps this row under this KEK."""
    return hierarchy.wrapping_key(
        kek.secret,
        shred_key,
        installation=ring.installation,
        patient=row.patient_id,
        version=row.version,
    )


def shred_keys_of(patient_ids: Collection[UUID]) -> dict[UUID, bytes]:
    """The shred keys of these patients. Who was shredded is left out."""
    rows = ShredKey.objects.filter(pk__in=patient_ids).values_list("patient_id", "key")
    return {patient_id: bytes(key) for patient_id, key in rows}


def _ensured_shred_key(patient_id: UUID) -> bytes:
    """The patient's shred key, made and committed in its own store unless it was there."""
    with transaction.atomic(using=SHRED, durable=True):
        if Shredded.objects.filter(patient_id=patient_id).exists():
            raise KeyGone("shredded")
        row = ShredKey(patient_id=patient_id, key=random_bytes(KEY_BYTES))
        ShredKey.objects.bulk_create([row], ignore_conflicts=True)
    return shred_keys_of([patient_id])[patient_id]


def _why_not(patient_id: UUID) -> KeyMissing:
    return KeyMissing("no such key") if shred_keys_of([patient_id]) else KeyGone("shredded")
