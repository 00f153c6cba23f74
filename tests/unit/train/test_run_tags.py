"""Trainings of tags: bars that lie, stand or lean, any number of them in a picture."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from sightline.core.errors import CancelledError, InvalidInputError
from sightline.core.samples import Sample, SampleSet, Split
from sightline.train.check_samples import check_samples
from sightline.train.run import train
from unit.train.conftest import CLASSES, picture

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def tagged(tmp_path_factory: pytest.TempPathFactory) -> SampleSet:
    """60 training, 24 validation and 12 test pictures of none, one or several of three bars."""
    folder = tmp_path_factory.mktemp("tagged")
    rng = np.random.default_rng(0)
    samples = []
    for i in range(96):
        split: Split = "train" if i < 60 else "val" if i < 84 else "test"
        there = [k for k in range(3) if (i % 8) >> k & 1]
        parts = [np.asarray(picture(k, rng)) for k in there]
        noise = rng.integers(0, 60, (16, 16, 3), dtype=np.uint8)
        path = folder / f"{i}.png"
        Image.fromarray(np.max([noise, *parts], axis=0)).save(path)
        tags = tuple((k, 1.0) for k in there)
        samples.append(Sample(i, path, 0, min(there, default=-1), split, f"d{i}", tags))
    return SampleSet(tuple(samples), CLASSES, task="multi")


def multi(**values: Any) -> dict[str, Any]:
    loss = {"label_smoothing": 0.0} | values.pop("loss", {})
    return {"task": "multi", "loss": loss, **values}


def test_tags_are_learned_and_reported(tmp_path: Path, tagged: SampleSet, quick: Any) -> None:
    result = train(quick(**multi(epochs=14)), tagged, tmp_path)
    metrics = result.metrics
    assert metrics["metric"] == {"name": "mAP", "value": metrics["map"]}
    assert metrics["map"] > 0.8
    assert metrics["accuracy_split"] == "test"
    assert 0 <= metrics["subset_accuracy"] <= metrics["accuracy"] <= 1
    assert {"macro_f1", "micro_f1", "log_loss", "ece", "val_map", "test_accuracy"} <= set(metrics)
    assert result.task == "multi"
    assert len(result.thresholds) == 3
    assert all(0.05 <= one <= 0.95 for one in result.thresholds)
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["task"] == "multi"
    assert report["class_counts"]["test"] == {"lies": 6, "stands": 6, "leans": 8}
    rows = report["splits"]["val"]["per_class"]
    assert [row["name"] for row in rows] == list(CLASSES)
    assert rows[0]["threshold"] == pytest.approx(result.thresholds[0])
    assert {"val_loss", "val_accuracy", "val_map"} <= set(report["epochs"][-1])
    for row in report["worst"]:
        assert (row["true"] is None) != (row["predicted"] is None)
        assert row["tag"] in {row["true"], row["predicted"]}
    with np.load(tmp_path / "predictions.npz") as saved:
        assert saved["test_probabilities"].shape == (12, 3)
        assert saved["test_labels"].shape == (12, 3)


@pytest.mark.parametrize(
    "values",
    [
        {"augment": {"views": 2, "mixup": 0.4}, "loss": {"class_weights": "balanced"}},
        {"loss": {"name": "asymmetric"}, "sampling": "balanced", "accumulate": 2,
         "early_stopping": {"monitor": "val_map"}},
    ],
    ids=["mixup", "asymmetric"],
)  # fmt: skip
def test_a_resumed_training_of_tags_changes_nothing(
    tmp_path: Path, tagged: SampleSet, quick: Any, recorder: Any, difference: Any,
    values: dict[str, Any],
) -> None:  # fmt: skip
    spec = quick(**multi(epochs=2, **values))
    train(spec, tagged, tmp_path / "whole")
    with pytest.raises(CancelledError):
        train(spec, tagged, tmp_path / "part", progress=recorder(cancel_at=5))
    train(spec, tagged, tmp_path / "part", mode="resume")
    assert difference(tmp_path / "whole", tmp_path / "part") == 0


def test_soft_and_unknown_tags_are_learned_from(
    tmp_path: Path, tagged: SampleSet, quick: Any
) -> None:
    def soft(one: Sample) -> Sample:
        tags = tuple((k, 0.8) for k, _ in one.tags)
        return replace(one, tags=(*tags, (2, math.nan)) if 2 not in dict(tags) else tags)

    some = replace(tagged, samples=tuple(soft(one) for one in tagged.samples))
    result = train(quick(**multi(epochs=1, augment={"mixup": 0.2})), some, tmp_path)
    assert math.isfinite(result.metrics["log_loss"])
    assert math.isfinite(result.metrics["map"])
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["splits"]["test"]["per_class"][2]["support"] == 8


def test_an_unreadable_picture_of_tags_has_no_part(
    tmp_path: Path, tagged: SampleSet, quick: Any
) -> None:
    splits: tuple[Split, ...] = ("train", "val", "test")
    gone = [
        Sample(900 + i, tmp_path / "gone.png", 0, 0, split, f"g{i}", ((0, 1.0),))
        for i, split in enumerate(splits)
    ]
    more = replace(tagged, samples=(*tagged.samples, *gone))
    for name, loader in (("a", {"memory_mb": 0, "workers": 2}), ("b", {"memory_mb": 64})):
        result = train(quick(**multi(epochs=1, loader=loader)), more, tmp_path / name)
        assert result.metrics["images"] == 12
        assert json.loads((tmp_path / name / "report.json").read_text())["unreadable"]


def test_pictures_and_task_must_go_together(
    tmp_path: Path, tagged: SampleSet, bars: SampleSet, quick: Any
) -> None:
    with pytest.raises(InvalidInputError, match="one class each"):
        train(quick(**multi()), bars, tmp_path)
    for task in ("single", "embedding"):
        with pytest.raises(InvalidInputError, match="any number of tags"):
            train(quick(task=task), tagged, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"loss": {"name": "bce"}}, "auto, cross_entropy or focal do"),
        ({"task": "multi", "loss": {"name": "cross_entropy"}}, "does not suit task multi"),
        ({"early_stopping": {"monitor": "val_map"}}, "val_map is for task multi"),
        ({"task": "multi", "early_stopping": {"monitor": "val_recall_at_1"}}, "for task embedding"),
        ({"task": "embedding", "augment": {"mixup": 0.2}}, "mix classes"),
    ],
)
def test_a_loss_or_monitor_of_another_task_is_refused(
    quick: Any, values: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidInputError, match=message):
        quick(**values)


def test_what_hardly_can_be_learned_is_told(tagged: SampleSet, bars: SampleSet) -> None:
    def only(*tags: tuple[tuple[int, float], ...]) -> SampleSet:
        rows = tuple(
            replace(one, tags=tag, split="train")
            for one, tag in zip(tagged.samples, tags, strict=False)
        )
        return replace(tagged, samples=rows)

    with pytest.raises(InvalidInputError, match="no training picture has a tag"):
        check_samples(only((), ((0, 0.3),)), "multi")
    with pytest.raises(InvalidInputError, match="every training picture has lies"):
        check_samples(only(((0, 1.0),), ((0, 1.0),)), "multi")
    notes = check_samples(only(((0, 1.0), (1, 1.0)), ((0, 1.0),)), "multi")
    assert any("no training picture of leans" in note for note in notes)
    assert any("a single training picture of stands" in note for note in notes)
    assert any("every training picture has lies" in note for note in notes)
    few = replace(bars, samples=bars.samples[:3])
    (single, no_val) = check_samples(few)
    assert "a single training picture of lies, stands, leans" in single
    assert "no val pictures" in no_val


def test_thresholds_reach_a_wanted_precision_on_val(
    tagged: SampleSet, quick: Any, tmp_path: Path
) -> None:
    train(quick(**multi(epochs=6, target_precision=1.0)), tagged, tmp_path)
    report = json.loads((tmp_path / "report.json").read_text())
    rows = report["splits"]["val"]["per_class"]
    assert [row["precision"] for row in rows if row["average_precision"] == 1.0] != []
    assert all(row["precision"] == 1.0 for row in rows if row["average_precision"] == 1.0)
