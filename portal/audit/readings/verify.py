"""Checking the whole log, entry by entry, in memory that does not grow with it."""

from collections.abc import Callable
from datetime import timedelta

from portal.audit import notes
from portal.audit.errors import NoteRefused
from portal.audit.models import Checkpoint
from portal.audit.readings.entry import EntryCheck
from portal.audit.readings.verdict import Verdict
from portal.audit.selectors import anchor, log, tree, whole
from portal.audit.selectors.whole import Placed
from portal.audit.tiles import WIDTH, Growth, Tile, full_tiles, split

PATIENCE = timedelta(seconds=60)


def verify(progress: Callable[[int], None] = lambda size: None) -> Verdict:
    """The verdict over everything that was committed when the verification began."""
    return Verification().run(progress)


class Verification:
    """One pass over the log. A fault is reported where it shows, and the pass goes on."""

    def __init__(self) -> None:
        self._verdict = Verdict()
        self._growth = Growth()
        self._entry = EntryCheck(self._verdict)
        self._lost = False
        """True once leaves are missing that no tile can replace: roots mean nothing from there."""
        self._checkpoints = whole.checkpoints()
        self._next: Checkpoint | None = None
        self._number = 0
        # Before the size is read: the anchor covers what was committed when it was written.
        self._anchor = AnchorCheck(self._verdict)

    def run(self, progress: Callable[[int], None]) -> Verdict:
        """The verdict."""
        verdict, size = self._verdict, tree.size()
        self._next = next(self._checkpoints, None)
        for row in whole.placed(size):
            self._step(row)
            if row.seq % 4096 == 0:
                progress(row.seq)
        verdict.size, verdict.root = self._growth.size, self._growth.root()
        while self._next is not None:
            self._beyond(self._next)
        self._anchor.end(verdict.size)
        self._surplus()
        self._entry.end()
        return verdict

    def _step(self, row: Placed) -> None:
        if row.seq != self._growth.size and not self._lost:
            self._bridge(row.seq)
        self._entry.check(row)
        if not self._lost:
            self._grow(row.leaf_hash)

    def _grow(self, leaf_hash: bytes) -> None:
        for tile in self._growth.append(leaf_hash):
            self._check_tile(tile)
        size = self._growth.size
        while self._next is not None and self._next.size <= size:
            self._check_checkpoint(self._next)
        self._anchor.at(self._growth)

    def _bridge(self, seq: int) -> None:
        """Leaves are missing before this one. Where a tile still holds their hashes, go on."""
        gap = self._growth.size
        self._verdict.report("leaf", f"leaf {gap} is missing; the next one is {seq}", seq=gap)
        if not 0 < seq - gap < WIDTH:
            self._lost = True
            return
        for missing in range(gap, seq):
            hashes = tree.tile(0, missing // WIDTH)
            if not hashes:
                self._lost = True
                return
            self._grow(split(hashes)[missing % WIDTH])

    def _check_tile(self, tile: Tile) -> None:
        """The row of a tile that just filled holds what the leaves say."""
        kept = tree.tile(tile.level, tile.index)
        name = f"tile {tile.level}/{tile.index}"
        if not kept:
            self._verdict.report("tile", f"{name} is missing")
        elif kept != tile.hashes:
            pairs = zip(split(kept), split(tile.hashes), strict=True)
            at = next((n for n, (one, other) in enumerate(pairs) if one != other), 0)
            seq = tile.index * WIDTH + at if tile.level == 0 else None
            self._verdict.report("tile", f"{name} differs from what is below it at {at}", seq=seq)
        elif tree.tile_root(tile.level, tile.index) != tile.root:
            self._verdict.report("tile", f"{name} has a root that is not its own")

    def _check_checkpoint(self, kept: Checkpoint) -> None:
        signed = self._signed(kept)
        if signed is None:
            return
        if signed.size != self._growth.size:
            self._verdict.report("checkpoint", f"checkpoint {kept.number} is out of order")
            return
        if signed.root != self._growth.root():
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

    def _beyond(self, kept: Checkpoint) -> None:
        """A checkpoint that no leaf reached."""
        signed, verdict = self._signed(kept), self._verdict
        if signed is not None and not self._lost:
            verdict.report(
                "truncated",
                f"checkpoint {kept.number} was signed over {signed.size} entries; "
                f"{self._growth.size} are left",
                seq=verdict.signed,
                last=self._growth.size,
            )

    def _signed(self, kept: Checkpoint) -> notes.Checkpoint | None:
        """What the checkpoint's note says, if we signed it and the row repeats it. Moves on."""
        verdict, number = self._verdict, self._number
        verdict.checkpoints += 1
        if kept.number != number:
            verdict.report("checkpoint", f"checkpoint {number} is missing")
        self._number = kept.number + 1
        self._next = next(self._checkpoints, None)
        try:
            signed = log.checkpoint_in(kept.note)
        except NoteRefused as refused:
            verdict.report("signature", f"checkpoint {kept.number}: {refused}")
            return None
        if (signed.size, signed.root) != (kept.size, bytes(kept.root)):
            verdict.report("checkpoint", f"checkpoint {kept.number} is not what its note says")
            return None
        return signed

    def _surplus(self) -> None:
        """Rows that belong to nothing."""
        for level, index in whole.tiles_beyond(full_tiles(tree.size())):
            self._verdict.report("tile", f"tile {level}/{index} covers leaves that are not there")
        for entry, too_long in whole.not_placed(PATIENCE):
            self._verdict.waiting += 1
            if too_long:
                self._verdict.report("unplaced", "an entry has no place in the log", entry=entry)
        for what, entry in whole.orphans():
            self._verdict.report("orphan", f"{what} of an entry that is not there", entry=entry)


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

    def at(self, growth: Growth) -> None:
        """The tree has this size now."""
        stated = self._stated
        if stated and stated.size == growth.size and stated.root != growth.root():
            self._verdict.report(
                "anchor", f"the first {stated.size} entries are not those that were anchored"
            )

    def seen(self, signed: notes.Checkpoint) -> None:
        """The database holds this checkpoint, and it is sound."""
        if self._stated and signed.size == self._stated.size:
            self._kept = True

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
