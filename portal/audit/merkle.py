"""The Merkle tree of RFC 6962: hashes, a running root, proofs and their strict verifiers.

Bytes in, bytes out. A subtree is named by its height and its index among subtrees of that height:
(0, 5) is the sixth leaf, (3, 1) covers leaves 8 to 15.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

from portal.audit.errors import ProofRefused

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()

Fetch = Callable[[int, int], bytes]
"""The hash of the complete subtree of this height and index."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of one entry as a leaf."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """A tree that only grows, held as the roots of its complete subtrees, widest first."""

    __slots__ = ("_peaks", "size")

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self._peaks = list(peaks)
        self.size = size
        if len(self._peaks) != size.bit_count():
            raise ValueError("a tree has one peak for each binary one of its size")

    def append(self, leaf: bytes) -> None:
        """The tree has one more leaf (its hash)."""
        merges = self.size
        self.size += 1
        while merges & 1:
            leaf = node_hash(self._peaks.pop(), leaf)
            merges >>= 1
        self._peaks.append(leaf)

    def root(self) -> bytes:
        """The root over all leaves so far."""
        return fold(self._peaks)

    def copy(self) -> "Frontier":
        """An equal tree that grows on its own."""
        return Frontier(self.size, self._peaks)


def fold(peaks: Sequence[bytes]) -> bytes:
    """The root over complete subtrees, widest first."""
    if not peaks:
        return EMPTY_ROOT
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root


def peaks_of(size: int) -> list[tuple[int, int]]:
    """The complete subtrees (height, index) that a tree of this size falls into, widest first."""
    return [
        (height, (size >> height) - 1)
        for height in reversed(range(size.bit_length()))
        if size >> height & 1
    ]


def root_of(size: int, fetch: Fetch) -> bytes:
    """The root of the tree of this size."""
    return fold([fetch(height, index) for height, index in peaks_of(size)])


def inclusion_proof(index: int, size: int, fetch: Fetch) -> list[bytes]:
    """The proof that leaf `index` is in the tree of `size`, from the leaf's sibling upwards."""
    if not 0 <= index < size:
        raise ValueError("this tree has no such leaf")
    proof: list[bytes] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            proof.append(_range_root(middle, end, fetch))
            end = middle
        else:
            proof.append(_range_root(begin, middle, fetch))
            begin = middle
    return proof[::-1]


def consistency_proof(size1: int, size2: int, fetch: Fetch) -> list[bytes]:
    """The proof that the tree of `size1` is the beginning of the tree of `size2`."""
    if not 0 < size1 <= size2:
        raise ValueError("a consistency proof leads from a tree with leaves to one no smaller")
    proof: list[bytes] = []
    begin, end = 0, size2
    while size1 != end:
        middle = begin + _split(end - begin)
        if size1 <= middle:
            proof.append(_range_root(middle, end, fetch))
            end = middle
        else:
            proof.append(_range_root(begin, middle, fetch))
            begin = middle
    if begin:
        proof.append(_range_root(begin, end, fetch))
    return proof[::-1]


def check_inclusion(
    index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes
) -> None:
    """The leaf hash stands at `index` in the tree of this size and root. Raises ProofRefused."""
    _whole_hashes(leaf, root, *proof)
    if not 0 <= index < size:
        raise ProofRefused("the index lies outside the tree")
    place, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            raise ProofRefused("the proof is too long")
        if place & 1 or place == last:
            found = node_hash(step, found)
            place, last = _past_the_edge(place, last)
        else:
            found = node_hash(found, step)
        place, last = place >> 1, last >> 1
    if last != 0:
        raise ProofRefused("the proof is too short")
    if found != root:
        raise ProofRefused("the proof leads to another root")


def check_consistency(
    size1: int, size2: int, root1: bytes, root2: bytes, proof: Sequence[bytes]
) -> None:
    """The first tree is the beginning of the second. Raises ProofRefused.

    Nothing follows from an empty tree, so a proof from size 0 is refused like a false one.
    """
    if not 0 < size1 <= size2:
        raise ProofRefused("these sizes prove nothing")
    if size1 == size2:
        if proof or root1 != root2:
            raise ProofRefused("two roots of one size differ, or the proof is too long")
        return
    _whole_hashes(root1, root2, *proof)
    if not proof:
        raise ProofRefused("the proof is too short")
    # A first tree that is one complete subtree is its own first step (RFC 9162, 2.1.4.2).
    steps = list(proof) if size1 & (size1 - 1) else [root1, *proof]
    if _replay(size1, size2, steps) != (root1, root2):
        raise ProofRefused("the proof leads to other roots")


def _replay(size1: int, size2: int, steps: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The two roots to which the steps of a consistency proof lead."""
    place, last = size1 - 1, size2 - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            raise ProofRefused("the proof is too long")
        if place & 1 or place == last:
            old, new = node_hash(step, old), node_hash(step, new)
            place, last = _past_the_edge(place, last)
        else:
            new = node_hash(new, step)
        place, last = place >> 1, last >> 1
    if last != 0:
        raise ProofRefused("the proof is too short")
    return old, new


def _past_the_edge(place: int, last: int) -> tuple[int, int]:
    """At the right edge of the tree levels without a sibling are skipped."""
    while place and not place & 1:
        place, last = place >> 1, last >> 1
    return place, last


def _whole_hashes(*hashes: bytes) -> None:
    if any(len(one) != HASH_BYTES for one in hashes):
        raise ProofRefused("a hash has 32 bytes")


def _split(width: int) -> int:
    """The largest power of two below the width."""
    return 1 << ((width - 1).bit_length() - 1)


def _range_root(begin: int, end: int, fetch: Fetch) -> bytes:
    """The root over leaves begin to end, which the tree's own shape laid out so."""
    parts: list[bytes] = []
    while begin < end:
        width = end - begin
        height = width.bit_length() - 1
        parts.append(fetch(height, begin >> height))
        begin += 1 << height
    return fold(parts)
