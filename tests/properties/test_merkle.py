"""The tree against the slow, obvious root; every proof against every way of bending it."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.audit import merkle, tiles
from portal.audit.errors import ProofRefused

pytestmark = [pytest.mark.pure, pytest.mark.feature("A2")]


def obvious_root(leaves: Sequence[bytes]) -> bytes:
    """The root as RFC 6962 defines it."""
    if not leaves:
        return merkle.EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return merkle.node_hash(obvious_root(leaves[:k]), obvious_root(leaves[k:]))


def leaves_of(size: int) -> list[bytes]:
    """The leaf hashes of a tree of this size."""
    return [merkle.leaf_hash(n.to_bytes(4, "big")) for n in range(size)]


def reading(leaves: Sequence[bytes]) -> merkle.Fetch:
    """A fetch that works out each subtree anew."""
    return lambda height, index: obvious_root(leaves[index << height : (index + 1) << height])


def refuses(check: Callable[[], None]) -> bool:
    """True if the verifier refused."""
    try:
        check()
    except ProofRefused:
        return True
    return False


@given(st.integers(0, 700))
def test_the_running_root_is_the_obvious_root(size: int):
    leaves, tree, grown = leaves_of(size), merkle.Frontier(), tiles.Growth()
    for leaf in leaves:
        tree.append(leaf)
        grown.append(leaf)

    assert tree.root() == grown.root() == obvious_root(leaves)
    assert merkle.root_of(size, reading(leaves)) == obvious_root(leaves)


def test_every_leaf_of_the_trees_one_to_thirty_nine_proves():
    for size in range(1, 40):
        leaves = leaves_of(size)
        root, fetch = obvious_root(leaves), reading(leaves)
        for index, leaf in enumerate(leaves):
            proof = merkle.inclusion_proof(index, size, fetch)
            merkle.check_inclusion(index, size, leaf, proof, root)


def test_every_pair_of_trees_up_to_thirty_nine_is_consistent():
    roots = [obvious_root(leaves_of(size)) for size in range(40)]
    for size2 in range(1, 40):
        fetch = reading(leaves_of(size2))
        for size1 in range(1, size2 + 1):
            proof = merkle.consistency_proof(size1, size2, fetch)
            merkle.check_consistency(size1, size2, roots[size1], roots[size2], proof)


@given(st.integers(2, 600), st.data())
def test_a_bent_inclusion_proof_is_refused(size: int, data: st.DataObject):
    leaves = leaves_of(size)
    index = data.draw(st.integers(0, size - 1))
    root = obvious_root(leaves)
    proof = merkle.inclusion_proof(index, size, reading(leaves))
    at, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
    bent = list(proof)
    bent[at] = (int.from_bytes(proof[at], "big") ^ 1 << bit).to_bytes(32, "big")
    other = data.draw(st.integers(0, size - 1).filter(lambda n: n != index))

    assert refuses(lambda: merkle.check_inclusion(index, size, leaves[index], bent, root))
    assert refuses(lambda: merkle.check_inclusion(index, size, leaves[other], proof, root))
    assert refuses(lambda: merkle.check_inclusion(other, size, leaves[index], proof, root))
    assert refuses(lambda: merkle.check_inclusion(index, size, leaves[index], proof[:-1], root))
    longer = [*proof, bytes(32)]
    assert refuses(lambda: merkle.check_inclusion(index, size, leaves[index], longer, root))
    short = [*proof[:-1], proof[-1][:31]]
    assert refuses(lambda: merkle.check_inclusion(index, size, leaves[index], short, root))


@given(st.integers(2, 400), st.data())
def test_a_rewritten_history_has_no_consistency_proof(size2: int, data: st.DataObject):
    size1 = data.draw(st.integers(1, size2 - 1))
    changed = data.draw(st.integers(0, size1 - 1))
    before, after = leaves_of(size1), leaves_of(size2)
    after[changed] = merkle.leaf_hash(b"rewritten")
    proof = merkle.consistency_proof(size1, size2, reading(after))

    assert refuses(
        lambda: merkle.check_consistency(
            size1, size2, obvious_root(before), obvious_root(after), proof
        )
    )


@given(st.integers(2, 400), st.data())
def test_a_bent_consistency_proof_is_refused(size2: int, data: st.DataObject):
    size1 = data.draw(st.integers(1, size2 - 1))
    leaves = leaves_of(size2)
    roots = obvious_root(leaves[:size1]), obvious_root(leaves)
    proof = merkle.consistency_proof(size1, size2, reading(leaves))
    at, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
    bent = list(proof)
    bent[at] = (int.from_bytes(proof[at], "big") ^ 1 << bit).to_bytes(32, "big")

    for false in (bent, proof[1:], proof[:-1], [*proof, bytes(32)], [bytes(32), *proof]):
        steps = list(false)
        assert refuses(lambda p=steps: merkle.check_consistency(size1, size2, *roots, p))  # type: ignore[misc]
    assert refuses(lambda: merkle.check_consistency(size1, size2, roots[1], roots[0], proof))
    for wrong in (size1 - 1, size1 + 1):
        assert refuses(lambda s=wrong: merkle.check_consistency(s, size2, *roots, proof))  # type: ignore[misc]


@given(st.integers(1, 3000), st.data())
def test_tiles_give_the_same_proofs_as_the_leaves(size: int, data: st.DataObject):
    leaves, grown = leaves_of(size), tiles.Growth()
    kept = {(t.level, t.index): t for leaf in leaves for t in grown.append(leaf)}
    index = data.draw(st.integers(0, size - 1))

    def read(level: int, tile: int, begin: int, end: int) -> list[bytes]:
        if full := kept.get((level, tile)):
            return tiles.split(full.hashes)[begin:end]
        if level == 0:
            return leaves[tile * 256 + begin : tile * 256 + end]
        return [kept[level - 1, tile * 256 + n].root for n in range(begin, end)]

    proof = merkle.inclusion_proof(index, size, tiles.fetch_from(read))

    merkle.check_inclusion(index, size, leaves[index], proof, grown.root())
    assert sorted(kept) == [
        (level, n) for level, count in enumerate(tiles.full_tiles(size)) for n in range(count)
    ]
