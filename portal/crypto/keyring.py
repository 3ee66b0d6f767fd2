"""The keyring: one file of random keys, 0600 in a directory of 0700, made on the first start.

Lose it and everything sealed is lost; copy it next to a backup and the backup is readable.
A key is never derived from another one: each purpose has its own.
"""

import json
import logging
import os
import secrets
import stat
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal, get_args
from uuid import UUID

from django.conf import settings

from portal.kernel import clock
from portal.kernel.ids import new_id

FILE = "keyring.json"
FORMAT = "portal-keyring-1"
SECRET_BYTES = 32

Purpose = Literal["devices", "people", "index", "pseudonym", "session", "channels"]
State = Literal["active", "decrypt-only"]

PURPOSES: dict[str, str] = {
    "kek": "wraps patient keys, together with the patient's shred key",
    "devices": "seals the secrets of one-time-code devices",
    "people": "seals names and addresses of people who sign in, and letters to them",
    "index": "keys the blind indexes",
    "pseudonym": "makes pseudonyms, together with the patient's shred key",
    "session": "signs cookies, tokens and sessions: Django's SECRET_KEY",
    "channels": "encrypts what crosses Redis between processes",
    "log": "seeds the signing key of one epoch of the audit log",
}


log = logging.getLogger("portal.crypto")


class KeyringRefused(Exception):
    """The keyring cannot be used, in a plain sentence. Whoever starts the portal exits with 78."""


@dataclass(frozen=True, slots=True, eq=False)
class Key:
    """One key of the ring. Only an active one makes anything new."""

    purpose: str
    id: str
    state: State
    created: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Keyring:
    """Every key that this installation holds outside its databases."""

    installation: UUID
    keys: tuple[Key, ...]

    @classmethod
    def new(cls, at: datetime) -> "Keyring":
        """A keyring with one fresh active key for each purpose."""
        created = clock.stamp(at)
        names = dict.fromkeys(PURPOSES, "1") | {"kek": secrets.token_hex(4)}
        return cls(
            new_id(),
            tuple(
                Key(purpose, name, "active", created, secrets.token_bytes(SECRET_BYTES))
                for purpose, name in names.items()
            ),
        )

    @property
    def active_kek(self) -> Key:
        """The KEK that wraps what is new."""
        return self.active("kek")

    @property
    def log_name(self) -> str:
        """The name that the audit log is signed under now, below its host: a log and an epoch."""
        return self._log_name(self.active("log"))

    @property
    def secret_key(self) -> str:
        """Django's SECRET_KEY."""
        return self.purpose("session").hex()

    def kek(self, kek_id: str) -> Key:
        """The KEK of this id, active or not."""
        return self.find("kek", kek_id)

    def log_seed(self, name: str) -> bytes:
        """The Ed25519 seed of the audit log of this name. Raises KeyringRefused."""
        for key in self.keys:
            if key.purpose == "log" and self._log_name(key) == name:
                return key.secret
        raise KeyringRefused("the keyring holds no key for this name of the log")

    def purpose(self, name: Purpose) -> bytes:
        """The active key of one purpose."""
        return self.active(name).secret

    def active(self, purpose: str) -> Key:
        """The one active key of a purpose."""
        return next(k for k in self.keys if k.purpose == purpose and k.state == "active")

    def find(self, purpose: str, key_id: str) -> Key:
        """The key of this purpose and id. Raises KeyringRefused if the ring lacks it."""
        for key in self.keys:
            if key.purpose == purpose and key.id == key_id:
                return key
        raise KeyringRefused(f"the keyring holds no {purpose} key {key_id}")

    def _log_name(self, key: Key) -> str:
        """The first log bears the installation's id, and its key nothing but the epoch."""
        return key.id if "/" in key.id else f"{self.installation}/{key.id}"


def load(directory: Path) -> Keyring:
    """The keyring of this directory; made there if the directory has none. Raises KeyringRefused.

    Two processes that start at once end up with the same ring.
    """
    try:
        if not (directory / FILE).exists():
            _create(directory, Keyring.new(clock.now()))
        return parse(_read(directory))
    except OSError as error:
        raise KeyringRefused(f"the keyring in {directory}: {error.strerror}") from None


def render(ring: Keyring) -> str:
    """The text of a keyring file."""
    keys = [
        {
            "purpose": key.purpose,
            "id": key.id,
            "state": key.state,
            "created": key.created,
            "secret": key.secret.hex(),
        }
        for key in ring.keys
    ]
    text = {"format": FORMAT, "installation": str(ring.installation), "keys": keys}
    return json.dumps(text, indent=1) + "\n"


