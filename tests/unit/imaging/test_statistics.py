from __future__ import annotations

import numpy as np

from sightline.imaging.statistics import DIM, input_statistics


def test_a_copy_of_half_the_size_is_nearer_than_another_light() -> None:
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 256, (12, 16, 3), dtype=np.uint8)
    picture = coarse.repeat(40, axis=0).repeat(40, axis=1)
    own = input_statistics(picture)
    half, dark = input_statistics(picture[::2, ::2]), input_statistics(picture // 3)
    assert own.shape == (DIM,)
    assert np.linalg.norm(half - own) < 0.3 * np.linalg.norm(dark - own)


def test_a_single_pixel_has_statistics() -> None:
    assert np.isfinite(input_statistics(np.zeros((1, 1, 3), np.uint8))).all()
