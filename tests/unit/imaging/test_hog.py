"""Shapes are the classic descriptor, made smaller; colours are shares."""

from __future__ import annotations

import numpy as np
import pytest
from skimage.feature import hog as peer_hog

from sightline.imaging.hog import blocks, cells, colours, compact, grey


def picture(height: int = 200, width: int = 300, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (height // 8 + 1, width // 8 + 1, 3), dtype=np.uint8)
    return np.kron(coarse, np.ones((8, 8, 1), np.uint8))[:height, :width]


def test_the_descriptor_equals_scikit_images() -> None:
    plane = grey(picture())
    mine = blocks(cells(plane)).ravel()
    theirs = peer_hog(
        plane, orientations=9, pixels_per_cell=(16, 16), cells_per_block=(2, 2), block_norm="L2-Hys"
    )
    assert mine.shape == theirs.shape == (8100,)
    # A gradient at the very edge of two orientations may fall to either side.
    assert np.abs(mine - theirs).mean() < 2e-4
    assert np.corrcoef(mine, theirs)[0, 1] > 0.9999


def test_compacting_averages_what_each_cell_says() -> None:
    assert compact(np.ones((15, 15, 36), np.float32)) == pytest.approx(np.ones((8, 8, 9)))


def test_colours_are_shares_of_each_channel() -> None:
    red = np.zeros((4, 4, 3), np.uint8)
    red[..., 0] = 255
    assert colours(red).reshape(3, 8).argmax(1).tolist() == [7, 0, 0]
    assert colours(picture()).reshape(3, 8).sum(1) == pytest.approx(np.ones(3))
