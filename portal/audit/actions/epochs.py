"""The way out of a frozen log: a new epoch, which is another log by name and key."""

import time
from uuid import UUID

from django.conf import settings

from portal.audit.actions.checkpoints import keep_signed, set_anchors_aside, write_anchor
from portal.audit.actions.entries import record
from portal.audit.actions.sequence import sequence_once
from portal.audit.errors import EpochRefused
from portal.audit.models import Checkpoint
from portal.audit.notes import Checkpoint as Stated
from portal.audit.selectors import anchor, entries, instance, log, tree
from portal.audit.vocabulary import Event
from portal.crypto.rings import change, with_next_log
from portal.kernel import clock, door
from portal.kernel.actor import Actor

PATIENCE = 60.0
"""Seconds that an older transaction may hold the numbering up."""


def begin_epoch(actor: Actor, *, reason: str) -> Checkpoint:
    """Another log goes on where the database stands: its own name, its own key, signed at once.

    Its tree begins with every entry that the database holds, so nothing that was recorded while
    signing was frozen stays unsigned. The first entry after those names the last checkpoint of
    the epoch that ends, by size and root. What was signed under the old name stays and can still
    be checked; nothing is signed under it again, because its key signs no more.

    A crash anywhere leaves the log frozen: beginning again ends it, with one more epoch.

    Refuses: EpochRefused.
    Locks: the keyring file, then the signers' advisory lock.
    Records: EPOCH_BEGUN.
    """
    if door.inside():
        raise door.DoorNested("only what is committed may be signed")
    last = anchor.last_known()
    if last is None:
        raise EpochRefused("this log was never signed: there is nothing to leave behind")
    is_copy = instance.is_copy() or reason == "copy"
    entry = door.run(_record, actor, reason, last)
    change(settings.KEY_DIR, lambda ring: with_next_log(ring, clock.now(), is_copy=is_copy))
    _number(actor, entry)
    kept = keep_signed(actor, tree.size())
    set_anchors_aside(actor, kept)
    write_anchor(actor, kept)
    return kept


def _record(actor: Actor, reason: str, last: Stated) -> UUID:
    """The entry names the checkpoint that the new epoch leaves behind."""
    return record(
        actor,
        Event.EPOCH_BEGUN,
        reason=reason,
        after=log.epoch_in(last.origin),
        size=last.size,
        root=last.root.hex(),
    )


def _number(actor: Actor, entry: UUID) -> None:
    """The entry has its place in the tree; on PostgreSQL older transactions must end before.

    Refuses: EpochRefused.
    """
    patience = time.monotonic() + PATIENCE
    while not entries.places_of([entry]):
        if time.monotonic() > patience:
            raise EpochRefused("a transaction that was left open holds the numbering up; end it")
        if not sequence_once(actor):
            time.sleep(0.05)
