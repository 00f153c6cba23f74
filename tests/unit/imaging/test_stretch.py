from __future__ import annotations

import numpy as np
import pytest

from sightline.core.errors import InvalidInputError
from sightline.imaging.stretch import check, stretched, unit


@pytest.mark.parametrize("shape", [(1, 1, 3), (7, 300, 3), (300, 7, 3), (64, 64), (900, 650)])
def test_any_picture_becomes_a_square_with_its_mean(shape: tuple[int, ...]) -> None:
    image = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    square = stretched(image, 64)
    assert square.shape == (64, 64, *shape[2:])
    assert square.dtype == np.float32
    assert square.mean() == pytest.approx(image.mean(), abs=12)


def test_what_is_flat_stays_flat() -> None:
    assert (stretched(np.full((10, 500, 3), 77, np.uint8), 96) == 77).all()


def test_lengths_become_one_but_that_of_nothing() -> None:
    assert np.linalg.norm(unit(np.array([3, 4], np.float32))) == pytest.approx(1)
    assert (unit(np.zeros(3, np.float32)) == 0).all()


@pytest.mark.parametrize("bad", [np.zeros((4, 4), np.uint8), np.zeros((0, 4, 3), np.uint8)])
def test_what_is_no_rgb_picture_is_refused(bad: np.ndarray) -> None:
    with pytest.raises(InvalidInputError, match="uint8"):
        check(bad)
