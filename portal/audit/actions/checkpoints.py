"""Signing: what is committed is signed, kept in the database, and anchored in files outside it."""

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

from portal.audit import notes
from portal.audit.errors import NoteRefused, SigningFrozen
from portal.audit.models import Checkpoint
from portal.audit.selectors import anchor, instance, log, tree
from portal.kernel import clock, door
from portal.kernel.actor import Actor

LOCK = 0x61756469_7369676E
logger = logging.getLogger("portal.audit")
_away: set[Path] = set()
"""Copies of the anchor that could not be written, and of which that was said."""


def sign_checkpoint(actor: Actor) -> Checkpoint | None:
    """The log as it is committed now is signed, kept and anchored. None for an empty log.

    Size and root are read outside any transaction: a root that is signed first and committed later
    may never be committed, and the next one of that size would be a second history.

    Refuses: SigningFrozen.
    Locks: the signers' advisory lock, while the checkpoint is inserted.
    Records: nothing; it signs what was recorded.
    """
    if door.inside():
        raise door.DoorNested("only what is committed may be signed")
    standing = anchor.standing()
    if standing.is_frozen:
        raise SigningFrozen(standing.alarm)
    if not standing.size:
        return None
    kept = keep_signed(actor, standing.size)
    write_anchor(actor, kept)
    return kept


def keep_signed(actor: Actor, size: int) -> Checkpoint:
    """The newest checkpoint of the present epoch, which covers that many committed entries.

    Whoever calls it has seen that nothing forbids to sign.

    Locks: the signers' advisory lock, while the checkpoint is inserted.
    Records: nothing.
    """
    kept = anchor.newest()
    if kept is not None and (kept.epoch, kept.size) >= (log.epoch(), size):
        return kept
    signer = log.signer()
    stated = notes.Checkpoint(signer.verifier.name, size, tree.root(size))
    return door.run(_keep, actor, stated, notes.sign(stated.text(), signer))


def write_anchor(actor: Actor, kept: Checkpoint) -> None:
    """The anchor file holds this checkpoint or a later one, whatever happens to the machine.

    So do its copies, as far as they can be reached; one that cannot is told of once.

    Records: nothing.
    """
    _anchor(settings.ANCHOR_FILE, kept)
    if not instance.file().exists():
        _write_durably(instance.file(), instance.mark())
    for path in settings.ANCHOR_COPIES:
        try:
            _anchor(path, kept)
            _away.discard(path)
        except OSError as error:
            if path not in _away:
                logger.warning("no copy of the anchor in %s: %s", path.parent, error.strerror)
            _away.add(path)


def set_anchors_aside(actor: Actor, kept: Checkpoint) -> None:
    """No anchor of an earlier epoch, and none that cannot be trusted, stands any more.

    They are kept beside it under names of their own. The mark is that of this installation.

    Records: nothing; whoever begins an epoch does.
    """
    for path in anchor.files():
        try:
            stated = anchor.anchored(path)
            is_old = stated is not None and log.epoch_in(stated.origin) < kept.epoch
        except NoteRefused:
            is_old = True
        if is_old:
            path.replace(_unused(path.with_name(f"{path.name}-before-{kept.epoch}")))
    settings.ANCHOR_FILE.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write_durably(instance.file(), instance.mark())


def _unused(path: Path) -> Path:
    tried = path
    while tried.exists():
        tried = tried.with_name(tried.name + "x")
    return tried


def _anchor(path: Path, kept: Checkpoint) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(path.with_name(path.name + ".lock")):
        before = anchor.anchored(path)
        if before and (log.epoch_in(before.origin), before.size) >= (kept.epoch, kept.size):
            return
        _write_durably(path, kept.note)


def _write_durably(path: Path, content: str) -> None:
    """The file holds this content or what it held before, whenever the machine stops."""
    draft = path.with_name(path.name + ".draft")
    with draft.open("w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _keep(actor: Actor, stated: notes.Checkpoint, note: str) -> Checkpoint:
    """The signed checkpoint is a row, unless another signer was there first."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    last, epoch = anchor.newest(), log.epoch_in(stated.origin)
    if last is not None and (last.epoch, last.size) >= (epoch, stated.size):
        return last
    kept = Checkpoint(
        number=last.number + 1 if last else 0,
        epoch=epoch,
        size=stated.size,
        root=stated.root,
        note=note,
        signed_at=clock.now(),
    )
    kept.save(force_insert=True)
    return kept


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """No other process writes the anchor in this block: it must never go back to a smaller tree."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
