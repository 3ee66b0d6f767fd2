"""The log as outsiders read it (c2sp.org/tlog-tiles): a checkpoint, tiles, bundles of entries."""

from collections.abc import Iterator

from portal.audit.models import Checkpoint, Leaf
from portal.audit.selectors import anchor, tree
from portal.audit.tiles import HEIGHT, WIDTH, path

ENTRIES = "entries"
LONGEST = 0xFFFF


def checkpoint() -> Checkpoint | None:
    """The newest checkpoint that may be shown: one that no crash can take back."""
    kept, anchored = anchor.newest(), anchor.anchored()
    if kept and anchored and anchored.size < kept.size:
        return Checkpoint.objects.filter(epoch=kept.epoch, size=anchored.size).first()
    return kept


def files(size: int) -> Iterator[tuple[str, bytes]]:
    """Every tile and bundle of the tree of this size: where it lies, and what it holds."""
    level, count = 0, size
    while count:
        for index in range(-(-count // WIDTH)):
            width = min(WIDTH, count - index * WIDTH)
            yield path(level, index, width), hashes(level, index, width)
        level, count = level + 1, count >> HEIGHT
    for index in range(-(-size // WIDTH)):
        width = min(WIDTH, size - index * WIDTH)
        yield path(ENTRIES, index, width), bundle(index, width)


def hashes(level: int, index: int, width: int) -> bytes:
    """The first so many hashes of a tile. Raises LookupError where the tree has fewer."""
    if found := tree.tile(level, index):
        return found[: width * 32]
    return b"".join(tree.part(level, index * WIDTH, width))


def bundle(index: int, width: int) -> bytes:
    """The first so many entries of a bundle, the length of each in two bytes before it."""
    found = [content for _, content in leaves(index * WIDTH, width)]
    return b"".join(len(content).to_bytes(2, "big") + content for content in found)


def leaves(first: int, count: int) -> list[tuple[int, bytes]]:
    """So many entries from this place on. Raises LookupError where one is not there."""
    rows = Leaf.objects.filter(seq__range=(first, first + count - 1)).order_by("seq")
    found = [(seq, bytes(leaf)) for seq, leaf in rows.values_list("seq", "entry__leaf") if leaf]
    if [seq for seq, _ in found] != [*range(first, first + count)]:
        raise LookupError("an entry is not there")
    return found
