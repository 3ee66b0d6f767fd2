"""The log's name and key. Its name is `<host>/audit/<installation>/<epoch>`."""

from django.conf import settings

from portal.audit.errors import NoteRefused
from portal.audit.notes import Checkpoint, Signer, Verifier, checkpoint_from, open_checkpoint, parse
from portal.crypto.keyring import KeyringRefused, keyring


def signer() -> Signer:
    """The key that signs checkpoints now, under the log's name."""
    ring = keyring()
    return Signer(f"{settings.LOG_HOST}/{_path(ring.log_epoch)}", ring.log_seed(ring.log_epoch))


def verifier_of(origin: str) -> Verifier:
    """The key that this log signs with under this name. Raises NoteRefused for another log's.

    The host may have changed since; the installation and the epoch make the log.
    """
    epoch = origin.rpartition("/")[2]
    if not epoch.isdecimal() or not origin.endswith("/" + _path(int(epoch))):
        raise NoteRefused("the checkpoint is of another log")
    try:
        seed = keyring().log_seed(int(epoch))
    except KeyringRefused:
        raise NoteRefused("the checkpoint is of an epoch whose key the keyring lacks") from None
    return Signer(origin, seed).verifier


def checkpoint_in(note: str | bytes) -> Checkpoint:
    """The checkpoint that this log signed. Raises NoteRefused."""
    claimed = checkpoint_from(parse(note).text)
    return open_checkpoint(note, verifier_of(claimed.origin))


def verifier_in(note: str) -> Verifier:
    """The key that verifies a checkpoint of this log. Raises NoteRefused."""
    return verifier_of(checkpoint_from(parse(note).text).origin)


def _path(epoch: int) -> str:
    return f"audit/{keyring().installation}/{epoch}"
