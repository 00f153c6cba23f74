"""Pictures are on one side of a split, whatever is added, and each class can be learned."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sightline.curate.head.split import folds, held_out

NAMES = st.lists(st.integers(0, 20), min_size=1, max_size=60)


@given(NAMES, st.floats(0, 0.9), st.integers(0, 99))
def test_a_picture_is_never_on_both_sides_and_no_class_is_only_held_out(
    numbers: list[int], share: float, seed: int
) -> None:
    groups = np.array([f"g{n}" for n in numbers])
    y = np.array(numbers, np.int64) % 5
    out = held_out(groups, y, share=share, seed=seed)
    assert not set(groups[out]) & set(groups[~out])
    assert set(y[~out]) == set(y)


def test_the_share_is_held_out_the_same_each_time_and_by_another_seed_otherwise() -> None:
    groups = np.array([f"picture {n}" for n in range(1000)])
    y = np.zeros(1000, np.int64)
    out = held_out(groups, y, share=0.2, seed=42)
    assert out.sum() == 200
    assert (held_out(groups, y, share=0.2, seed=42) == out).all()
    assert (held_out(groups, y, share=0.2, seed=7) != out).any()
    assert held_out(groups[:2], y[:2], share=0.1, seed=42).sum() == 1
    assert not held_out(groups[:1], y[:1], share=0.5, seed=42).any()
    assert not held_out(groups, y, share=0, seed=42).any()


def test_folds_are_even_and_keep_pictures_together() -> None:
    groups = np.repeat([f"p{n}" for n in range(50)], 3)
    part = folds(groups, count=5, seed=1)
    assert np.bincount(part).tolist() == [30] * 5
    assert len(np.unique(part.reshape(50, 3), axis=1)[0]) == 1
