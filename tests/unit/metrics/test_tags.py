"""Measures of tags are those of scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as peer

from sightline.metrics.calibration import tag_ece, tag_reliability
from sightline.metrics.tags import average_precision, per_tag


def answers(n: int = 200, k: int = 5) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    probs = rng.random((n, k)).round(2)
    return probs, rng.random((n, k)) < probs * [1, 1, 0.5, 0.2, 1], rng.uniform(0.2, 3, n)


@pytest.mark.parametrize("weighted", [False, True])
def test_they_agree_with_scikit_learn(weighted: bool) -> None:
    probs, truth, weights = answers()
    given = weights if weighted else None
    mine = per_tag(probs, truth, [0.5] * 5, given)
    said = probs >= 0.5
    scores = peer.precision_recall_fscore_support(truth, said, sample_weight=given)
    assert mine.precision == pytest.approx(scores[0])
    assert mine.recall == pytest.approx(scores[1])
    assert mine.f1 == pytest.approx(scores[2])
    assert mine.support.tolist() == truth.sum(axis=0).tolist()
    ap = peer.average_precision_score(truth, probs, average=None, sample_weight=given)
    assert mine.average_precision == pytest.approx(ap)
    for name, value in (("micro", mine.micro_f1), ("macro", mine.macro_f1)):
        assert value == pytest.approx(peer.f1_score(truth, said, average=name, sample_weight=given))


def test_a_tag_that_nobody_has_counts_for_nothing() -> None:
    mine = per_tag(np.array([[0.9, 0.1], [0.2, 0.3]]), np.array([[1, 0], [0, 0]]), 0.5)
    assert mine.macro_f1 == 1.0
    assert mine.average_precision.tolist() == [1.0, 0.0]
    assert per_tag(np.zeros((0, 2)), np.zeros((0, 2)), 0.5).macro_f1 == 0.0
    assert average_precision(np.ones(0), np.ones(0, np.bool_), np.ones(0)) == 0.0


def test_a_tags_reliability_is_how_often_it_is_there() -> None:
    probs = np.array([0.05] * 4 + [0.85] * 4)
    truth = np.array([1, 0, 0, 0, 1, 1, 1, 0])
    assert tag_reliability(probs, truth, 10) == [
        {"confidence": pytest.approx(0.05), "accuracy": 0.25, "count": 4},
        {"confidence": pytest.approx(0.85), "accuracy": 0.75, "count": 4},
    ]
    assert tag_ece(probs, truth, 10) == pytest.approx((0.2 + 0.1) / 2)
    assert tag_ece([], []) == 0.0


def test_what_is_not_known_of_an_image_does_not_count() -> None:
    probs = np.array([[0.9, 0.1], [0.8, 0.7], [0.2, 0.6]])
    truth = np.array([[True, False], [False, True], [False, True]])
    known = np.array([[1, 1], [0, 1], [1, 0]])
    found = per_tag(probs, truth, 0.5, known)
    assert found.support.tolist() == [1, 1]
    assert found.precision.tolist() == [1.0, 1.0]
    assert found.mean_average_precision == 1.0
    plain = per_tag(probs, truth, 0.5)
    assert plain.precision.tolist() == [0.5, 1.0]
    assert per_tag(probs, truth, 0.5, np.ones(3)).f1.tolist() == plain.f1.tolist()
