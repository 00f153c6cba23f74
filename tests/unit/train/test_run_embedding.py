"""Trainings of embeddings: pictures of one class near each other."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from sightline.core.errors import CancelledError, InvalidInputError
from sightline.metrics.retrieval import neighbours
from sightline.nets.backbones import features
from sightline.nets.cosine import with_cosines
from sightline.nets.weights import load_state
from sightline.train.run import train

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.samples import SampleSet


@pytest.fixture
def near(quick: Any) -> Any:
    """Make a spec of an embedding."""

    def make(**values: Any) -> Any:
        loss = {"label_smoothing": 0.0, "margin": 0.2, "cosine_scale": 12.0}
        watch = {"monitor": "val_recall_at_1"}
        return quick(task="embedding", loss=loss, early_stopping=watch, **values)

    return make


def test_an_embedding_is_judged_by_what_lies_nearest(
    tmp_path: Path, bars: SampleSet, near: Any
) -> None:
    result = train(near(epochs=12), bars, tmp_path)
    metrics = result.metrics
    assert metrics["metric"] == {"name": "recall@1", "value": metrics["recall_at_1"]}
    assert metrics["accuracy"] == metrics["recall_at_1"] >= 0.8
    assert metrics["recall_at_1"] <= metrics["recall_at_5"] <= metrics["recall_at_10"]
    assert result.task == "embedding"
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["splits"]["test"]["queries"] == 12
    assert np.array(report["splits"]["test"]["confusion"]).sum() == 12
    assert {"val_loss", "val_accuracy", "val_recall_at_1"} <= set(report["epochs"][-1])
    for row in report["worst"]:
        assert row["true"] != row["predicted"]
        assert row["neighbour"] != row["image_id"]


def test_its_weights_are_an_encoders(tmp_path: Path, bars: SampleSet, near: Any) -> None:
    result = train(near(epochs=12), bars, tmp_path)
    state, _ = load_state(result.weights_path)
    from sightline.imaging.preprocess import load, normalise

    net = features("small_cnn", state)
    test = bars.of("test")
    pixels = np.stack([load(one.path, result.preprocess) for one in test])
    with torch.inference_mode():
        rows = net(torch.from_numpy(normalise(pixels, result.preprocess))).numpy()
    y = np.array([one.label for one in test])
    nearest, _ = neighbours(rows, 1)
    assert (y[nearest[:, 0]] == y).mean() == pytest.approx(result.metrics["accuracy"])


def test_a_resumed_embedding_changes_nothing(
    tmp_path: Path, bars: SampleSet, near: Any, recorder: Any, difference: Any
) -> None:
    spec = near(epochs=2, sampling="balanced")
    train(spec, bars, tmp_path / "whole")
    with pytest.raises(CancelledError):
        train(spec, bars, tmp_path / "part", progress=recorder(cancel_at=6))
    train(spec, bars, tmp_path / "part", mode="resume")
    assert difference(tmp_path / "whole", tmp_path / "part") == 0


def test_a_classifiers_weights_become_an_embedding_and_back(
    tmp_path: Path, bars: SampleSet, quick: Any, near: Any
) -> None:
    train(quick(epochs=1), bars, tmp_path / "classes")
    train(near(epochs=1), bars, tmp_path / "near", mode="finetune", parent=tmp_path / "classes")
    result = train(
        quick(epochs=1), bars, tmp_path / "back", mode="finetune", parent=tmp_path / "near"
    )
    assert any("a new head" in note for note in result.notes)


def test_val_pictures_without_a_mate_leave_the_loss_to_choose(
    tmp_path: Path, bars: SampleSet, near: Any
) -> None:
    val = [one for one in bars.samples if one.split == "val"][:3]
    few = replace(bars, samples=(*bars.of("train"), *val))
    result = train(near(epochs=2), few, tmp_path)
    assert any("recall cannot be measured" in note for note in result.notes)
    report = json.loads((tmp_path / "report.json").read_text())
    best = min(report["epochs"], key=lambda row: row["val_loss"])
    assert report["best_epoch"] == best["epoch"]
    assert result.metrics["recall_at_1"] == 0


def test_a_network_without_a_linear_head_gives_no_embedding() -> None:
    with pytest.raises(InvalidInputError, match="linear"):
        with_cosines(torch.nn.Sequential(torch.nn.Conv2d(3, 2, 1)))
