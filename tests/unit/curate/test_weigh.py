"""Labels that a queue picked for being hard count for the few images that are hard."""

from __future__ import annotations

import numpy as np
import pytest

from sightline.curate.weigh import rank_among, stands_for, sure_of
from sightline.heads.logistic import solve
from sightline.heads.task import prepare


def test_a_label_stands_for_its_share_of_the_images_that_are_as_sure() -> None:
    ranks = np.r_[np.full(70, 0.05), np.linspace(0.2, 1.0, 30)]  # most labels are of the doubtful
    weights = stands_for(ranks)
    assert weights.mean() == pytest.approx(1)
    assert weights[:70].sum() / weights.sum() == pytest.approx(1 / 8, abs=0.06)


def test_a_fair_sample_is_left_as_it_is() -> None:
    weights = stands_for(np.linspace(0, 1, 4000))
    assert weights == pytest.approx(np.ones(4000), abs=0.01)
    assert len(stands_for(np.zeros(0))) == 0


def test_a_rank_is_the_share_that_the_model_is_less_sure_of() -> None:
    rng = np.random.default_rng(0)
    rows, labels = rng.normal(size=(60, 5)).astype(np.float32), np.arange(60) % 3
    task = prepare(rows, labels)
    model = solve(task, 3.0)
    sure = sure_of(task.rows @ model[:-1].astype(np.float32) + model[-1], multi=False)
    ranks = rank_among(sure, model, task, rows)
    assert ranks == pytest.approx(np.argsort(np.argsort(sure)) / 60, abs=0.02)


def test_how_sure_logits_are() -> None:
    logits = np.array([[1.0, 4.0, 2.5], [0.5, 0.0, -3.0]])
    assert sure_of(logits, multi=False).tolist() == [1.5, 0.5]
    assert sure_of(logits, multi=True).tolist() == [1.0, 0.0]
    assert sure_of(np.zeros((2, 1)), multi=False).tolist() == [1.0, 1.0]
