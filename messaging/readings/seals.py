"""Opening what is sealed in threads. What a seal does not hold together is never shown."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from messaging.errors import RecordErased
from messaging.models import KEY_PURPOSE, aside_place, body_place, topic_place
from messaging.texts import shown
from portal.crypto import keys
from portal.crypto.context import Place
from portal.crypto.envelope import OpenKey, key_version, unseal
from portal.crypto.keycache import KeyName
from portal.crypto.primitives import SealBroken


class Home(NamedTuple):
    """Where a key is at home: a thread, and whose it is."""

    patient_id: UUID
    thread_id: UUID


@dataclass(frozen=True, slots=True)
class Broken:
    """Something that did not open: a message by its id, a topic by its thread's.

    What stands beside a thread is named by the thread alone: no patient's report counts it.
    """

    patient_id: UUID | None
    subject: UUID
    sequence: int


class Seals:
    """The keys of all that is about to be shown, and what did not open under them."""

    def __init__(self, sealed: Iterable[tuple[Home, bytes | None]]) -> None:
        names = {name for home, blob in sealed if (name := _key_name(home, blob))}
        self._keys = _opened(names)
        self.broken: list[Broken] = []

    def topic(self, home: Home, sealed: bytes) -> str:
        """The topic of a thread, or a word about why there is none."""
        what = Broken(home.patient_id, home.thread_id, 0)
        return self._shown(what, home, sealed, lambda key: topic_place(key, home.thread_id))

    def body(self, home: Home, message_id: UUID, sequence: int, sealed: bytes) -> str:
        """The text of a message, or a sentence about why there is none."""
        what = Broken(home.patient_id, message_id, sequence)
        return self._shown(what, home, sealed, lambda key: body_place(key, message_id, sequence))

    def aside(self, home: Home, aside_id: UUID, sequence: int, sealed: bytes) -> str:
        """The text beside a thread, or a sentence about why there is none."""
        what = Broken(None, home.thread_id, sequence)
        return self._shown(what, home, sealed, lambda key: aside_place(key, aside_id, sequence))

    def _shown(
        self, what: Broken, home: Home, sealed: bytes, place: Callable[[OpenKey], Place]
    ) -> str:
        name = _key_name(home, sealed)
        key = self._keys.get(name) if name else None
        if key is None:
            return self._why_not(what, name)
        try:
            return shown(unseal(key, sealed, place(key)).decode())
        except SealBroken:
            return self._why_not(what, None)

    def _why_not(self, what: Broken, name: KeyName | None) -> str:
        """A key that is gone was destroyed on purpose; anything else was tampered with."""
        if name and _is_gone(name):
            return _("Erased for good.")
        self.broken.append(what)
        return _("This cannot be shown: it was changed after it was written. The clinic is told.")


def _opened(names: set[KeyName]) -> dict[KeyName, OpenKey]:
    try:
        return keys.open_data_keys(names)
    except SealBroken:
        # Somebody touched a key in its table: the others still open.
        return {name: key for name in names if (key := _alone(name))}


def _alone(name: KeyName) -> OpenKey | None:
    try:
        return keys.open_data_key(*name)
    except (SealBroken, keys.KeyMissing):
        return None


def _is_gone(name: KeyName) -> bool:
    try:
        keys.open_data_key(*name)
    except keys.KeyGone:
        return True
    except (SealBroken, keys.KeyMissing):
        pass
    return False


def _key_name(home: Home, sealed: bytes | None) -> KeyName | None:
    try:
        version = key_version(sealed) if sealed else 0
    except SealBroken:
        version = 0
    return KeyName(home.patient_id, KEY_PURPOSE, home.thread_id, version) if version else None


def thread_key(patient_id: UUID, thread_id: UUID, version: int | None = None) -> OpenKey:
    """The data key of a thread, the newest unless a version is named. Refuses RecordErased."""
    try:
        return keys.open_data_key(patient_id, KEY_PURPOSE, thread_id, version)
    except keys.KeyGone:
        raise RecordErased from None
