"""A resumed run equals an uninterrupted one, bit for bit."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
import torch

from sightline.core.errors import CancelledError, InvalidInputError, MissingWeightsError
from sightline.core.samples import SampleSet
from sightline.train import manifest
from sightline.train.board import read_curves
from sightline.train.run import train

if TYPE_CHECKING:
    from pathlib import Path

STEPS_PER_EPOCH = 5  # 36 pictures in batches of at most 8


@pytest.fixture
def whole(tmp_path: Path, bars: SampleSet, quick: Any) -> Path:
    """A run that nothing interrupted."""
    train(quick(), bars, tmp_path / "whole")
    return tmp_path / "whole"


@pytest.mark.parametrize("step", [STEPS_PER_EPOCH, STEPS_PER_EPOCH + 3, 1])
@pytest.mark.parametrize("workers", [0, 2])
def test_resuming_after_a_power_cut_changes_nothing(
    tmp_path: Path, bars: SampleSet, quick: Any, recorder: Any, power_cut: Any, whole: Path,
    difference: Any, step: int, workers: int,
) -> None:  # fmt: skip
    part = tmp_path / "part"
    saved = {"every_s": 0.0, "every_steps": step}
    with pytest.raises(power_cut):
        train(quick(checkpoint=saved), bars, part, progress=recorder(cut_at=step + 1))
    torch.manual_seed(999)  # another process has another state
    ahead = {"workers": workers, "memory_mb": 0 if workers else 2048}
    train(quick(loader=ahead), bars, part, mode="resume")
    assert difference(whole, part) == 0
    report, other = (json.loads((one / "report.json").read_text()) for one in (whole, part))
    assert report["metrics"] == other["metrics"]
    assert report["epochs"] == other["epochs"]


def test_reading_ahead_with_threads_changes_nothing(
    tmp_path: Path, bars: SampleSet, quick: Any, whole: Path, difference: Any
) -> None:
    train(quick(loader={"workers": 2, "memory_mb": 0}), bars, tmp_path / "ahead")
    assert difference(whole, tmp_path / "ahead") == 0


def test_a_cancelled_run_resumes_where_it_stopped(
    tmp_path: Path, bars: SampleSet, quick: Any, recorder: Any, whole: Path, difference: Any
) -> None:
    part = tmp_path / "part"
    stopped = recorder(cancel_at=7)
    with pytest.raises(CancelledError):
        train(quick(), bars, part, progress=stopped)
    assert stopped.checks == 8
    train(quick(), bars, part, mode="resume")
    assert difference(whole, part) == 0
    curves = read_curves(part)
    assert [row["epoch"] for row in curves["epochs"]] == [1, 2, 3]


@pytest.mark.parametrize("optimizer", ["adamw", "sgd"])
def test_every_kind_of_state_survives(
    tmp_path: Path, bars: SampleSet, quick: Any, recorder: Any, difference: Any, optimizer: str
) -> None:
    spec = quick(
        optimizer={"name": optimizer, "lr": 0.01}, schedule={"name": "cosine"}, accumulate=2,
        augment={"views": 2, "mixup": 0.4, "elastic": 0.1, "erase": 0.5, "colour": 0.3},
        loss={"class_weights": "balanced"}, epochs=2, ema=0.9 if optimizer == "sgd" else 0.0,
    )  # fmt: skip
    train(spec, bars, tmp_path / "whole")
    with pytest.raises(CancelledError):
        train(spec, bars, tmp_path / "part", progress=recorder(cancel_at=6))
    train(spec, bars, tmp_path / "part", mode="resume")
    assert difference(tmp_path / "whole", tmp_path / "part") == 0


SCRIPT = """
import sys
from pathlib import Path
import torch
torch.set_num_threads(1)
from sightline.train import manifest
from sightline.train.cache import PixelCache
from sightline.train.run import train
from sightline.train.spec_io import load_spec
folder, mode = Path(sys.argv[1]), sys.argv[2]
cache = PixelCache(folder / "cache", 1 << 24, reserve_bytes=0)
train(load_spec(folder / "wanted.json"), manifest.load(folder), folder, mode=mode, cache=cache)
"""


def test_a_killed_process_resumes_with_no_difference(
    tmp_path: Path, bars: SampleSet, quick: Any, difference: Any
) -> None:
    """With the cache half made, averaged weights, mixed pictures, threads and micro-batches."""
    spec = quick(
        epochs=12, checkpoint={"every_steps": 3}, loader={"workers": 2, "memory_mb": 0},
        batch_size=4, accumulate=2, augment={"mixup": 0.3, "cutmix": 0.3},
    )  # fmt: skip
    train(spec, bars, tmp_path / "whole")
    part = tmp_path / "part"
    part.mkdir()
    manifest.save(part, bars)
    (part / "wanted.json").write_text(spec.model_dump_json())
    child = subprocess.Popen([sys.executable, "-c", SCRIPT, str(part), "new"])
    last, deadline = part / "checkpoints" / "last.safetensors", time.monotonic() + 60
    while not last.exists() and child.poll() is None and time.monotonic() < deadline:
        os.sched_yield()
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert last.exists()
    assert not (part / "report.json").exists(), "it was over before it was killed"
    done = subprocess.run([sys.executable, "-c", SCRIPT, str(part), "resume"], check=False)
    assert done.returncode == 0
    assert difference(tmp_path / "whole", part) == 0


def test_resume_takes_the_last_state_not_the_best(
    tmp_path: Path, bars: SampleSet, quick: Any, recorder: Any
) -> None:
    # A rate this high makes later epochs worse than the first; the state goes on all the same.
    spec = quick(optimizer={"name": "sgd", "lr": 2.0}, epochs=6, clip_norm=0.0)
    with pytest.raises(CancelledError):
        train(spec, bars, tmp_path, progress=recorder(cancel_at=22))
    progress = recorder()
    train(spec, bars, tmp_path, mode="resume", progress=progress)
    assert progress.checks == 30 - 22


def test_a_longer_run_goes_on_from_the_end(tmp_path: Path, bars: SampleSet, quick: Any) -> None:
    train(quick(epochs=1), bars, tmp_path)
    result = train(quick(epochs=3), bars, tmp_path, mode="resume")
    assert result.epochs == 3
    assert any("epochs changed from 1 to 3" in note for note in result.notes)


def test_resuming_a_finished_run_answers_the_same(
    tmp_path: Path, bars: SampleSet, quick: Any
) -> None:
    first = train(quick(), bars, tmp_path)
    again = train(quick(), bars, tmp_path, mode="resume")
    assert again.metrics == first.metrics


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"optimizer": {"lr": 0.5}}, "optimizer.lr"),
        ({"batch_size": 4, "seed": 3}, "batch_size, seed"),
        ({"augment": {"flip": 0.5}}, "augment.flip"),
    ],
)
def test_a_setting_that_would_change_the_run_is_refused(
    tmp_path: Path, bars: SampleSet, quick: Any, change: Any, named: str
) -> None:
    train(quick(epochs=1), bars, tmp_path)
    with pytest.raises(InvalidInputError, match=f"cannot change {named}"):
        train(quick(epochs=1, **change), bars, tmp_path, mode="resume")


def test_fewer_epochs_than_done_are_refused(tmp_path: Path, bars: SampleSet, quick: Any) -> None:
    train(quick(epochs=2), bars, tmp_path)
    with pytest.raises(InvalidInputError, match="finished 2 epochs"):
        train(quick(epochs=1), bars, tmp_path, mode="resume")


def test_other_pictures_are_refused(tmp_path: Path, bars: SampleSet, quick: Any) -> None:
    train(quick(epochs=1), bars, tmp_path)
    fewer = SampleSet(bars.samples[1:], bars.classes)
    with pytest.raises(InvalidInputError, match="not those that the run started with"):
        train(quick(epochs=1), fewer, tmp_path, mode="resume")
    assert manifest.load(tmp_path) == bars


def test_nothing_to_resume_says_so(tmp_path: Path, bars: SampleSet, quick: Any) -> None:
    with pytest.raises(MissingWeightsError, match="nothing to resume"):
        train(quick(), bars, tmp_path, mode="resume")


@pytest.mark.parametrize("keep", [0, 100, -50])
def test_a_damaged_checkpoint_says_so(
    tmp_path: Path, bars: SampleSet, quick: Any, keep: int
) -> None:
    train(quick(epochs=1), bars, tmp_path)
    last = tmp_path / "checkpoints" / "last.safetensors"
    last.write_bytes(last.read_bytes()[:keep])
    with pytest.raises(InvalidInputError, match="is damaged"):
        train(quick(epochs=1), bars, tmp_path, mode="resume")


def test_a_frozen_beginning_resumes_in_its_midst_and_after_it(
    tmp_path: Path, bars: SampleSet, quick: Any, recorder: Any, power_cut: Any, difference: Any
) -> None:
    asked = {
        "model": {"freeze_epochs": 1, "freeze_norm": True},
        "optimizer": {"backbone_lr": 0.3},
    }
    train(quick(**asked), bars, tmp_path / "whole")
    for step in (STEPS_PER_EPOCH - 2, STEPS_PER_EPOCH, STEPS_PER_EPOCH + 2):
        part = tmp_path / f"part{step}"
        saved = {"every_s": 0.0, "every_steps": step}
        with pytest.raises(power_cut):
            train(quick(checkpoint=saved, **asked), bars, part, progress=recorder(cut_at=step + 1))
        train(quick(**asked), bars, part, mode="resume")
        assert difference(tmp_path / "whole", part) == 0
