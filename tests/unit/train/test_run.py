from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from sightline.core.errors import (
    ConflictError,
    InvalidInputError,
    MissingWeightsError,
    OutOfMemoryError,
)
from sightline.core.samples import Sample, SampleSet
from sightline.metrics.classification import log_loss
from sightline.nets.build import build, head_of
from sightline.nets.weights import load_state, save_state
from sightline.train.objective import ClassObjective as Objective
from sightline.train.run import train

if TYPE_CHECKING:
    from pathlib import Path


def report_of(run_dir: Path) -> Any:
    return json.loads((run_dir / "report.json").read_text())


def only(samples: SampleSet, *splits: str) -> SampleSet:
    return replace(samples, samples=tuple(one for one in samples.samples if one.split in splits))


def test_a_training_learns_and_reports(
    tmp_path: Path, bars: SampleSet, quick: Any, recorder: Any
) -> None:
    progress = recorder()
    result = train(quick(epochs=12), bars, tmp_path, progress=progress, run_id=7)
    assert result.metrics["accuracy"] >= 0.9
    assert result.metrics["accuracy_split"] == "test"
    report = report_of(tmp_path)
    assert report["counts"] == {"train": 36, "val": 12, "test": 12}
    assert np.array(report["splits"]["test"]["confusion"]).sum() == 12
    assert [row["name"] for row in report["splits"]["val"]["per_class"]] == list(bars.classes)
    assert {"precision", "recall", "f1", "support"} < set(report["splits"]["val"]["per_class"][0])
    assert report["best_epoch"] == result.best_epoch
    assert report["threads"] == 1
    kinds = Counter(kind for kind, _ in progress.told)
    assert kinds["epoch"] == 12
    metric = next(data for kind, data in progress.told if kind == "metric")
    assert {"run", "step", "epoch", "loss", "batch_loss", "lr", "acc", "img_s"} == set(metric)
    with np.load(tmp_path / "predictions.npz") as saved:
        probabilities = saved["test_probabilities"]
        assert probabilities.sum(axis=1) == pytest.approx(1, abs=1e-5)
        right = probabilities.argmax(axis=1) == saved["test_labels"]
        assert right.mean() == pytest.approx(result.metrics["accuracy"])
        assert saved["test_image_ids"].min() == 148


def test_the_same_seed_gives_the_same_model_and_another_another(
    tmp_path: Path, bars: SampleSet, quick: Any, difference: Any
) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        train(quick(epochs=1, seed=seed), bars, tmp_path / name)
    assert difference(tmp_path / "a", tmp_path / "b") == 0
    assert difference(tmp_path / "a", tmp_path / "c") > 0


def test_the_validation_loss_is_that_of_the_saved_weights(
    tmp_path: Path, bars: SampleSet, quick: Any
) -> None:
    train(quick(epochs=1), bars, tmp_path)
    with np.load(tmp_path / "predictions.npz") as saved:
        expected = log_loss(saved["val_probabilities"], saved["val_labels"])
    report = report_of(tmp_path)
    assert report["temperature"] == 1  # 12 pictures are too few to fit one
    assert report["epochs"][0]["val_loss"] == pytest.approx(expected, rel=1e-4)
    assert report["epochs"][0]["val_loss"] > 0


def test_the_accuracy_says_which_split_it_is_of(
    tmp_path: Path, bars: SampleSet, quick: Any
) -> None:
    no_test = train(quick(epochs=1), only(bars, "train", "val"), tmp_path / "a")
    assert no_test.metrics["accuracy_split"] == "val"
    no_val = train(quick(epochs=2), only(bars, "train", "test"), tmp_path / "b")
    assert no_val.metrics["accuracy_split"] == "test"
    assert no_val.best_epoch == 2
    assert any("no val pictures" in note for note in no_val.notes)
    neither = train(quick(epochs=1), only(bars, "train"), tmp_path / "c")
    assert neither.metrics["accuracy_split"] == "train"
    assert any("no picture was held out" in note for note in neither.notes)


