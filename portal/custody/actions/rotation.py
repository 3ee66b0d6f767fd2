"""Rotation: a new KEK becomes active, and every patient key is wrapped by it, while all go on.

The order of steps makes it safe to be killed between any two. The rotation is a row before the key
is in the ring, the key is in the ring before it wraps anything, and each piece of rows moves with
the cursor in one transaction. Whoever starts again finds the row and goes on from there.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection

from portal.audit import actions as audit
from portal.crypto import rewrap, rings
from portal.crypto.keyring import Key, keyring
from portal.custody import selectors
from portal.custody.errors import (
    BackupsNeedKek,
    KekActive,
    KekInUse,
    NoRotation,
    RotationUnderWay,
    UnknownKek,
)
from portal.custody.models import Rotation
from portal.custody.vocabulary import Event
from portal.kernel import clock, door
from portal.kernel.actor import Actor

LOCK = 0x6B657973_726F7461
PIECE = 100


def prepare(actor: Actor) -> Rotation:
    """A new KEK is in the ring and wraps nothing yet: the ring can be carried to other machines.

    Refuses: RotationUnderWay.
    Locks: rotations.
    Records: ROTATION_STARTED.
    """
    with _sole():
        rotation = door.run(_begun, actor)
        rings.change(
            settings.KEY_DIR, lambda ring: rings.with_kek(ring, rotation.new_kek, clock.now())
        )
    return rotation


def rotate(
    actor: Actor, *, piece: int = PIECE, progress: Callable[[Rotation], None] = lambda _: None
) -> Rotation:
    """Every patient key is wrapped by a new KEK, or by that of the rotation that was interrupted.

    Refuses: RotationUnderWay.
    Locks: rotations; in each transaction the rotation.
    Records: ROTATION_STARTED, ROTATION_FINISHED.
    """
    with _sole():
        rotation = door.run(_begun, actor)
        kek = rotation.new_kek
        rings.change(settings.KEY_DIR, lambda ring: rings.with_kek(ring, kek, clock.now()))
        rings.change(settings.KEY_DIR, lambda ring: rings.with_active(ring, kek))
        while rotation.finished_at is None:
            rotation = door.run(_moved_on, actor, rotation.pk, piece)
            progress(rotation)
    return rotation


def retire(actor: Actor, kek_id: str, *, before_horizon: bool) -> None:
    """This KEK is destroyed: what only it could open, in backups too, is closed for good.

    A process that had not seen the new KEK may have wrapped a row since the count; its transaction
    would have to last from before the rotation's end until now.

    Refuses: UnknownKek, KekActive, KekInUse, BackupsNeedKek.
    Locks: rotations.
    Records: KEK_RETIRED.
    """
    with _sole():
        door.run(_retired, actor, kek_id, before_horizon=before_horizon)
        rings.change(settings.KEY_DIR, lambda ring: rings.without(ring, kek_id))


def _begun(actor: Actor) -> Rotation:
    """The rotation that goes on, or a new one."""
    if found := selectors.open_rotation():
        return found
    rotation = Rotation.objects.create(
        old_kek=keyring().active_kek.id, new_kek=rings.new_kek_id(), started_at=clock.now()
    )
    rows = rewrap.under_others(rotation.new_kek).count()
    audit.record(actor, Event.ROTATION_STARTED, subject=rotation.pk, rows=rows)
    return rotation


def _moved_on(actor: Actor, rotation_id: UUID, most: int) -> Rotation:
    """The next piece is moved, and the cursor with it; a pass that found nothing is the last."""
    rotation = Rotation.objects.select_for_update().filter(pk=rotation_id, finished_at=None).first()
    if rotation is None:
        raise NoRotation
    if rotation.cursor == 0:
        rotation.moved_in_pass = rotation.left = rotation.broken = 0
    piece = rewrap.move(rotation.new_kek, after=rotation.cursor, most=most)
    rotation.cursor = piece.last
    rotation.moved += piece.moved
    rotation.moved_in_pass += piece.moved
    rotation.left += piece.left
    rotation.broken += piece.broken
    if piece.is_last:
        rotation.passes += 1
        rotation.cursor = 0
        if not rotation.moved_in_pass:
            _finish(actor, rotation)
    rotation.save()
    return rotation


def _finish(actor: Actor, rotation: Rotation) -> None:
    rotation.finished_at = clock.now()
    audit.record(
        actor,
        Event.ROTATION_FINISHED,
        subject=rotation.pk,
        moved=rotation.moved,
        passes=rotation.passes,
        left=rotation.left,
        broken=rotation.broken,
    )


def _retired(actor: Actor, kek_id: str, *, before_horizon: bool) -> None:
    kek = _found(kek_id)
    if kek.state == "active":
        raise KekActive
    rows = rewrap.counts().get(kek_id, 0)
    if rows:
        raise KekInUse(rows)
    until = selectors.needed_until(kek_id, timedelta(days=settings.BACKUP_DAYS))
    is_early = until is None or until > clock.now()
    if is_early and not before_horizon:
        raise BackupsNeedKek(selectors.day(until) if until else selectors.day_unknown())
    audit.record(actor, Event.KEK_RETIRED, before_horizon="yes" if is_early else "no", rows=rows)


def _found(kek_id: str) -> Key:
    for key in keyring().keys:
        if key.purpose == "kek" and key.id == kek_id:
            return key
    raise UnknownKek


@contextmanager
def _sole() -> Iterator[None]:
    """Nobody else rotates or retires in this block. Refuses: RotationUnderWay.

    Both locks end with the process, so one that was killed is in nobody's way.
    """
    path = settings.DATA_DIR / "rotation.lock"
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RotationUnderWay from None
        with _sole_on_the_server():
            yield
    finally:
        os.close(handle)


@contextmanager
def _sole_on_the_server() -> Iterator[None]:
    """The same among machines that share a PostgreSQL database."""
    if connection.vendor != "postgresql":
        yield
        return
    # On a connection of its own: the door may replace this thread's after an error.
    apart = connection.copy()
    try:
        with apart.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
            if not cursor.fetchone()[0]:
                raise RotationUnderWay
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    finally:
        apart.close()
