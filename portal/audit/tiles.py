"""Tiles: the tree in rows of 256 hashes (c2sp.org/tlog-tiles), so that a proof reads few of them.

The tile (level, index) holds the roots of 256 neighbouring subtrees of height 8 × level. Only full
tiles are kept; what is not yet full is found again from the leaves and the tiles below.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from portal.audit.merkle import HASH_BYTES, Fetch, Frontier, node_hash

WIDTH = 256
HEIGHT = 8


@dataclass(frozen=True, slots=True)
class Tile:
    """A full tile and its root, which is one hash of the tile above it."""

    level: int
    index: int
    hashes: bytes
    root: bytes


class Growth:
    """A growing tree that hands out each tile as it fills: what the sequencer keeps in memory."""

    __slots__ = ("_edge", "frontier", "last")

    def __init__(self, size: int = 0, edge: Sequence[Sequence[bytes]] = ()) -> None:
        """`edge` holds, level by level, the hashes of the tiles that are not full at this size."""
        self._edge = [list(hashes) for hashes in edge]
        if [len(hashes) for hashes in self._edge] != edge_widths(size):
            raise ValueError("the edge does not belong to a tree of this size")
        peaks = [peak for hashes in reversed(self._edge) for peak in peaks_within(hashes)]
        self.frontier = Frontier(size, peaks)
        self.last: bytes = b""

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return self.frontier.size

    def append(self, leaf: bytes) -> list[Tile]:
        """The tree has one more leaf; the tiles that it filled, lowest first."""
        self.frontier.append(leaf)
        self.last = leaf
        filled: list[Tile] = []
        level, hashed = 0, leaf
        while True:
            if level == len(self._edge):
                self._edge.append([])
            edge = self._edge[level]
            edge.append(hashed)
            if len(edge) < WIDTH:
                return filled
            hashed = subtree_root(edge)
            index = (self.size >> HEIGHT * (level + 1)) - 1
            filled.append(Tile(level, index, b"".join(edge), hashed))
            self._edge[level] = []
            level += 1

    def root(self) -> bytes:
        """The root over all leaves so far."""
        return self.frontier.root()


def edge_widths(size: int) -> list[int]:
    """How many hashes the unfinished tile of each level holds."""
    widths = []
    while size:
        widths.append(size % WIDTH)
        size //= WIDTH
    return widths


def full_tiles(size: int) -> list[int]:
    """How many full tiles each level has."""
    counts = []
    while size := size // WIDTH:
        counts.append(size)
    return counts


def subtree_root(hashes: Sequence[bytes]) -> bytes:
    """The root over a power of two of neighbouring subtrees."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]


def peaks_within(hashes: Sequence[bytes]) -> list[bytes]:
    """The roots of the complete subtrees that an unfinished tile falls into, widest first."""
    peaks, begin = [], 0
    for height in reversed(range(HEIGHT)):
        if len(hashes) >> height & 1:
            peaks.append(subtree_root(hashes[begin : begin + (1 << height)]))
            begin += 1 << height
    return peaks


def fetch_from(read: Callable[[int, int, int, int], Sequence[bytes]]) -> Fetch:
    """A fetch for proofs over `read(level, tile, begin, end)`: the hashes of a part of one tile."""

    def fetch(height: int, index: int) -> bytes:
        level, below = divmod(height, HEIGHT)
        first = index << below
        tile, begin = divmod(first, WIDTH)
        return subtree_root(read(level, tile, begin, begin + (1 << below)))

    return fetch


def split(hashes: bytes) -> list[bytes]:
    """The hashes of a tile, one by one."""
    return [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]


def path(level: int | str, index: int, width: int = WIDTH) -> str:
    """Where outsiders find this tile; a width below 256 names an unfinished one.

    The level `entries` names bundles of entries.
    """
    digits = f"{index:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    parts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    spelt = "/".join([*(f"x{part}" for part in parts[:-1]), parts[-1]])
    return f"tile/{level}/{spelt}" + (f".p/{width}" if width < WIDTH else "")
