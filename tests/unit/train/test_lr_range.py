"""The range test of the learning rate."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sightline.core.errors import CancelledError, InvalidInputError
from sightline.train.lr_range import check_range, find_rate, judge, smoothed

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.samples import SampleSet


def test_the_rate_is_where_the_loss_falls_fastest() -> None:
    rates = np.geomspace(1e-5, 1.0, 51)
    losses = 2.0 - 1.5 / (1 + np.exp(-4 * (np.log10(rates) + 3))) + 30 * rates**3
    found = judge(rates, losses, diverged=True)
    assert 5e-4 < found.suggested < 2e-3
    assert found.suggested < found.highest < 0.1


def test_smoothing_starts_without_a_pull_to_zero() -> None:
    assert smoothed([2.0, 2.0, 2.0]) == pytest.approx([2.0, 2.0, 2.0])


def test_it_tries_rising_rates_on_the_very_training_and_leaves_nothing(
    bars: SampleSet, quick: Any, recorder: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    heard = recorder()
    found = find_rate(quick(), bars, steps=30, high=10.0, progress=heard)
    assert list(found.rates) == sorted(found.rates)
    assert found.rates[0] == pytest.approx(1e-6)
    assert 1e-4 < found.suggested <= 0.1
    assert found.to_dict()["points"][0].keys() == {"lr", "loss"}
    assert list(tmp_path.glob("sightline-*")) == []


def test_the_same_spec_gives_the_same_answer(bars: SampleSet, quick: Any) -> None:
    assert find_rate(quick(), bars, steps=20, low=1e-4) == find_rate(
        quick(), bars, steps=20, low=1e-4
    )


def test_it_can_be_stopped(bars: SampleSet, quick: Any, recorder: Any) -> None:
    with pytest.raises(CancelledError):
        find_rate(quick(), bars, steps=30, progress=recorder(cancel_at=3))


@pytest.mark.parametrize(
    ("low", "high", "steps"), [(1e-2, 1e-3, 100), (0.0, 1.0, 100), (1e-6, 11.0, 100), (1e-6, 1, 5)]
)
def test_what_is_no_range_is_refused(low: float, high: float, steps: int) -> None:
    with pytest.raises(InvalidInputError):
        check_range(low, high, steps)


def test_a_loss_that_leaves_every_bound_at_once_says_so() -> None:
    with pytest.raises(InvalidInputError, match="at once"):
        judge(np.array([1e-6, 1e-5]), np.array([1.0, 9.0]), diverged=True)