def parse(text: str) -> Keyring:
    """The keyring that this text spells. Raises KeyringRefused, without quoting the text."""
    try:
        fields = json.loads(text)
        if fields["format"] != FORMAT:
            raise KeyringRefused("the keyring has a format that this version does not know")
        ring = Keyring(UUID(fields["installation"]), tuple(map(_key, fields["keys"])))
    except (ValueError, KeyError, TypeError):
        raise KeyringRefused("the keyring is damaged: it cannot be read") from None
    check(ring)
    return ring


def _key(fields: dict[str, str]) -> Key:
    if fields["purpose"] not in PURPOSES or fields["state"] not in get_args(State):
        raise ValueError
    secret = bytes.fromhex(fields["secret"])
    if len(secret) != SECRET_BYTES or not isinstance(fields["id"], str):
        raise ValueError
    state: State = "active" if fields["state"] == "active" else "decrypt-only"
    return Key(fields["purpose"], fields["id"], state, fields["created"], secret)


def check(ring: Keyring) -> None:
    """One active key for each purpose, and no key or id twice. Raises KeyringRefused."""
    for purpose in PURPOSES:
        if sum(k.purpose == purpose and k.state == "active" for k in ring.keys) != 1:
            raise KeyringRefused(f"the keyring needs one active {purpose} key")
    if len({key.secret for key in ring.keys}) != len(ring.keys):
        raise KeyringRefused("the keyring is damaged: two keys are the same")
    if len({(key.purpose, key.id) for key in ring.keys}) != len(ring.keys):
        raise KeyringRefused("the keyring is damaged: two keys have the same id")


def _create(directory: Path, ring: Keyring) -> None:
    """The directory holds a whole, durable keyring: this one, or that of whoever came first."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = _drafted(directory, ring)
    try:
        with suppress(FileExistsError):
            os.link(draft, directory / FILE)
    finally:
        draft.unlink(missing_ok=True)
    for changed in (directory, directory.parent):
        _sync(changed)


def put(directory: Path, ring: Keyring) -> None:
    """The directory holds this keyring, whole and durable, in place of another or of none."""
    draft = _drafted(directory, ring)
    try:
        draft.replace(directory / FILE)
    finally:
        draft.unlink(missing_ok=True)
    _sync(directory)


def _drafted(directory: Path, ring: Keyring) -> Path:
    """A file on the disk with this ring, under a name that nobody reads."""
    _check_closed(directory, directory.stat(), "0700")
    draft = directory / f".{FILE}.{secrets.token_hex(8)}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(draft, flags, 0o600), "w") as file:
            file.write(render(ring))
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return draft


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read(directory: Path) -> str:
    """The text of the file, once it is sure that nobody else could read or swap it."""
    _check_closed(directory, directory.stat(), "0700")
    handle = os.open(directory / FILE, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(handle, encoding="utf-8", errors="replace") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise KeyringRefused(f"{directory / FILE} is not a file")
        _check_closed(directory / FILE, status, "0600")
        return file.read()


def _check_closed(path: Path, status: os.stat_result, mode: str) -> None:
    if status.st_uid != os.geteuid():
        raise KeyringRefused(f"{path} belongs to somebody else; the portal's own account must")
    if stat.S_IMODE(status.st_mode) & 0o077:
        raise KeyringRefused(f"{path} is open to others; its mode must be {mode}")


def keyring() -> Keyring:
    """The keyring of this process, from `settings.KEY_DIR`; as the file is now, if it changed."""
    return _held_in(settings.KEY_DIR)


def reread() -> Keyring:
    """The same, read anew whatever the file looks like: for who met a key that was not there."""
    look, ring = _look(settings.KEY_DIR), load(settings.KEY_DIR)
    _held[settings.KEY_DIR] = (look or (0, 0, 0), ring)
    return ring


Look = tuple[int, int, int]
_held: dict[Path, tuple[Look, Keyring]] = {}
"""What the file looked like when it was read, and what it held. The file is replaced, not edited,
so a look is a system call where reading and parsing would be a hundred times that."""


def _held_in(directory: Path) -> Keyring:
    look = _look(directory)
    held = _held.get(directory)
    if held is not None and look in (held[0], None):
        return held[1]
    try:
        ring = load(directory)
    except KeyringRefused as refused:
        if held is None or look is None:
            raise
        # Somebody is at the file. What a running portal has in hand still opens all that it did.
        log.error("the keyring cannot be read anew: %s", refused)
        ring = held[1]
    _held[directory] = (look or _look(directory) or (0, 0, 0), ring)
    return ring


def _look(directory: Path) -> Look | None:
    try:
        status = (directory / FILE).stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size
