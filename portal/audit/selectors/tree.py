"""The tree as the tables hold it: full tiles, and beyond them the leaves one by one."""

from collections.abc import Sequence
from functools import lru_cache

from django.db.models import Max

from portal.audit import merkle, tiles
from portal.audit.merkle import Fetch
from portal.audit.models import Leaf, Tile


def size() -> int:
    """How many leaves there are."""
    last: int | None = Leaf.objects.aggregate(last=Max("seq"))["last"]
    return 0 if last is None else last + 1


def last_hash(count: int) -> bytes:
    """The hash of the last leaf of the tree of this size; empty if there is none."""
    return b"".join(
        map(bytes, Leaf.objects.filter(seq=count - 1).values_list("leaf_hash", flat=True))
    )


def growth() -> tiles.Growth:
    """The tree as it is, ready to grow."""
    count = size()
    edge = [
        _unfinished(level, (count >> tiles.HEIGHT * level) - width, width)
        for level, width in enumerate(tiles.edge_widths(count))
    ]
    grown = tiles.Growth(count, edge)
    grown.last = last_hash(count)
    return grown


def fetch() -> Fetch:
    """Subtree hashes out of the tables, for one proof or root: what is read is kept by the fetch.

    A lookup of a leaf or tile that is not there raises LookupError.
    """
    whole = lru_cache(maxsize=64)(tile)

    def read(level: int, index: int, begin: int, end: int) -> Sequence[bytes]:
        if hashes := whole(level, index):
            return tiles.split(hashes)[begin:end]
        return part(level, index * tiles.WIDTH + begin, end - begin)

    return tiles.fetch_from(read)


def part(level: int, first: int, width: int) -> list[bytes]:
    """Neighbouring hashes of a level, without the tile over them. Raises LookupError."""
    found = _unfinished(level, first, width)
    if len(found) != width:
        raise LookupError("the tree has a hole")
    return found


def root(count: int) -> bytes:
    """The root of the first so many leaves. Raises LookupError where there are not as many."""
    return merkle.root_of(count, fetch())


def tile(level: int, index: int) -> bytes:
    """The hashes of a full tile; empty if there is none."""
    return _column("hashes", level, index)


def tile_root(level: int, index: int) -> bytes:
    """The root that the row of a full tile states; empty if there is none."""
    return _column("root", level, index)


def _column(name: str, level: int, index: int) -> bytes:
    rows = Tile.objects.filter(level=level, index=index).values_list(name, flat=True)
    return b"".join(map(bytes, rows))


def _unfinished(level: int, first: int, width: int) -> list[bytes]:
    """Neighbouring hashes of a level, from the leaves or from the roots of the tiles below."""
    if not width:
        return []
    span = (first, first + width - 1)
    if level == 0:
        rows = Leaf.objects.filter(seq__range=span).order_by("seq")
        return [bytes(found) for found in rows.values_list("leaf_hash", flat=True)]
    below = Tile.objects.filter(level=level - 1, index__range=span).order_by("index")
    return [bytes(found) for found in below.values_list("root", flat=True)]
