"""Each tag gets the calibration and the threshold that suit it."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import f1_score

from sightline.core.errors import InvalidInputError
from sightline.heads.sigmoids import sigmoid
from sightline.heads.tag_calibration import (
    TagCalibration,
    choose_tags,
    cross_calibrate_tags,
    plain,
    thresholds,
)


def tags(n: int = 1200, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return logits of four tags: honest, three times too large, shifted, a step; and the truth."""
    rng = np.random.default_rng(seed)
    true = rng.normal(size=(n, 4)) * 1.5
    chance = sigmoid(true)
    chance[:, 3] = np.where(true[:, 3] > 0.8, 0.9, 0.1)
    truth = rng.random((n, 4)) < chance
    return true * [1, 3, 1, 1] + [0, 0, 2.5, 0], truth


def test_every_tag_gets_the_method_that_suits_it() -> None:
    logits, truth = tags()
    fitted = choose_tags(logits, truth, np.ones(len(truth)))
    assert fitted.methods[1:] == ("temperature", "platt", "isotonic")
    assert fitted.scale[1] == pytest.approx(1 / 3, rel=0.15)
    assert fitted.offset[2] == pytest.approx(-2.5, abs=0.3)
    probs = fitted.apply(logits)
    for k in range(4):
        high = probs[:, k] > 0.7
        assert truth[high, k].mean() == pytest.approx(probs[high, k].mean(), abs=0.06)


def test_what_was_not_seen_judges_the_methods() -> None:
    rng = np.random.default_rng(0)
    logits, truth = rng.normal(size=(200, 3)) * 6, rng.random((200, 3)) < 0.5
    honest = cross_calibrate_tags(["platt"] * 3, logits, truth, np.ones(200))
    assert np.abs(honest - 0.5).mean() < 0.1
    some = cross_calibrate_tags(
        ["platt"] * 3, logits, truth, np.ones(200), only=np.array([True, False, True])
    )
    assert some[:, [0, 2]] == pytest.approx(honest[:, [0, 2]])
    assert (some[:, 1] == 0.5).all()


def test_a_rare_tag_stays_plain_and_few_images_change_nothing() -> None:
    logits, truth = tags(300)
    truth[:, 0] = np.arange(300) < 3
    assert choose_tags(logits, truth, np.ones(300)).methods[0] in {"none", "temperature"}
    assert choose_tags(logits[:5], truth[:5], np.ones(5)) == plain(4)
    assert plain(2).method == "none"


def test_a_threshold_is_where_f1_is_best_when_many_have_the_tag() -> None:
    rng = np.random.default_rng(0)
    probs = rng.random((4000, 1)) ** 3
    truth = rng.random((4000, 1)) < probs
    found = thresholds(probs, truth, np.ones(4000))[0]
    tried = np.linspace(0.05, 0.95, 91)
    scores = [f1_score(truth[:, 0], probs[:, 0] >= at) for at in tried]
    assert f1_score(truth[:, 0], probs[:, 0] >= found) == pytest.approx(max(scores), abs=0.01)
    assert found == pytest.approx(max(scores) / 2, abs=0.08), "half of the best F1 (Lipton 2014)"


def test_a_threshold_on_few_images_stays_near_one_half() -> None:
    probs = np.linspace(0.0, 0.2, 50)[:, None]
    truth = np.zeros((50, 2), np.bool_)
    truth[-2:, 0] = True
    found = thresholds(np.hstack([probs, probs]), truth, np.ones(50))
    assert 0.4 < found[0] < 0.5
    assert found[1] == 0.5, "nobody has it"


def test_it_survives_json_and_refuses_what_is_none() -> None:
    fitted = choose_tags(*tags(), np.ones(1200))
    assert TagCalibration.from_dict(fitted.to_dict()) == fitted
    for bad in ({}, {"methods": ["magic"], "scale": [1], "offset": [0], "curves": [None]}):
        with pytest.raises(InvalidInputError):
            TagCalibration.from_dict(bad)