def test_the_batch_size_is_the_one_asked_for(
    tmp_path: Path, bars: SampleSet, quick: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    small = build("small_cnn", 3)

    def spy(_name: str, _classes: int, **_options: Any) -> torch.nn.Module:
        small.register_forward_pre_hook(
            lambda module, args: sizes.append(len(args[0])) if module.training else None
        )
        return small

    monkeypatch.setattr("sightline.train.start.build", spy)
    train(quick(epochs=1, batch_size=18, ema=0.0), bars, tmp_path)
    assert sizes == [18, 18]


def test_accumulation_makes_one_step_of_several_batches(
    tmp_path: Path, bars: SampleSet, quick: Any
) -> None:
    train(quick(epochs=2, batch_size=6, accumulate=3), bars, tmp_path)
    assert report_of(tmp_path)["steps"] == 2 * 2


def test_views_make_an_epoch_longer(tmp_path: Path, bars: SampleSet, quick: Any) -> None:
    train(quick(epochs=1, batch_size=9, augment={"views": 3}), bars, tmp_path)
    assert report_of(tmp_path)["steps"] == 12


def test_early_stopping_stops_after_its_patience(
    tmp_path: Path, bars: SampleSet, quick: Any
) -> None:
    rule = {"patience": 2, "min_delta": 5.0}
    result = train(quick(epochs=9, early_stopping=rule), bars, tmp_path)
    assert result.epochs == 3
    assert result.best_epoch == 1
    assert report_of(tmp_path)["stopped_early"]
    went_on = train(quick(epochs=10, early_stopping=rule), bars, tmp_path, mode="resume")
    assert went_on.epochs == 5


def test_clipping_shortens_the_gradient(tmp_path: Path, bars: SampleSet, quick: Any) -> None:
    moved = {}
    for clip in (0.0, 1e-6):
        run = tmp_path / str(clip)
        sgd = {"name": "sgd", "lr": 0.1, "momentum": 0.0, "weight_decay": 0.0}
        train(quick(epochs=1, clip_norm=clip, optimizer=sgd, ema=0.0), bars, run)
        torch.default_generator.manual_seed(0)
        begin = build("small_cnn", 3, dropout=0.2).state_dict()["conv1.weight"]
        end = load_state(run / "checkpoints" / "last.safetensors")[0]["net/conv1.weight"]
        moved[clip] = (begin - end).abs().max().item()
    assert moved[1e-6] < 1e-5
    assert moved[0.0] > 1e-3


def test_weights_from_a_file_are_where_the_training_begins(
    tmp_path: Path, bars: SampleSet, quick: Any
) -> None:
    torch.manual_seed(5)
    other = build("small_cnn", 7)
    save_state(tmp_path / "w.safetensors", other.state_dict())
    name = {"name": "small_cnn", "weights": str(tmp_path / "w.safetensors")}
    still = {"lr": 1e-12, "weight_decay": 0.0}
    result = train(quick(epochs=1, model=name, optimizer=still), bars, tmp_path / "run")
    state, metadata = load_state(result.weights_path)
    assert torch.allclose(state["conv3.weight"], other.state_dict()["conv3.weight"], atol=1e-9)
    assert state["head.weight"].shape == (3, 128)  # as many outputs as classes
    assert metadata["classes"] == '["lies", "stands", "leans"]'
    assert any("a new head" in note for note in result.notes)


def test_finetuning_starts_from_the_best_and_leaves_the_parent_alone(
    tmp_path: Path, bars: SampleSet, quick: Any
) -> None:
    parent, child = tmp_path / "parent", tmp_path / "child"
    train(quick(epochs=2), bars, parent)
    before = {path: path.read_bytes() for path in parent.rglob("*") if path.is_file()}
    still = {"lr": 1e-12, "weight_decay": 0.0}
    result = train(quick(epochs=1, optimizer=still), bars, child, mode="finetune", parent=parent)
    assert result.epochs == 1
    assert {path: path.read_bytes() for path in parent.rglob("*") if path.is_file()} == before
    best, _ = load_state(parent / "checkpoints" / "best.safetensors")
    mine, _ = load_state(child / "checkpoints" / "last.safetensors")
    assert torch.allclose(mine["net/head.weight"], best["head.weight"], atol=1e-9)


def test_finetuning_on_other_classes_makes_a_new_head(
    tmp_path: Path, bars: SampleSet, quick: Any
) -> None:
    train(quick(epochs=1), bars, tmp_path / "parent")
    renamed = replace(bars, classes=("x", "y", "z"))
    result = train(
        quick(epochs=1), renamed, tmp_path / "child", mode="finetune", parent=tmp_path / "parent"
    )
    assert any("a new head" in note for note in result.notes)


def test_a_run_never_overwrites_another(tmp_path: Path, bars: SampleSet, quick: Any) -> None:
    train(quick(epochs=1), bars, tmp_path)
    with pytest.raises(ConflictError, match="has checkpoints already"):
        train(quick(epochs=1), bars, tmp_path)
    with pytest.raises(InvalidInputError, match="cannot finetune itself"):
        train(quick(epochs=1), bars, tmp_path, mode="finetune", parent=tmp_path)
    with pytest.raises(InvalidInputError, match="needs a parent"):
        train(quick(epochs=1), bars, tmp_path / "other", mode="finetune")
    with pytest.raises(MissingWeightsError):
        train(quick(epochs=1), bars, tmp_path / "b", mode="finetune", parent=tmp_path / "none")


def test_pictures_that_teach_nothing_are_refused_before_any_work(
    tmp_path: Path, bars: SampleSet, quick: Any
) -> None:
    with pytest.raises(InvalidInputError, match="no training pictures"):
        train(quick(), only(bars, "val"), tmp_path)
    one_class = tuple(one for one in bars.samples if one.label == 1)
    with pytest.raises(InvalidInputError, match="all training pictures are 'stands'"):
        train(quick(), replace(bars, samples=one_class), tmp_path)
    with pytest.raises(InvalidInputError, match="no classes"):
        train(quick(), replace(bars, classes=("a", "b")), tmp_path)
    with pytest.raises(InvalidInputError, match="no network named"):
        train(quick().model_copy(update={"model": quick().model.model_copy(
            update={"name": "nonet"})}), bars, tmp_path)  # fmt: skip
    assert list(tmp_path.iterdir()) == []


def test_a_class_without_pictures_is_warned_of(tmp_path: Path, bars: SampleSet, quick: Any) -> None:
    more = replace(bars, classes=(*bars.classes, "lacking"))
    result = train(quick(epochs=1, loss={"class_weights": "balanced"}), more, tmp_path)
    assert any("no training picture of lacking" in note for note in result.notes)
    assert np.array(report_of(tmp_path)["splits"]["test"]["confusion"]).shape == (4, 4)


def test_unreadable_pictures_are_listed_and_stop_nothing(
    tmp_path: Path, bars: SampleSet, quick: Any
) -> None:
    (tmp_path / "broken.png").write_bytes(b"\x89PNG broken")
    gone = [
        Sample(1, tmp_path / "broken.png", 0, 0, "train", "x"),
        Sample(2, tmp_path / "gone.png", 0, 1, "test", "y"),
    ]
    more = replace(bars, samples=(*bars.samples, *gone))
    for name, loader in (("a", {"memory_mb": 0, "workers": 2}), ("b", {"memory_mb": 64})):
        result = train(quick(epochs=2, loader=loader), more, tmp_path / name)
        assert len(report_of(tmp_path / name)["unreadable"]) == 2
        assert result.metrics["images"] == 12


def test_a_set_of_pictures_that_is_gone_is_an_error(
    tmp_path: Path, bars: SampleSet, quick: Any
) -> None:
    gone = tuple(replace(one, path=tmp_path / "gone" / one.path.name) for one in bars.samples)
    with pytest.raises(InvalidInputError, match="none of 36 pictures can be read"):
        train(quick(), replace(bars, samples=gone), tmp_path / "run")


def test_a_loss_that_is_no_number_stops_and_keeps_the_last_good_checkpoint(
    tmp_path: Path, bars: SampleSet, quick: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(quick(epochs=1), bars, tmp_path)
    before = (tmp_path / "checkpoints" / "last.safetensors").read_bytes()

    def poisoned(_self: Objective, logits: torch.Tensor, _batch: Any) -> torch.Tensor:
        return logits.sum() * float("nan")

    monkeypatch.setattr(Objective, "mean", poisoned)
    message = r"not a number at step .* step 5 is kept"
    with pytest.raises(InvalidInputError, match=message) as caught:
        train(quick(epochs=2), bars, tmp_path, mode="resume")
    assert "optimizer.lr" in caught.value.hint
    assert (tmp_path / "checkpoints" / "last.safetensors").read_bytes() == before


def test_too_little_memory_splits_the_batch_and_goes_on(
    tmp_path: Path, bars: SampleSet, quick: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    net = build("small_cnn", 3)
    sizes: list[int] = []

    def little_memory(_module: Any, args: Any) -> None:
        if net.training:
            sizes.append(len(args[0]))
        if len(args[0]) > 3:
            raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory")

    net.register_forward_pre_hook(little_memory)
    monkeypatch.setattr("sightline.train.start.build", lambda *_a, **_k: net)
    result = train(quick(epochs=1, ema=0.0), bars, tmp_path)
    assert result.epochs == 1
    assert report_of(tmp_path)["micro_batches"] == [
        {"step": 0, "from": 7, "to": 4},
        {"step": 0, "from": 4, "to": 2},
    ]
    assert max(sizes[2:]) == 2
    assert sum(sizes[2:]) == 36


def test_a_picture_too_large_for_memory_says_what_to_do(
    tmp_path: Path, bars: SampleSet, quick: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    net = build("small_cnn", 3)

    def no_memory(_module: Any, _args: Any) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    head_of(net)[1].register_forward_pre_hook(no_memory)
    monkeypatch.setattr("sightline.train.start.build", lambda *_a, **_k: net)
    with pytest.raises(OutOfMemoryError) as caught:
        train(quick(epochs=1, ema=0.0), bars, tmp_path)
    assert "image_size" in caught.value.hint
