"""The encoder with a dictionary of patches: rows as an encoder gives them, and always the same."""

from __future__ import annotations

import numpy as np
import pytest

from sightline.core.errors import InvalidInputError
from sightline.core.ports import Encoder
from sightline.engines.dictionary.engine import WEIGHTS, DictionaryEncoder, learned

MOST_BYTES = 3_000_000


def stripes(degrees: float, size: tuple[int, int] = (120, 90)) -> np.ndarray:
    y, x = np.mgrid[: size[0], : size[1]]
    turned = x * np.cos(np.deg2rad(degrees)) + y * np.sin(np.deg2rad(degrees))
    return np.repeat((np.sin(turned / 5) * 80 + 128).astype(np.uint8)[..., None], 3, axis=2)


def test_rows_have_length_one_and_do_not_depend_on_the_batch() -> None:
    engine = DictionaryEncoder()
    assert isinstance(engine, Encoder)
    images = [stripes(10), stripes(80, (40, 300)), stripes(40, (700, 500))]
    rows = engine.encode(images)
    assert rows.shape == (3, engine.dim)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(3), abs=1e-6)
    assert (rows[1] == engine.encode([images[1]])[0]).all()
    assert engine.encode([]).shape == (0, engine.dim)


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 900, 3), (8, 8, 3)])
@pytest.mark.parametrize("value", [0, 255])
def test_tiny_and_flat_pictures_have_finite_rows(shape: tuple[int, ...], value: int) -> None:
    row = DictionaryEncoder().encode([np.full(shape, value, np.uint8)])
    assert np.isfinite(row).all()
    assert np.linalg.norm(row) == pytest.approx(1.0)


def test_alike_pictures_are_nearer_than_others() -> None:
    near = np.clip(stripes(33).astype(int) - 15, 0, 255).astype(np.uint8)
    rows = DictionaryEncoder().encode([stripes(30), near, stripes(80)])
    assert rows[0] @ rows[1] > rows[0] @ rows[2] + 0.2


def test_the_key_stands_for_these_values() -> None:
    """A row of another value under the same key would mix two encoders in one array."""
    assert DictionaryEncoder.key == "dictionary-64-96-v1"
    row = DictionaryEncoder().encode([stripes(30)])[0]
    assert row[[0, 1, 200, 500]] == pytest.approx([0.1131, -0.0415, -0.0422, 0.0], abs=2e-3)


def test_what_was_learned_is_small_and_whole() -> None:
    scales, mean, axes = learned()
    assert WEIGHTS.stat().st_size <= MOST_BYTES
    assert axes.shape == (sum(one.dim for one in scales), 384) == (len(mean), 384)
    assert np.isfinite(axes).all()


def test_what_is_no_rgb_picture_is_refused() -> None:
    with pytest.raises(InvalidInputError):
        DictionaryEncoder().encode([np.zeros((4, 4), np.uint8)])
