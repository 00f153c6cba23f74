"""Patches: cut, made even, compared with words, counted where they are."""

from __future__ import annotations

import numpy as np
import pytest

from sightline.engines.dictionary.patches import FLAT, Scale, described, normalised, patches_of


def scale(grid: int = 2, seed: int = 0) -> Scale:
    rng = np.random.default_rng(seed)
    words = (rng.normal(size=(4 * 4 * 3, 5)) / 7).astype(np.float32)
    return Scale(side=16, patch=4, grid=grid, words=words, bias=np.zeros(5, np.float32))


def noise(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (16, 16, 3), dtype=np.uint8)


def test_patches_are_cut_every_second_pixel_colour_by_colour() -> None:
    image = noise()
    found = patches_of(image, 16, 4)
    assert found.shape == (7, 7, 48)
    third = image[2:6, 4:8].transpose(2, 0, 1).ravel() / np.float32(255)
    assert found[1, 2] == pytest.approx(third, abs=1e-6)


def test_brightness_counts_for_nothing_and_contrast_for_what_keeps_the_flat_flat() -> None:
    rows = np.random.default_rng(1).uniform(0.2, 0.8, (9, 48)).astype(np.float32)
    assert normalised(rows + 0.1) == pytest.approx(normalised(rows), abs=1e-5)
    spread = rows.var(axis=1, keepdims=True)
    fainter = np.sqrt((spread + FLAT) / (spread + 4 * FLAT))
    assert normalised(rows * 0.5) == pytest.approx(normalised(rows) * fainter, abs=1e-5)
    assert normalised(np.full((1, 48), 0.7, np.float32)) == pytest.approx(0, abs=1e-5)


def test_what_is_said_equals_the_plain_definition() -> None:
    image, known = noise(3), scale(grid=2)
    said = normalised(patches_of(image, 16, 4)) @ known.words
    cells = []
    for down in (slice(0, 3), slice(3, 7)):
        for across in (slice(0, 3), slice(3, 7)):
            cell = said[down, across].reshape(-1, 5)
            cells += [np.maximum(cell - 0.5, 0).mean(0), np.maximum(-cell - 0.5, 0).mean(0)]
    wanted = np.sqrt(np.concatenate(cells))
    found = described(image, known)
    assert found.shape == (known.dim,)
    assert found == pytest.approx(wanted / np.linalg.norm(wanted), abs=1e-5)


def test_a_mirror_swaps_the_cells_of_words_that_are_even() -> None:
    even = np.ones((4, 4, 3), np.float32)
    even[1:3, 1:3] = -1
    words = (even.transpose(2, 0, 1).reshape(-1, 1) / 7).astype(np.float32)
    known = Scale(side=16, patch=4, grid=2, words=words, bias=np.zeros(1, np.float32))
    image = noise(5)
    plain = patches_of(image, 16, 4) @ words
    mirrored = patches_of(np.ascontiguousarray(image[:, ::-1]), 16, 4) @ words
    assert plain[:, ::-1] == pytest.approx(mirrored, abs=1e-5)
    assert described(image, known).shape == (8,)
