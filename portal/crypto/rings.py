"""The ring changes: a key more, another one active, one less. The file is replaced whole.

Who changes it is alone, takes what is on the disk, and leaves either the old ring or the new one.
Running processes see that the file is another one when they next ask for a key.
"""

import fcntl
import json
import os
import secrets
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from portal.crypto.keyring import (
    FILE,
    SECRET_BYTES,
    Key,
    Keyring,
    KeyringRefused,
    State,
    check,
    load,
    parse,
    put,
    render,
)
from portal.kernel import clock
from portal.kernel.ids import new_id

LOCK = ".keyring.lock"


def new_kek_id() -> str:
    """A name for a KEK that no other one has."""
    return secrets.token_hex(4)


def with_kek(ring: Keyring, kek_id: str, at: datetime) -> Keyring:
    """The ring, with a new KEK of this id that opens, and makes nothing yet."""
    if any(key.purpose == "kek" and key.id == kek_id for key in ring.keys):
        return ring
    secret = secrets.token_bytes(SECRET_BYTES)
    key = Key("kek", kek_id, "decrypt-only", clock.stamp(at), secret)
    return replace(ring, keys=(*ring.keys, key))


def with_active(ring: Keyring, kek_id: str) -> Keyring:
    """The ring, in which this KEK makes what is new and every other one only opens."""
    if ring.kek(kek_id).state == "active":
        return ring

    def state_of(key: Key) -> State:
        return "active" if key.id == kek_id else "decrypt-only"

    keys = (replace(k, state=state_of(k)) if k.purpose == "kek" else k for k in ring.keys)
    return replace(ring, keys=tuple(keys))


def without(ring: Keyring, kek_id: str) -> Keyring:
    """The ring without this KEK. Raises KeyringRefused for the active one."""
    gone = ring.kek(kek_id)
    if gone.state == "active":
        raise KeyringRefused("the active KEK cannot leave the ring")
    return replace(ring, keys=tuple(key for key in ring.keys if key is not gone))


def with_next_log(ring: Keyring, at: datetime, *, is_copy: bool) -> Keyring:
    """The ring, with a key for the next epoch of the audit log, which signs from now on.

    The log of a copy gets a name of its own, which its original can never come to use.
    """
    log, _, epoch = ring.log_name.rpartition("/")
    name = f"{new_id() if is_copy else log}/{int(epoch) + 1}"
    fresh = Key("log", name, "active", clock.stamp(at), secrets.token_bytes(SECRET_BYTES))
    kept = (replace(k, state="decrypt-only") if k.purpose == "log" else k for k in ring.keys)
    return replace(ring, keys=(*kept, fresh))


def change(directory: Path, edit: Callable[[Keyring], Keyring]) -> Keyring:
    """The file holds what `edit` makes of the ring that it holds. Returns the new ring."""
    with alone(directory):
        before = load(directory)
        after = edit(before)
        if after is not before:
            check(after)
            put(directory, after)
        return after


def restore(directory: Path, ring: Keyring, *, at: datetime) -> Path | None:
    """The file holds this ring. What was there before is kept beside it, under the name returned.

    No key is ever overwritten: the one that is in the way may be the only one that opens something.
    """
    check(ring)
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with alone(directory):
        present, kept = directory / FILE, None
        if present.exists():
            kept = directory / f"{FILE}.before-{at:%Y%m%dT%H%M%S%f}"
            os.link(present, kept)
        put(directory, ring)
        return kept


def packed(ring: Keyring) -> bytes:
    """The ring in few bytes, for paper."""
    return zlib.compress(json.dumps(json.loads(render(ring)), separators=(",", ":")).encode(), 9)


def unpacked(content: bytes) -> Keyring:
    """The ring that was packed. Raises KeyringRefused."""
    try:
        return parse(zlib.decompress(content).decode())
    except (zlib.error, UnicodeDecodeError):
        raise KeyringRefused("what the sheets say is no keyring") from None


@contextmanager
def alone(directory: Path) -> Iterator[None]:
    """No other process of this machine changes the ring in this block."""
    handle = os.open(directory / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
