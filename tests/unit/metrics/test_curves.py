"""Curves over all thresholds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from sightline.metrics.curves import POINTS, precision_recall, roc, top_k


@given(st.integers(0, 1000), st.integers(2, 400))
def test_areas_are_those_of_the_field_and_curves_stay_small(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.random(n) < 0.4
    scores = np.asarray(np.round(rng.random(n) + truth * 0.3, 2), np.float64)
    if truth.all() or not truth.any():
        assert roc(scores, truth) is None
        return
    found, other = roc(scores, truth), precision_recall(scores, truth)
    assert found is not None
    assert other is not None
    assert found.area == pytest.approx(roc_auc_score(truth, scores))
    assert other.area == pytest.approx(average_precision_score(truth, scores))
    assert len(found.x) <= POINTS
    assert list(found.x) == sorted(found.x)
    assert (found.x[0], found.y[0], found.x[-1], found.y[-1]) == (0, 0, 1, 1)


def test_a_class_among_the_likeliest_counts() -> None:
    probabilities = np.array([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7], [0.4, 0.35, 0.25]])
    y = np.array([0, 1, 2])
    assert [top_k(probabilities, y, k) for k in (1, 2, 3)] == pytest.approx([1 / 3, 2 / 3, 1.0])
