"""Tiles: the counts and paths of the published format, and a tree that can be taken up again."""

import pytest

from portal.audit import merkle, tiles

pytestmark = pytest.mark.pure


def test_the_tiles_of_a_tree_of_seventy_thousand_are_those_of_the_specification():
    assert tiles.full_tiles(70_000) == [273, 1]
    assert tiles.edge_widths(70_000) == [112, 17, 1]
    assert tiles.full_tiles(256) == [1]
    assert tiles.edge_widths(256) == [0, 1]
    assert tiles.full_tiles(0) == tiles.edge_widths(0) == []


def test_paths_are_those_of_the_specification():
    assert tiles.path(0, 1_234_067) == "tile/0/x001/x234/067"
    assert tiles.path(0, 5) == "tile/0/005"
    assert tiles.path(1, 999) == "tile/1/999"
    assert tiles.path(1, 1000) == "tile/1/x001/000"
    assert tiles.path(2, 0, 17) == "tile/2/000.p/17"


def test_a_tree_goes_on_from_its_edge():
    whole = tiles.Growth()
    leaves = [merkle.leaf_hash(bytes([n % 256, n // 256])) for n in range(800)]
    kept = {(t.level, t.index): t for leaf in leaves for t in whole.append(leaf)}

    for size in (0, 1, 255, 256, 257, 511, 512, 700):
        edge = [leaves[size - size % 256 : size], [kept[0, n].root for n in range(size // 256)]]
        taken_up = tiles.Growth(size, edge[: len(tiles.edge_widths(size))])
        for leaf in leaves[size:]:
            taken_up.append(leaf)
        assert taken_up.root() == whole.root()


def test_an_edge_of_another_size_is_refused():
    with pytest.raises(ValueError, match="edge"):
        tiles.Growth(3, [[bytes(32)]])


def test_the_root_of_a_tile_is_the_root_of_its_hashes():
    hashes = [merkle.leaf_hash(bytes([n])) for n in range(256)]
    tree = tiles.Growth()
    (tile,) = [tile for leaf in hashes for tile in tree.append(leaf)]

    assert tile.root == tree.root() == tiles.subtree_root(hashes)
    assert tiles.split(tile.hashes) == hashes
