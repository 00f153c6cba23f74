from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.metrics.retrieval import has_mate, neighbours, recall_at


def test_the_nearest_are_those_of_the_smallest_angle_whatever_their_length() -> None:
    rows = np.array([[1, 0], [9, 1], [0, 3], [0.1, 0.5]], np.float32)
    nearest, cosines = neighbours(rows, 2)
    assert nearest[:, 0].tolist() == [1, 0, 3, 2]
    assert cosines[0, 0] == pytest.approx(9 / np.sqrt(82))
    assert neighbours(rows, 9)[0].shape == (4, 3)
    assert neighbours(rows[:1], 5)[0].shape == (1, 0)


def test_recall_counts_only_what_can_be_found() -> None:
    y = np.array([0, 0, 1, 1, 2])
    nearest = np.array([[2, 1], [0, 2], [0, 1], [2, 0], [0, 1]])
    assert has_mate(y).tolist() == [True, True, True, True, False]
    assert recall_at(nearest, y, (1, 2)) == {1: 0.5, 2: 0.75}
    assert recall_at(nearest[:2], np.array([0, 1]), (1,)) is None


@given(st.integers(2, 40), st.integers(1, 12), st.integers(0, 99))
def test_recall_never_falls_with_k(n: int, classes: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows, y = rng.normal(size=(n, 5)).astype(np.float32), rng.integers(0, classes, n)
    found = recall_at(neighbours(rows, 10)[0], y, (1, 5, 10))
    if found is not None:
        assert 0 <= found[1] <= found[5] <= found[10] <= 1


def test_many_rows_are_compared_in_parts() -> None:
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(1100, 4)).astype(np.float32)
    nearest, _ = neighbours(rows, 3)
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    near = unit[1050] @ unit.T
    near[1050] = -1
    assert nearest[1050, 0] == near.argmax()
