"""The isotonic curve is that of scikit-learn, rises, and reaches neither 0 nor 1."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression

from sightline.heads.calibration import Calibration, choose, fit_curves, odds, softmax
from sightline.heads.isotonic import Curve, fit_isotonic, pool

Values = st.lists(st.floats(0, 1), min_size=1, max_size=40)


@given(Values, st.integers(0, 5))
@settings(deadline=None)
def test_pooling_agrees_with_scikit_learn(values: list[float], seed: int) -> None:
    y = np.array(values)
    weights = np.random.default_rng(seed).uniform(0.1, 3, len(y))
    means, ends = pool(y, weights)
    mine = np.repeat(means, np.diff(ends, prepend=0))
    peer = IsotonicRegression().fit(np.arange(len(y)), y, sample_weight=weights)
    assert mine == pytest.approx(peer.predict(np.arange(len(y))), abs=1e-9)


def test_a_curve_rises_and_stays_off_the_ends() -> None:
    rng = np.random.default_rng(0)
    scores = rng.normal(size=300)
    curve = fit_isotonic(scores, scores + rng.normal(size=300) > 0, np.ones(300))
    probs = curve.apply(np.linspace(-9, 9, 500))
    assert (np.diff(probs) >= 0).all()
    assert probs[0] > 0
    assert probs[-1] < 1
    perfect = fit_isotonic(np.arange(20.0), np.arange(20) > 9, np.ones(20))
    assert perfect.y[0] == pytest.approx(1 / 12)
    assert perfect.y[-1] == pytest.approx(11 / 12)
    assert fit_isotonic(np.ones(4), np.array([True, False, True, True]), np.ones(4)).y == (0.75,)


def test_a_curve_survives_json() -> None:
    curve = Curve((0.0, 1.0), (0.2, 0.8))
    assert Curve.from_dict(curve.to_dict()) == curve
    with pytest.raises(ValueError, match="corners"):
        Curve.from_dict({"x": [1.0], "y": []})


def stepped(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return logits of two classes whose truth is a step: .15 below 1, .85 above."""
    rng = np.random.default_rng(seed)
    gap = rng.uniform(-4, 6, n)
    labels = (rng.random(n) < np.where(gap > 1, 0.85, 0.15)).astype(np.int64)
    return np.stack([np.zeros(n), gap], axis=1), labels


def test_where_the_truth_is_a_step_isotonic_wins() -> None:
    logits, labels = stepped(1500)
    chosen = choose(logits, labels)
    assert chosen.method == "isotonic"
    probs = chosen.apply(logits)
    assert probs.sum(axis=1) == pytest.approx(np.ones(1500))
    high = logits[:, 1] > 1.5
    assert probs[high, 1].mean() == pytest.approx(0.85, abs=0.04)
    assert Calibration.from_dict(chosen.to_dict()) == chosen


def test_few_labels_never_get_a_curve_of_any_shape() -> None:
    logits, labels = stepped(300)
    assert choose(logits, labels).method != "isotonic"


def test_logits_that_are_three_times_too_large_get_a_temperature() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(1500, 4)) * 2
    labels = np.array([rng.choice(4, p=row) for row in softmax(logits)])
    chosen = choose(logits * 3, labels)
    assert chosen.method == "temperature"
    assert chosen.temperature == pytest.approx(3, rel=0.12)


def test_odds_are_of_the_share_and_finite_when_it_is_certain() -> None:
    logits = np.array([[0.0, 1.0, -2.0], [80.0, 0.0, 0.0]])
    shares = softmax(logits)
    assert odds(logits)[0] == pytest.approx(np.log(shares[0] / (1 - shares[0])))
    assert np.isfinite(odds(logits)).all()
    fitted = fit_curves(np.repeat(logits, 3, axis=0), [0, 1, 1, 0, 0, 2])
    assert np.isfinite(fitted.apply(logits)).all()
