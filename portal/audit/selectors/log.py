"""The log's name and key. Its name is `<host>/audit/<log>/<epoch>`."""

from django.conf import settings

from portal.audit.errors import NoteRefused
from portal.audit.notes import Checkpoint, Signer, Verifier, checkpoint_from, open_checkpoint, parse
from portal.crypto.keyring import KeyringRefused, keyring, reread


def signer() -> Signer:
    """The key that signs checkpoints now, under the log's name."""
    ring = keyring()
    return Signer(f"{settings.LOG_HOST}/audit/{ring.log_name}", ring.log_seed(ring.log_name))


def epoch() -> int:
    """The epoch that the log is signed in now."""
    return epoch_in(keyring().log_name)


def epoch_in(origin: str) -> int:
    """The epoch that a log's name ends with. Raises NoteRefused where there is none."""
    number = origin.rpartition("/")[2]
    if not number.isdecimal():
        raise NoteRefused("the checkpoint is of another log")
    return int(number)


def name_in(origin: str) -> str:
    """The log's own part of its name: another host is the same log."""
    return origin.rpartition("/audit/")[2]


def verifier_of(origin: str) -> Verifier:
    """The key that this log signs with under this name. Raises NoteRefused for another log's.

    The host may have changed since; the log's id and the epoch make the name.
    """
    name = name_in(origin)
    seed = _seed(name)
    if seed is None:
        # Perhaps a new epoch began in another process after this one read the keyring.
        reread()
        seed = _seed(name)
    if seed is None and name.startswith(f"{keyring().installation}/"):
        raise NoteRefused("the checkpoint is of an epoch whose key the keyring lacks")
    if seed is None or name == origin:
        raise NoteRefused("the checkpoint is of another log")
    return Signer(origin, seed).verifier


def checkpoint_in(note: str | bytes) -> Checkpoint:
    """The checkpoint that this log signed. Raises NoteRefused."""
    claimed = checkpoint_from(parse(note).text)
    return open_checkpoint(note, verifier_of(claimed.origin))


def is_bare(note: str) -> bool:
    """True for a checkpoint that we signed, and not one character beside it."""
    try:
        stated = checkpoint_in(note)
    except NoteRefused:
        return False
    parsed = parse(note)
    return parsed.text == stated.text() and len(parsed.signatures) == 1


def verifier_in(note: str) -> Verifier:
    """The key that verifies a checkpoint of this log. Raises NoteRefused."""
    return verifier_of(checkpoint_from(parse(note).text).origin)


def _seed(name: str) -> bytes | None:
    try:
        return keyring().log_seed(name)
    except KeyringRefused:
        return None
