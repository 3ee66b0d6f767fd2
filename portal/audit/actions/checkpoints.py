"""Signing: what is committed is signed, kept in the database, and anchored in a file outside it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

from portal.audit import notes
from portal.audit.errors import SigningFrozen
from portal.audit.models import Checkpoint
from portal.audit.selectors import anchor, log, tree
from portal.kernel import clock, door
from portal.kernel.actor import Actor

LOCK = 0x61756469_7369676E


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
    kept = anchor.newest()
    if standing.size and (kept is None or kept.size < standing.size):
        signer = log.signer()
        stated = notes.Checkpoint(signer.verifier.name, standing.size, tree.root(standing.size))
        kept = door.run(_keep, actor, stated, notes.sign(stated.text(), signer))
    if kept is not None:
        write_anchor(actor, kept)
    return kept


def write_anchor(actor: Actor, kept: Checkpoint) -> None:
    """The anchor file holds this checkpoint or a later one, whatever happens to the machine.

    Records: nothing.
    """
    path: Path = settings.ANCHOR_FILE
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(path.with_name(path.name + ".lock")):
        before = anchor.anchored()
        if before is not None and before.size >= kept.size:
            return
        draft = path.with_name(path.name + ".draft")
        with draft.open("w", encoding="utf-8") as file:
            file.write(kept.note)
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
    last = anchor.newest()
    if last is not None and last.size >= stated.size:
        return last
    kept = Checkpoint(
        number=last.number + 1 if last else 0,
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
