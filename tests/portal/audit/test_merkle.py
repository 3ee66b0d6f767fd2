"""The tree against published vectors, the traps among them."""

import json
from base64 import b64decode
from pathlib import Path

import pytest

from portal.audit import merkle
from portal.audit.errors import ProofRefused
from tests.shared import shared

pytestmark = [pytest.mark.pure, pytest.mark.feature("A2")]

# The eight leaves of the Certificate Transparency test tree, and its roots at each size.
CT_LEAVES = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def vectors(kind: str) -> list[Path]:
    """The vector files of one kind."""
    return sorted(
        path for path in shared("merkle/transparency-dev").rglob("*.json") if kind in str(path)
    )


def unbased(text: str | None) -> bytes:
    """The bytes of a field, which may be missing."""
    return b64decode(text or "")


def test_the_roots_of_the_published_tree():
    tree = merkle.Frontier()
    roots = []
    for leaf in CT_LEAVES:
        tree.append(merkle.leaf_hash(bytes.fromhex(leaf)))
        roots.append(tree.root().hex())

    assert roots == CT_ROOTS


def test_an_empty_tree_has_the_hash_of_nothing():
    assert merkle.Frontier().root() == merkle.EMPTY_ROOT
    assert merkle.EMPTY_ROOT.hex().startswith("e3b0c442")


def test_a_leaf_is_never_taken_for_a_node():
    left, right = bytes(32), bytes([1]) * 32

    assert merkle.leaf_hash(left + right) != merkle.node_hash(left, right)


def test_every_published_inclusion_vector_is_judged_as_published():
    found = vectors("inclusion")
    assert len(found) > 60
    for path in found:
        case = json.loads(path.read_text())
        try:
            merkle.check_inclusion(
                case["leafIdx"],
                case["treeSize"],
                unbased(case["leafHash"]),
                [unbased(step) for step in case["proof"] or []],
                unbased(case["root"]),
            )
            refused = False
        except ProofRefused:
            refused = True

        assert refused == case["wantErr"], path.name


def test_every_published_consistency_vector_is_judged_as_published():
    found = vectors("consistency")
    assert len(found) > 50
    for path in found:
        case = json.loads(path.read_text())
        try:
            merkle.check_consistency(
                case["size1"],
                case["size2"],
                unbased(case["root1"]),
                unbased(case["root2"]),
                [unbased(step) for step in case["proof"] or []],
            )
            refused = False
        except ProofRefused:
            refused = True

        assert refused == case["wantErr"], path.name


def test_two_empty_hashes_prove_nothing():
    with pytest.raises(ProofRefused):
        merkle.check_inclusion(0, 1, b"", [], b"")


def test_nothing_follows_from_an_empty_tree():
    with pytest.raises(ProofRefused):
        merkle.check_consistency(0, 8, merkle.EMPTY_ROOT, bytes(32), [])
    with pytest.raises(ProofRefused):
        merkle.check_consistency(0, 0, merkle.EMPTY_ROOT, merkle.EMPTY_ROOT, [])


def test_a_frontier_that_does_not_fit_its_size_is_refused():
    with pytest.raises(ValueError, match="peak"):
        merkle.Frontier(3, [bytes(32)])


def test_proofs_that_make_no_sense_are_not_made():
    def nothing(height: int, index: int) -> bytes:
        return bytes(32)

    for index, size in ((-1, 4), (4, 4), (0, 0)):
        with pytest.raises(ValueError, match="leaf"):
            merkle.inclusion_proof(index, size, nothing)
    for size1, size2 in ((0, 4), (5, 4)):
        with pytest.raises(ValueError, match="consistency"):
            merkle.consistency_proof(size1, size2, nothing)
