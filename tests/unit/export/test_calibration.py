from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.core.errors import InvalidInputError
from sightline.export import calibration

LABELS = st.lists(st.integers(0, 4), min_size=1, max_size=60).map(np.array)


@given(LABELS, st.integers(1, 80))
def test_quotas_are_as_even_as_the_classes_allow(labels: np.ndarray, count: int) -> None:
    found = calibration.quotas(labels, count)
    sizes = {int(one): int((labels == one).sum()) for one in np.unique(labels)}
    assert sum(found.values()) == min(count, len(labels))
    assert all(0 <= found[one] <= sizes[one] for one in sizes)
    most = max(found.values())
    assert all(found[one] >= min(sizes[one], most - 1) for one in sizes)


@given(LABELS, st.integers(1, 30))
def test_chosen_pictures_are_distinct_and_of_every_class(labels: np.ndarray, count: int) -> None:
    vectors = np.random.default_rng(2).normal(size=(len(labels), 4)).astype(np.float32)
    found = calibration.choose(labels, vectors, count)
    assert len(set(found.tolist())) == len(found) == min(count, len(labels))
    if count >= len(np.unique(labels)):
        assert set(labels[found]) == set(labels)


def test_what_is_chosen_is_spread_out() -> None:
    crowd = np.tile(np.array([[1.0, 0.0]], np.float32), (20, 1))
    far = np.array([[0.0, 1.0], [-1.0, 0.0]], np.float32)
    vectors = np.concatenate([crowd, far])
    found = calibration.choose(np.zeros(22, np.int64), vectors, 3)
    assert {20, 21} < set(found.tolist())


def test_candidates_are_the_same_at_every_call_and_no_more_than_needed() -> None:
    labels = np.repeat([0, 1], [500, 30])
    once, again = (calibration.candidates(labels, 20) for _ in range(2))
    assert once.tolist() == again.tolist()
    assert len(once) == 80
    assert (labels[once] == 1).sum() == 30


def test_too_few_pictures_are_refused_with_what_to_do() -> None:
    calibration.check_enough(16, "project pets")
    with pytest.raises(InvalidInputError, match="project pets has 15") as caught:
        calibration.check_enough(15, "project pets")
    assert "--data" in caught.value.hint


def test_pictures_are_counted_by_class() -> None:
    assert calibration.per_class([0, 1, 1], ("cat", "dog", "owl")) == {"cat": 1, "dog": 2, "owl": 0}
