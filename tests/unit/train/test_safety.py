from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from PIL import Image

from sightline.core.errors import CancelledError, InvalidInputError
from sightline.nets.build import build
from sightline.train import safety
from sightline.train.board import read_curves
from sightline.train.checkpoint import load_last
from sightline.train.run import train

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.samples import SampleSet

STILL = dict.fromkeys(("rotate", "scale", "translate", "shear", "brightness", "contrast"), 0.0)


@pytest.fixture
def bad(tmp_path: Path, bars: SampleSet, monkeypatch: pytest.MonkeyPatch) -> SampleSet:
    """Pictures of which one, white all over, makes a network answer nonsense; it is image 107."""
    Image.new("RGB", (16, 16), "white").save(tmp_path / "white.png")
    rows = list(bars.samples)
    rows[7] = replace(rows[7], path=tmp_path / "white.png")

    def poisoned(*args: Any, **options: Any) -> torch.nn.Module:
        net = build(*args, **options)

        def nonsense(module: Any, given: Any, answer: torch.Tensor) -> torch.Tensor:
            white = (given[0].flatten(1).min(1).values > 2).any()
            if not (white and module.training):
                return answer
            for norm in module.modules():  # as an overflow inside would leave them
                if isinstance(norm, torch.nn.BatchNorm2d) and norm.running_mean is not None:
                    norm.running_mean.data.fill_(float("nan"))
            return answer * float("nan")

        net.register_forward_hook(nonsense)
        return net

    monkeypatch.setattr("sightline.train.start.build", poisoned)
    return replace(bars, samples=tuple(rows))


def test_a_loss_that_is_no_number_stops_and_keeps_its_batch(
    tmp_path: Path, bad: SampleSet, quick: Any
) -> None:
    run = tmp_path / "run"
    spec = quick(epochs=4, augment=STILL, checkpoint={"every_steps": 1, "every_s": 0.0})
    with pytest.raises(InvalidInputError, match=r"not a number at step \d+ \(images") as caught:
        train(spec, bad, run)
    assert "on_nan=skip" in caught.value.hint
    with np.load(run / safety.BATCH_FILE) as saved:
        assert 107 in saved["image_ids"]
        row = saved["image_ids"].tolist().index(107)
        assert (saved["images"][row] == 255).all()
        assert saved["labels"].tolist() == [int(one) % 100 % 3 for one in saved["image_ids"]]
        assert saved["x"].shape == (len(saved["image_ids"]), 3, 16, 16)
        step = int(saved["step"])
    assert f"step {step} " in str(caught.value)
    if step:
        assert f"the checkpoint of step {step} is kept" in str(caught.value)
    assert all(value.isfinite().all() for value in load_last(run).tensors.values())


def test_skipped_steps_leave_no_trace_are_counted_and_told(
    tmp_path: Path, bad: SampleSet, quick: Any
) -> None:
    spec = quick(epochs=3, augment=STILL, on_nan="skip")
    result = train(spec, bad, tmp_path / "run")
    assert "3 steps were left out" in " ".join(result.notes)
    report = json.loads((tmp_path / "run" / "report.json").read_text())
    assert report["skipped_steps"] == 3
    assert all(np.isfinite(row["train_loss"]) for row in report["epochs"])
    facts = [one for one in read_curves(tmp_path / "run")["facts"] if one["kind"] == "skipped"]
    assert [one["skipped"] for one in facts] == [1, 2, 3]
    assert all(107 in one["images"] for one in facts)
    state = load_last(tmp_path / "run").tensors
    assert all(value.isfinite().all() for value in state.values())


@pytest.mark.parametrize("step", [3, 11])
def test_a_run_that_skipped_resumes_bit_for_bit(
    tmp_path: Path, bad: SampleSet, quick: Any, recorder: Any, difference: Any, step: int
) -> None:
    spec = quick(epochs=3, augment=STILL, on_nan="skip", clip_norm=0.0)
    train(spec, bad, tmp_path / "whole")
    with pytest.raises(CancelledError):
        train(spec, bad, tmp_path / "part", progress=recorder(cancel_at=step))
    train(spec, bad, tmp_path / "part", mode="resume")
    assert difference(tmp_path / "whole", tmp_path / "part") == 0
    places = [load_last(tmp_path / name).place for name in ("whole", "part")]
    assert places[0].skipped == places[1].skipped == 3


def test_skipping_ends_when_nothing_else_is_left(
    tmp_path: Path, bad: SampleSet, quick: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(safety, "IN_A_ROW", 2)
    with pytest.raises(InvalidInputError, match="for 2 steps"):
        train(quick(epochs=9, batch_size=36, augment=STILL, on_nan="skip"), bad, tmp_path / "run")


def test_a_run_that_stopped_goes_on_with_skip(tmp_path: Path, bad: SampleSet, quick: Any) -> None:
    spec = quick(epochs=3, augment=STILL, checkpoint={"every_steps": 1, "every_s": 0.0}, seed=3)
    with pytest.raises(InvalidInputError):
        train(spec, bad, tmp_path / "run")
    assert load_last(tmp_path / "run").place.step > 0
    result = train(spec.model_copy(update={"on_nan": "skip"}), bad, tmp_path / "run", mode="resume")
    assert result.epochs == 3


def test_many_steps_fetched_at_once_still_name_the_first_bad_one(
    tmp_path: Path, bad: SampleSet, quick: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a GPU, which is not asked at each step."""
    plain = safety.Safety.__init__

    def seldom(self: safety.Safety, t: Any) -> None:
        plain(self, t)
        self._each = False

    monkeypatch.setattr(safety.Safety, "__init__", seldom)
    with pytest.raises(InvalidInputError, match=r"not a number at step \d+ \(images"):
        train(quick(augment=STILL), bad, tmp_path / "run")
    with np.load(tmp_path / "run" / safety.BATCH_FILE) as saved:
        assert 107 in saved["image_ids"]
