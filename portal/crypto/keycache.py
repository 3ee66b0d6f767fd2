"""Open keys, kept for a while in this process's memory: a bounded map that forgets on demand."""

import threading
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from typing import NamedTuple
from uuid import UUID

from portal.crypto.envelope import OpenKey


class KeyName(NamedTuple):
    """Which key is meant. Without a version: the newest."""

    patient: UUID
    purpose: str
    home: UUID
    version: int | None = None


class KeyCache:
    """The keys used last, at most `limit`.

    `generation` changes with every forgetting. Whoever is about to read keys from the database
    takes it first and hands it to `put`: keys read before a forgetting do not come back after it.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._keys: OrderedDict[KeyName, OpenKey] = OrderedDict()
        self._guard = threading.Lock()
        self._epoch: Hashable = None
        self.generation = 0

    def __len__(self) -> int:
        return len(self._keys)

    def get(self, name: KeyName) -> OpenKey | None:
        """The key, if it is here."""
        with self._guard:
            key = self._keys.get(name)
            if key is not None:
                self._keys.move_to_end(name)
            return key

    def put(self, keys: Mapping[KeyName, OpenKey], *, generation: int) -> None:
        """The keys are here, unless something was forgotten since that generation."""
        with self._guard:
            if generation != self.generation:
                return
            for name, key in keys.items():
                self._keys[name] = key
                self._keys.move_to_end(name)
            while len(self._keys) > self._limit:
                self._keys.popitem(last=False)

    def drop(self, patient: UUID) -> None:
        """No key of this patient is here."""
        with self._guard:
            self.generation += 1
            for name in [name for name in self._keys if name.patient == patient]:
                del self._keys[name]

    def empty(self) -> None:
        """No key is here."""
        with self._guard:
            self.generation += 1
            self._keys.clear()

    def keep_to(self, epoch: Hashable) -> None:
        """No key is here that was opened in another epoch.

        Every process is told the installation's shredding epoch and the day; when either moves, all
        forget.
        """
        if epoch != self._epoch:
            self._epoch = epoch
            self.empty()
