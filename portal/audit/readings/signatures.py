"""Checking what was signed, epoch by epoch, against the tree as it grows; and the anchor."""

from collections.abc import Iterator

from portal.audit import notes
from portal.audit.errors import NoteRefused
from portal.audit.models import Checkpoint
from portal.audit.readings.verdict import Verdict
from portal.audit.selectors import anchor, log, whole
from portal.audit.tiles import Growth


class AnchorCheck:
    """The anchor against the tree as it grows."""

    def __init__(self, verdict: Verdict) -> None:
        self._verdict = verdict
        self._kept = False
        self._stated: notes.Checkpoint | None = None
        try:
            self._stated = anchor.anchored()
        except NoteRefused as refused:
            verdict.report("anchor", f"the anchor file cannot be trusted: {refused}")
            self._kept = True
        self._name = log.name_in(self._stated.origin) if self._stated else ""
        if self._stated and log.epoch_in(self._stated.origin) < log.epoch():
            # Another machine began the present epoch: this anchor is merely old.
            self._stated, self._kept = None, True

    def at(self, growth: Growth) -> None:
        """The tree has this size now."""
        stated = self._stated
        if stated and stated.size == growth.size and stated.root != growth.root():
            self._verdict.report(
                "anchor", f"the first {stated.size} entries are not those that were anchored"
            )

    def seen(self, signed: notes.Checkpoint) -> None:
        """The database holds this checkpoint, and it is sound."""
        if (signed.size, log.name_in(signed.origin)) == (self._size, self._name):
            self._kept = True

    @property
    def _size(self) -> int:
        return self._stated.size if self._stated else -1

    def end(self, size: int) -> None:
        """The tree ends here."""
        stated, verdict = self._stated, self._verdict
        if stated is None:
            if verdict.checkpoints and not self._kept:
                verdict.report("anchor", "the log was signed, and there is no anchor file")
        elif stated.size > size:
            verdict.report(
                "anchor",
                f"{stated.size} entries were anchored; {size} are left",
                seq=verdict.signed,
                last=size,
            )
        elif not self._kept:
            verdict.report("anchor", "the checkpoint in the anchor file is not in the database")


class EpochCheck:
    """The checkpoints of one epoch, in order, each against the tree of its size."""

    def __init__(self, verdict: Verdict, anchor_check: AnchorCheck, epoch: int, first: int) -> None:
        self._verdict, self._anchor, self._epoch, self._number = verdict, anchor_check, epoch, first
        self._rows: Iterator[Checkpoint] = whole.checkpoints(epoch)
        self._next = next(self._rows, None)

    def at(self, growth: Growth) -> None:
        """The tree has this size now."""
        while self._next is not None and self._next.size <= growth.size:
            self._check(self._next, growth)

    def end(self, size: int, *, is_lost: bool) -> None:
        """The tree ends here; it is lost where leaves were missing that nothing replaced."""
        while self._next is not None:
            kept, signed = self._next, self._signed(self._next)
            if signed is not None and not is_lost:
                self._verdict.report(
                    "truncated",
                    f"checkpoint {kept.number} was signed over {signed.size} entries; "
                    f"{size} are left",
                    seq=self._verdict.signed,
                    last=size,
                )

    def _check(self, kept: Checkpoint, growth: Growth) -> None:
        signed = self._signed(kept)
        if signed is None:
            return
        if signed.size != growth.size:
            self._verdict.report("checkpoint", f"checkpoint {kept.number} is out of order")
            return
        if signed.root != growth.root():
            first = self._verdict.signed
            self._verdict.report(
                "root",
                f"entries {first} to {signed.size - 1} are not those that checkpoint "
                f"{kept.number} was signed over",
                seq=first,
                last=signed.size - 1,
            )
            return
        self._verdict.signed = signed.size
        self._anchor.seen(signed)

    def _signed(self, kept: Checkpoint) -> notes.Checkpoint | None:
        """What the checkpoint's note says, if we signed it and the row repeats it. Moves on."""
        verdict, number = self._verdict, self._number
        verdict.checkpoints += 1
        if kept.number != number:
            verdict.report("checkpoint", f"checkpoint {number} is missing")
        self._number = kept.number + 1
        self._next = next(self._rows, None)
        try:
            signed = log.checkpoint_in(kept.note)
        except NoteRefused as refused:
            verdict.report("signature", f"checkpoint {kept.number}: {refused}")
            return None
        said = (log.epoch_in(signed.origin), signed.size, signed.root)
        if said != (self._epoch, kept.size, bytes(kept.root)):
            verdict.report("checkpoint", f"checkpoint {kept.number} is not what its note says")
            return None
        return signed


class Signatures:
    """Every epoch of the log, and the anchor."""

    def __init__(self, verdict: Verdict) -> None:
        self._verdict = verdict
        # Before the size is read: the anchor covers what was committed when it was written.
        self._anchor = AnchorCheck(verdict)
        self._epochs = [
            EpochCheck(verdict, self._anchor, epoch, first) for epoch, first in whole.epochs()
        ]

    def at(self, growth: Growth) -> None:
        """The tree has this size now."""
        for epoch in self._epochs:
            epoch.at(growth)
        self._anchor.at(growth)

    def end(self, size: int, *, is_lost: bool) -> None:
        """The tree ends here."""
        for epoch in self._epochs:
            epoch.end(size, is_lost=is_lost)
        self._anchor.end(size)
