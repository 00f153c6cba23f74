"""Intervals hold the truth as often as they say, and groups widen them."""

from __future__ import annotations

import numpy as np
import pytest

from sightline.metrics.bootstrap import interval, interval_of_mean, wilson


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    held = 0
    for trial in range(200):
        values = (rng.random(120) < 0.8).astype(float)
        low, high = interval_of_mean(values, draws=300, seed=trial)
        held += low <= 0.8 <= high
    assert 180 <= held <= 198


def test_pictures_that_belong_together_make_it_wider() -> None:
    rng = np.random.default_rng(1)
    scenes = (rng.random(20) < 0.7).astype(float)
    values, groups = np.repeat(scenes, 10), np.repeat(np.arange(20), 10)
    alone, together = interval_of_mean(values), interval_of_mean(values, groups)
    assert together[1] - together[0] > 2 * (alone[1] - alone[0])


def test_any_figure_has_one_and_the_same_seed_gives_the_same() -> None:
    values = np.random.default_rng(2).random(50)

    def mean(weights: np.ndarray) -> float:
        return float(weights @ values / weights.sum())

    found = interval(mean, 50, draws=400)
    assert found == interval(mean, 50, draws=400)
    assert found == pytest.approx(interval_of_mean(values, draws=400))


def test_no_doubt_is_left_where_all_are_right() -> None:
    assert interval_of_mean(np.ones(30)) == (1.0, 1.0)


def test_a_share_of_nothing_may_be_anything() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert list(wilson(8, 10)) == pytest.approx([0.4902, 0.9433], abs=1e-3)
