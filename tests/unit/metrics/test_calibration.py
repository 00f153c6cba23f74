"""Calibration is measured as scikit-learn's curve has it."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from sightline.metrics.calibration import ece, reliability
from sightline.metrics.classification import accuracy, log_loss


def test_reliability_agrees_with_scikit_learn() -> None:
    rng = np.random.default_rng(1)
    probs = rng.dirichlet(np.ones(3) * 0.5, size=400)
    true = rng.integers(0, 3, 400)
    right = probs.argmax(1) == true
    accuracy, confidence = calibration_curve(right, probs.max(1), n_bins=10)
    mine = reliability(probs, true, bins=10)
    assert [b["accuracy"] for b in mine] == pytest.approx(accuracy.tolist())
    assert [b["confidence"] for b in mine] == pytest.approx(confidence.tolist())
    assert sum(b["count"] for b in mine) == 400
    gaps = [b["count"] * abs(b["accuracy"] - b["confidence"]) for b in mine]
    assert ece(probs, true, bins=10) == pytest.approx(sum(gaps) / 400)


def test_certain_and_right_has_no_error_and_certain_and_wrong_has_all() -> None:
    sure = np.array([[1.0, 0.0], [1.0, 0.0]])
    assert ece(sure, [0, 0]) == 0.0
    assert ece(sure, [1, 1]) == 1.0


def test_no_answers_give_no_bins() -> None:
    assert reliability(np.zeros((0, 2)), []) == []
    assert ece(np.zeros((0, 2)), []) == 0.0


def test_a_row_of_weight_two_counts_as_two_rows() -> None:
    rng = np.random.default_rng(2)
    probs, true = rng.dirichlet(np.ones(3), size=40), rng.integers(0, 3, 40)
    twice = np.r_[0:40, 20:40]
    weights = np.repeat([1.0, 2.0], 20)
    assert ece(probs, true, 10, weights) == pytest.approx(ece(probs[twice], true[twice], 10))
    assert log_loss(probs, true, weights) == pytest.approx(log_loss(probs[twice], true[twice]))
    pred = probs.argmax(1)
    assert accuracy(true, pred, weights) == pytest.approx(accuracy(true[twice], pred[twice]))
