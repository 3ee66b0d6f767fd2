"""Checking the whole log, entry by entry, in memory that does not grow with it."""

import time
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from portal.audit.readings.entry import EntryCheck
from portal.audit.readings.signatures import Signatures
from portal.audit.readings.verdict import Verdict
from portal.audit.selectors import anchor, tree, whole
from portal.audit.selectors.whole import Placed
from portal.audit.tiles import WIDTH, Growth, Tile, full_tiles, split

PATIENCE = timedelta(seconds=60)
SECOND_LOOK = 2.0
"""Seconds. The sequencer comes more often."""
UNPLACED = "an entry has no place in the log"


def verify(
    progress: Callable[[int], None] = lambda size: None, settle: Callable[[], None] = lambda: None
) -> Verdict:
    """The verdict over everything that was committed when the verification began.

    `settle` is called where all else holds and an entry could have had its place for long: whoever
    may, gives it one, which is checked, too. Where nothing runs, nobody else would.
    """
    return Verification(settle).run(progress)


class Verification:
    """One pass over the log. A fault is reported where it shows, and the pass goes on."""

    def __init__(self, settle: Callable[[], None]) -> None:
        self._settle = settle
        self._verdict = Verdict()
        self._growth = Growth()
        self._entry = EntryCheck(self._verdict)
        self._lost = False
        """True once leaves are missing that no tile can replace: roots mean nothing from there."""
        self._signatures = Signatures(self._verdict)

    def run(self, progress: Callable[[int], None]) -> Verdict:
        """The verdict."""
        verdict, size = self._verdict, tree.size()
        for row in whole.placed(size):
            self._step(row)
            if row.seq % 4096 == 0:
                progress(row.seq)
        self._signatures.end(self._growth.size, is_lost=self._lost)
        # Where something is wrong nothing is touched: what is missing is what there is to see.
        if verdict.holds and not anchor.standing().is_frozen and _without_a_place():
            self._settle()
            for row in whole.placed(tree.size(), after=self._growth.size - 1):
                self._step(row)
        verdict.size, verdict.root = self._growth.size, self._growth.root()
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
        self._signatures.at(self._growth)

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

    def _surplus(self) -> None:
        """Rows that belong to nothing."""
        for level, index in whole.tiles_beyond(full_tiles(tree.size())):
            self._verdict.report("tile", f"tile {level}/{index} covers leaves that are not there")
        waiting = dict(whole.not_placed(PATIENCE))
        self._verdict.waiting += len(waiting)
        lost = {entry for entry, too_long in waiting.items() if too_long}
        if lost:
            # What an open transaction held back until a moment ago is being placed now.
            time.sleep(SECOND_LOOK)
            lost &= _without_a_place()
        for entry in sorted(lost):
            self._verdict.report("unplaced", UNPLACED, entry=entry)
        for what, entry in whole.orphans():
            self._verdict.report("orphan", f"{what} of an entry that is not there", entry=entry)


def _without_a_place() -> set[UUID]:
    return {entry for entry, too_long in whole.not_placed(PATIENCE) if too_long}
