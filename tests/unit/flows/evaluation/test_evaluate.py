"""Figures of kept answers, with a truth that is known."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from sightline.core.errors import NotFoundError
from sightline.flows.evaluation.answers import Kept, read_answers
from sightline.flows.evaluation.evaluate import evaluate, uncalibrated
from sightline.flows.evaluation.slices import Facts
from sightline.heads.calibration import softmax

if TYPE_CHECKING:
    from pathlib import Path

CLASSES = ("cat", "dog", "owl")


def answers(n: int = 300, seed: int = 0, strength: float = 2.0) -> Kept:
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 3, n)
    logits = rng.normal(size=(n, 3)) + strength * (y[:, None] == np.arange(3))
    return Kept(np.arange(n) + 1, y.astype(float), softmax(logits))


def test_every_figure_lies_in_its_interval_and_is_json() -> None:
    found = evaluate(answers(), CLASSES)
    assert json.loads(json.dumps(found, allow_nan=False))["images"] == 300
    for one in found["figures"].values():
        assert one["low"] <= one["value"] <= one["high"]
        assert 0.02 < one["high"] - one["low"] < 0.2
    assert [one["k"] for one in found["top"]] == [1]
    assert sum(row["support"] for row in found["per_class"]) == 300


def test_what_the_temperature_did_can_be_seen() -> None:
    logits = np.random.default_rng(3).normal(size=(40, 3))
    hot = Kept(np.arange(40), np.zeros(40), softmax(logits / 2.5))
    assert uncalibrated(hot, 2.5) == pytest.approx(softmax(logits))
    tags = Kept(np.arange(40), np.zeros((40, 3)), 1 / (1 + np.exp(-logits / 2.5)))
    assert uncalibrated(tags, 2.5) == pytest.approx(1 / (1 + np.exp(-logits)))


def test_tags_that_nobody_knows_count_for_nothing() -> None:
    rng = np.random.default_rng(4)
    y = (rng.random((80, 3)) < 0.5).astype(float)
    p = np.clip(y * 0.8 + rng.random((80, 3)) * 0.3, 0, 0.99)
    some = y.copy()
    some[:, 2] = np.nan
    found = evaluate(Kept(np.arange(80), some, p, np.full(3, 0.5)), CLASSES)
    assert found["figures"]["map"]["value"] == pytest.approx(1.0)
    assert found["per_class"][2]["support"] == 0
    assert found["per_class"][2]["f1"] is None
    assert found["curves"][2]["roc"] is None
    json.dumps(found, allow_nan=False)


def test_a_slice_that_is_worse_comes_first_and_a_fair_one_is_not_blamed() -> None:
    kept = answers(600, strength=6.0)
    dark = np.zeros(600)
    dark[:100] = 1.0
    wrong = kept.y.copy()
    wrong[:50] = (wrong[:50] + 1) % 3
    kept = Kept(kept.image_ids, wrong, kept.probabilities)
    folders = ["day" if i % 2 else "night" for i in range(600)]
    facts = Facts(
        numbers={"size": np.random.default_rng(0).random(600)},
        words={"folder": folders},
        sets={"tag": {"dark": dark.astype(bool), "rare": np.arange(600) < 3}},
    )
    rows = evaluate(kept, CLASSES, facts=facts)["slices"]
    assert (rows[0]["kind"], rows[0]["name"], rows[0]["worse"]) == ("tag", "dark", True)
    assert [row["worse"] for row in rows[1:]] == [False] * len(rows[1:])
    assert {row["kind"] for row in rows} == {"size", "folder", "tag"}
    assert "rare" not in {row["name"] for row in rows}


def test_one_picture_one_class_and_all_wrong_are_figures_too() -> None:
    one = Kept(np.array([1]), np.array([0.0]), np.array([[0.9, 0.1, 0.0]]))
    assert evaluate(one, CLASSES)["figures"]["accuracy"]["value"] == 1.0
    wrong = Kept(np.arange(5), np.full(5, 2.0), np.tile([0.9, 0.1, 0.0], (5, 1)))
    found = evaluate(wrong, CLASSES)
    assert found["figures"]["accuracy"] == {"value": 0.0, "low": 0.0, "high": 0.0}
    json.dumps(found, allow_nan=False)


def test_a_run_without_answers_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError) as caught:
        read_answers(tmp_path)
    assert caught.value.hint
