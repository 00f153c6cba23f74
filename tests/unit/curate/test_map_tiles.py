from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from sightline.core.errors import InvalidInputError
from sightline.curate.map_points import square_of
from sightline.curate.map_tiles import TILE, cells, check_tile, counts, fullest, opacity, png


@pytest.mark.parametrize("zoom", [0, 1, 3])
def test_the_tiles_of_a_zoom_hold_every_point_once(zoom: int) -> None:
    xy = np.random.default_rng(0).standard_normal((5000, 2)).astype(np.float32)
    column, row = cells(xy, square_of(xy), zoom)
    tiles = [counts(column, row, x, y) for x in range(1 << zoom) for y in range(1 << zoom)]
    assert sum(int(tile.sum()) for tile in tiles) == 5000
    assert max(int(tile.max()) for tile in tiles) == fullest(column, row, zoom)


def test_a_point_above_and_left_is_drawn_above_and_left() -> None:
    square = (0.0, 0.0, 1.0, 1.0)
    column, row = cells(np.array([[0.1, 0.9], [1.0, 0.0]], np.float32), square, 0)
    assert max(int(column[0]), int(row[0])) < TILE / 2
    assert (int(column[1]), int(row[1])) == (TILE - 1, TILE - 1)


def test_a_picture_is_clear_where_nothing_is_and_darkest_where_most_is() -> None:
    count = np.zeros((TILE, TILE), np.int64)
    count[3, 4], count[5, 6] = 1, 100
    picture = Image.open(io.BytesIO(png(opacity(count, 100))))
    assert picture.mode == "LA"
    alpha = np.asarray(picture)[..., 1]
    assert alpha[0, 0] == 0
    assert 0 < alpha[3, 4] < alpha[5, 6] == 255


@pytest.mark.parametrize("tile", [(9, 0, 0), (1, 2, 0), (0, 0, 1), (-1, 0, 0)])
def test_a_tile_that_is_not_is_refused(tile: tuple[int, int, int]) -> None:
    with pytest.raises(InvalidInputError):
        check_tile(*tile)
