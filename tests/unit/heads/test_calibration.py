"""Calibration finds what was done to the logits, keeps order and survives few labels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from sightline.core.errors import InvalidInputError
from sightline.heads.calibration import (
    Calibration,
    choose,
    cross_calibrate,
    fit_platt,
    fit_temperature,
    softmax,
)


def drawn(n: int, k: int, temperature: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return logits that are `temperature` times too large and labels drawn from the truth."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(n, k)) * 2
    labels = np.array([rng.choice(k, p=row) for row in softmax(logits)])
    return logits * temperature, labels


@pytest.mark.parametrize("temperature", [0.3, 1.0, 4.0])
def test_temperature_finds_the_one_that_was_applied(temperature: float) -> None:
    logits, labels = drawn(4000, 4, temperature)
    assert fit_temperature(logits, labels) == pytest.approx(temperature, rel=0.1)


def test_temperature_of_nothing_is_one_and_of_certainty_is_bounded() -> None:
    assert fit_temperature(np.zeros((0, 3)), []) == 1.0
    assert fit_temperature([[9.0, 0.0], [0.0, 9.0]], [0, 1]) == pytest.approx(0.02, rel=0.01)
    assert fit_temperature([[9.0, 0.0], [0.0, 9.0]], [1, 0]) == pytest.approx(50, rel=0.01)


def test_platt_agrees_with_a_one_dimensional_logistic_regression() -> None:
    logits, labels = drawn(2000, 3, 2.0)
    mine = fit_platt(logits, labels)
    for k in range(3):
        peer = LogisticRegression(C=1e6).fit(logits[:, [k]], labels == k)
        assert mine.scale[k] == pytest.approx(peer.coef_[0, 0], rel=0.05)
        assert mine.offset[k] == pytest.approx(peer.intercept_[0], abs=0.05)


def test_platt_never_turns_the_order_round() -> None:
    score = np.linspace(-1, 1, 40)
    logits = np.stack([score, -score], axis=1)
    fitted = fit_platt(logits, (score > 0).astype(int))
    assert min(fitted.scale) >= 0
    probs = fitted.apply(logits)[:, 0]
    assert (np.diff(probs) >= -1e-9).all()


@given(st.sampled_from([0.4, 1.0, 3.0]), st.integers(0, 5))
@settings(max_examples=8, deadline=None)
def test_the_chosen_method_is_no_worse_than_none(temperature: float, seed: int) -> None:
    logits, labels = drawn(600, 4, temperature, seed)
    rows = np.arange(600)
    before = -np.log(softmax(logits)[rows, labels]).mean()
    chosen = choose(logits, labels)
    after = -np.log(chosen.apply(logits)[rows, labels]).mean()
    assert after <= before + 1e-3
    honest = cross_calibrate(chosen.method, logits, labels)
    assert honest.sum(axis=1) == pytest.approx(np.ones(600))


def test_a_class_bias_is_mended_by_platt_and_a_scale_by_temperature() -> None:
    logits, labels = drawn(390, 3, 1.0)
    assert choose(logits * 5, labels).method == "temperature"
    assert choose(logits + np.array([4.0, 0.0, -3.0]), labels).method == "platt"


def test_a_row_of_weight_two_counts_as_two_rows() -> None:
    logits, labels = drawn(80, 3, 3.0)
    weights = np.repeat([1.0, 2.0], 40)
    twice = np.r_[0:80, 40:80]
    assert fit_temperature(logits, labels, weights) == pytest.approx(
        fit_temperature(logits[twice], labels[twice]), rel=1e-6
    )
    light, heavy = fit_platt(logits, labels, weights), fit_platt(logits[twice], labels[twice])
    assert light.scale == pytest.approx(heavy.scale, rel=0.05)


def test_few_labels_are_left_as_they_are() -> None:
    assert choose(np.eye(4), [0, 1, 2, 3]) == Calibration()


def test_it_survives_json_and_refuses_what_is_none() -> None:
    for one in (Calibration(), Calibration("temperature", 2.5), fit_platt(*drawn(60, 3, 1.0))):
        assert Calibration.from_dict(one.to_dict()) == one
    with pytest.raises(InvalidInputError):
        Calibration.from_dict({"method": "magic", "temperature": 1, "scale": [], "offset": []})
    with pytest.raises(InvalidInputError):
        Calibration.from_dict({})
