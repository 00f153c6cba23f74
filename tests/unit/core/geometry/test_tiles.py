"""Tiles of a large picture: every place lies deep in one, and what a tile cuts is noticed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sightline.core.geometry.tiles import Tile, tile_about

LENGTHS = st.integers(10, 5_000)
SIDES = st.integers(8, 1_024)


@given(LENGTHS, LENGTHS, SIDES, st.floats(0, 1), st.floats(0, 1))
def test_every_place_of_a_large_picture_lies_a_quarter_deep_in_a_tile(
    width: int, height: int, side: int, across: float, down: float
) -> None:
    size = (width, height)
    x, y = across * width, down * height
    tile = tile_about((x, y, x, y), size, side)
    assert (tile is None) == (max(size) <= side)
    if tile is None:
        return
    assert 0 <= tile.x <= width - tile.width
    assert 0 <= tile.y <= height - tile.height
    assert (tile.width, tile.height) == (min(side, width), min(side, height))
    deep = side // 4 - 2
    assert not tile.cuts((x - deep, y - deep, x + deep, y + deep), size)


def test_what_no_tile_holds_is_of_the_whole_picture() -> None:
    size = (1_000, 600)
    assert tile_about((10, 10, 900, 200), size, 256) is None
    assert tile_about((10, 10, 90, 200), size, 0) is None
    assert tile_about((10, 10, 90, 200), size, 1_000) is None
    assert tile_about((10, 10, 90, 200), size, 256) == Tile(0, 0, 256, 256)


def test_a_tile_cuts_at_inner_borders_alone() -> None:
    tile = Tile(0, 100, 200, 200)
    size = (800, 300)
    assert not tile.cuts((0, 150, 100, 300), size)
    assert tile.cuts((0, 100, 100, 200), size)
    assert tile.cuts((150, 150, 199.5, 200), size)
