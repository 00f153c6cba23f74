"""The built-in encoder is the classic descriptor, made smaller, and always answers the same."""

from __future__ import annotations

import numpy as np
import pytest

from sightline.core.errors import InvalidInputError
from sightline.core.ports import Encoder
from sightline.engines.hog.engine import HogEncoder


def picture(height: int = 200, width: int = 300, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (height // 8 + 1, width // 8 + 1, 3), dtype=np.uint8)
    return np.kron(coarse, np.ones((8, 8, 1), np.uint8))[:height, :width]


def test_rows_have_length_one_and_do_not_depend_on_the_batch() -> None:
    engine = HogEncoder()
    assert isinstance(engine, Encoder)
    images = [picture(seed=1), picture(40, 90, seed=2), picture(600, 500, seed=3)]
    rows = engine.encode(images)
    assert rows.shape == (3, engine.dim)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(3), abs=1e-6)
    assert (rows[1] == engine.encode([images[1]])[0]).all()
    assert engine.encode([]).shape == (0, engine.dim)


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 900, 3), (8, 8, 3), (3, 2, 3)])
def test_tiny_and_flat_pictures_have_finite_rows(shape: tuple[int, int, int]) -> None:
    for value in (0, 255):
        row = HogEncoder().encode([np.full(shape, value, np.uint8)])
        assert np.isfinite(row).all()
        assert np.linalg.norm(row) == pytest.approx(1.0)


def stripes(degrees: float) -> np.ndarray:
    y, x = np.mgrid[:120, :120]
    turned = x * np.cos(np.deg2rad(degrees)) + y * np.sin(np.deg2rad(degrees))
    return np.repeat((np.sin(turned / 5) * 80 + 128).astype(np.uint8)[..., None], 3, axis=2)


def test_alike_pictures_are_nearer_than_others() -> None:
    near = np.clip(stripes(33).astype(int) - 15, 0, 255).astype(np.uint8)
    rows = HogEncoder().encode([stripes(30), near, stripes(80)])
    assert rows[0] @ rows[1] > rows[0] @ rows[2] + 0.2


def test_the_key_stands_for_these_values() -> None:
    """A row of another value under the same key would mix two encoders in one array."""
    assert HogEncoder.key == "hog-256-16-2-9-rgb8-v1"
    row = HogEncoder().encode([stripes(30)])[0]
    assert row[[100, 250, 300, 575, 590]] == pytest.approx(
        [0.1118, 0.0, 0.0, 0.0, 0.1272], abs=2e-3
    )


@pytest.mark.parametrize("bad", [np.zeros((4, 4), np.uint8), np.zeros((0, 4, 3), np.uint8)])
def test_what_is_no_rgb_picture_is_refused(bad: np.ndarray) -> None:
    with pytest.raises(InvalidInputError):
        HogEncoder().encode([bad])
    with pytest.raises(InvalidInputError):
        HogEncoder().encode([np.zeros((4, 4, 3), np.float32)])
