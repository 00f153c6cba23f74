"""The lazy greedy choice is the greedy choice."""

from __future__ import annotations

import numpy as np
import pytest

from sightline.curate.coverage import bandwidth, herd, likeness, spread, squared_distances


def points(n: int, seed: int) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(n, 6)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def greedy(kernel: np.ndarray, cover: np.ndarray, weight: np.ndarray, count: int) -> list[int]:
    picked: list[int] = []
    for _ in range(count):
        gains = (np.maximum(kernel - cover, 0) * weight).sum(1)
        gains[picked] = -1
        picked.append(int(gains.argmax()))
        cover = np.maximum(cover, kernel[picked[-1]])
    return picked


@pytest.mark.parametrize("seed", range(4))
def test_lazy_and_plain_greedy_choose_the_same(seed: int) -> None:
    rows = points(150, seed)
    kernel = likeness(rows, rows, bandwidth(rows))
    rng = np.random.default_rng(seed)
    cover = (rng.random(150) * 0.3).astype(np.float32)
    weight = rng.random(150).astype(np.float32)
    places, shares = herd(kernel, cover, weight, 25)
    assert places.tolist() == greedy(kernel, cover, weight, 25)
    assert ((shares > 0) & (shares <= 1)).all()


def test_distances_are_those_of_the_definition() -> None:
    a, b = points(5, 0), points(7, 1)
    expected = ((a[:, None] - b[None]) ** 2).sum(-1)
    assert squared_distances(a, b) == pytest.approx(expected, abs=1e-5)
    assert np.diag(likeness(a, a, 0.5)) == pytest.approx(np.ones(5), abs=1e-5)


def test_all_can_be_chosen_even_when_all_are_equal() -> None:
    rows = np.repeat(points(1, 0), 6, axis=0)
    kernel = likeness(rows, rows, bandwidth(rows))
    places, _ = herd(kernel, np.zeros(6, np.float32), np.ones(6, np.float32), 10)
    assert sorted(places) == list(range(6))
    assert sorted(spread(kernel, np.ones(6, np.float32), 10)) == list(range(6))
    empty = np.zeros(0, np.float32)
    assert herd(kernel[:0, :0], empty, empty, 3)[0].tolist() == []


def test_spread_prefers_worth_but_not_twins() -> None:
    rows = np.array([[1, 0], [1, 0.01], [0, 1]], np.float32)
    kernel = likeness(rows, rows, 0.5)
    assert spread(kernel, np.array([1.0, 0.99, 0.5], np.float32), 2).tolist() == [0, 2]
