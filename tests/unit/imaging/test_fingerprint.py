"""A fingerprint stays when a picture is resized or brightened, and tells pictures apart."""

from __future__ import annotations

import cv2
import numpy as np

from sightline.imaging.fingerprint import BYTES, fingerprint


def picture(seed: int) -> np.ndarray:
    rough = np.random.default_rng(seed).integers(0, 200, (6, 8, 3), np.uint8)
    return np.asarray(cv2.resize(rough, (320, 240), interpolation=cv2.INTER_CUBIC))


def apart(a: np.ndarray, b: np.ndarray) -> int:
    return int(np.unpackbits(fingerprint(a) ^ fingerprint(b)).sum())


def test_size_and_brightness_hardly_change_it() -> None:
    for seed in range(8):
        here = picture(seed)
        assert apart(here, cv2.resize(here, (131, 97), interpolation=cv2.INTER_AREA)) <= 4
        assert apart(here, np.minimum(here.astype(int) * 1.1 + 8, 255).astype(np.uint8)) <= 6


def test_pictures_differ_in_many_bits() -> None:
    assert min(apart(picture(a), picture(b)) for a in range(8) for b in range(a)) > 10


def test_a_picture_of_one_colour_has_none() -> None:
    got = fingerprint(np.full((20, 30, 3), 80, np.uint8))
    assert got.shape == (BYTES,)
    assert not got.any()
