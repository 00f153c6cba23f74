from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import f1_score

from sightline.export.compare import Truth, compare, lost


def answers(labels: list[int], k: int = 3) -> np.ndarray:
    found = np.full((len(labels), k), 0.1, np.float32)
    found[np.arange(len(labels)), labels] = 0.8
    return found


RIGHT = [0, 1, 2, 0, 1, 2, 0, 1, 2, 0]
TRUTH = Truth("val", np.array(RIGHT))


def test_a_form_that_answers_alike_changes_nothing() -> None:
    found = compare(TRUTH, answers(RIGHT), answers(RIGHT))
    assert found["before"] == found["after"] == {"top1": 1.0, "macro_f1": 1.0}
    assert found["change"]["top1"] == {"points": 0.0, "low": 0.0, "high": 0.0}
    assert (found["lost"], found["agreement"], found["max_abs"]) == (0.0, 1.0, 0.0)
    assert (found["split"], found["images"], found["figure"]) == ("val", 10, "top1")


def test_a_loss_is_in_points_with_an_interval_around_it() -> None:
    worse = [1, *RIGHT[1:]]
    found = compare(TRUTH, answers(RIGHT), answers(worse))
    row = found["change"]["top1"]
    assert row["points"] == pytest.approx(-10)
    assert row["low"] < row["points"] < row["high"] <= 0
    assert found["lost"] == pytest.approx(10) == lost(TRUTH, answers(RIGHT), answers(worse))
    assert found["agreement"] == pytest.approx(0.9)


def test_a_gain_is_no_loss() -> None:
    found = compare(TRUTH, answers([1, *RIGHT[1:]]), answers(RIGHT))
    assert found["lost"] == 0.0
    assert found["change"]["top1"]["points"] == pytest.approx(10)
    assert lost(TRUTH, answers([1, *RIGHT[1:]]), answers(RIGHT)) == pytest.approx(-10)


def test_macro_f1_is_scikit_learns() -> None:
    rng = np.random.default_rng(5)
    labels, said = rng.integers(0, 3, 60), rng.integers(0, 3, 60)
    truth = Truth("val", labels)
    found = compare(truth, answers(labels.tolist()), answers(said.tolist()))
    want = f1_score(labels, said, average="macro")
    assert found["after"]["macro_f1"] == pytest.approx(want)
    assert found["change"]["macro_f1"]["points"] == pytest.approx(100 * (want - 1))


def test_pictures_that_belong_together_make_the_interval_wider() -> None:
    labels = np.zeros(60, np.int64)
    said = [1] * 10 + [0] * 50
    alone = compare(Truth("val", labels), answers([0] * 60), answers(said))
    groups = np.repeat(np.arange(6), 10)
    together = compare(Truth("val", labels, groups=groups), answers([0] * 60), answers(said))
    width = [
        one["change"]["top1"]["high"] - one["change"]["top1"]["low"] for one in (alone, together)
    ]
    assert width[1] > 2 * width[0]


def test_tags_are_judged_by_macro_f1_at_their_thresholds() -> None:
    tags = np.array([[True, False], [True, True], [False, True]])
    before = np.where(tags, 0.7, 0.2).astype(np.float32)
    truth = Truth("val", np.full(3, -1), tags, limits=(0.5, 0.5))
    same = compare(truth, before, before)
    assert (same["figure"], same["after"]["macro_f1"], same["lost"]) == ("macro_f1", 1.0, 0.0)
    after = before.copy()
    after[1, 1] = 0.4
    found = compare(truth, before, after)
    assert found["lost"] == pytest.approx(100 * (1 - (1 + 2 / 3) / 2))
    assert found["agreement"] == pytest.approx(2 / 3)
