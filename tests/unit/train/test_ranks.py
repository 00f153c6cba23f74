"""Several processes train what one would, within the error of sums in another order."""

from __future__ import annotations

import json
import math
import signal
import sys
import time
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import psutil
import pytest
import torch

from sightline.core.errors import (
    CancelledError,
    InvalidInputError,
    MissingExtraError,
    ProcessLostError,
)
from sightline.core.samples import SampleSet
from sightline.train import manifest, ranks
from sightline.train.board import read_curves
from sightline.train.control import Lookout, Wish, write_wish
from sightline.train.run import train
from sightline.train.share import rows_of
from sightline.train.spec_io import build_spec

if TYPE_CHECKING:
    from pathlib import Path

WITHIN = 2e-6
"""Of any weight, after all steps; weights are about 0.1."""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, bars: SampleSet) -> Path:
    """A run that has learned; without norms an untrained network hardly tells pictures apart, and
    any rounding decides on which side of a ReLU they lie."""
    folder = tmp_path_factory.mktemp("base")
    values = {"epochs": 4, "batch_size": 8, "image_size": 16, "loader": {"workers": 0}}
    train(build_spec(values), bars, folder)
    return folder


@pytest.fixture
def tuned(base: Path) -> Any:
    """Train from learned weights."""
    return partial(train, mode="finetune", parent=base)


@pytest.fixture
def exact(quick: Any) -> Any:
    """Make a spec in which no picture's answer depends on the others, nor on dropout."""

    def make(**values: Any) -> Any:
        plain: dict[str, Any] = {
            "epochs": 2,
            "batch_size": 4,  # one process computes in the parts that two share:
            "accumulate": 2,  # on any processor only the order of the sums differs
            "optimizer": {"name": "sgd", "lr": 0.02},
            "model": {"dropout": 0.0, "freeze_norm": True},
            "threads": 1,
        }
        return quick(**plain | values)

    return make


class Killer:
    """A progress that kills the other process at a step, or stops the work."""

    def __init__(self, at: int, by: int | None = signal.SIGTERM) -> None:
        self._at, self._by = at, by

    def advance(self, done: int, total: int | None, note: str = "") -> None:
        """Do nothing."""

    def tell(self, kind: str, **data: Any) -> None:
        """Do nothing."""

    def log(self, text: str) -> None:
        """Do nothing."""

    def check(self) -> None:
        """Count down the steps, and kill."""
        self._at -= torch.distributed.is_initialized()
        if self._at:
            return
        if self._by is None:
            raise CancelledError("stopped")
        for one in psutil.Process().children():
            one.send_signal(self._by)


def followers() -> list[psutil.Process]:
    """Return the living processes that share a training with this one."""
    found = []
    for one in psutil.Process().children():
        with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
            if "sightline" in " ".join(one.cmdline()):
                found.append(one)
    return found


def test_two_processes_train_what_one_trains(
    tmp_path: Path, bars: SampleSet, exact: Any, tuned: Any, difference: Any
) -> None:
    one = tuned(exact(), bars, tmp_path / "one")
    two = tuned(exact(processes=2), bars, tmp_path / "two")
    assert difference(tmp_path / "one", tmp_path / "two") < WITHIN
    assert two.metrics["accuracy"] == one.metrics["accuracy"]
    assert any("2 processes" in note for note in two.notes)
    assert not followers()


@pytest.mark.nightly
def test_a_killed_process_ends_the_run_which_goes_on_with_one(
    tmp_path: Path, bars: SampleSet, exact: Any, tuned: Any, difference: Any
) -> None:
    often = {"every_s": 0.0, "every_steps": 2}
    tuned(exact(checkpoint=often), bars, tmp_path / "one")
    spec = exact(checkpoint=often, processes=2)
    with pytest.raises(ProcessLostError, match=r"process 1 .* was killed") as caught:
        tuned(spec, bars, tmp_path / "two", progress=Killer(at=8))
    assert "resume" in caught.value.hint
    assert not followers()
    train(exact(checkpoint=often), bars, tmp_path / "two", mode="resume")
    assert difference(tmp_path / "one", tmp_path / "two") < WITHIN


def test_a_step_too_small_for_batch_norm_is_refused(
    tmp_path: Path, bars: SampleSet, quick: Any
) -> None:
    with pytest.raises(InvalidInputError, match="batch norm needs 2"):
        train(quick(processes=8), bars, tmp_path / "run")


def test_without_lightning_fabric_the_extra_is_named(
    tmp_path: Path, bars: SampleSet, quick: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "lightning_fabric", None)
    with pytest.raises(MissingExtraError) as caught:
        train(quick(processes=2), bars, tmp_path / "run")
    assert "sightline[distributed]" in caught.value.hint


@pytest.mark.nightly
def test_a_stopped_run_resumes_bit_for_bit_with_as_many(
    tmp_path: Path, bars: SampleSet, quick: Any, difference: Any
) -> None:
    spec = quick(processes=2, epochs=2, threads=1)  # batch norm, dropout and AdamW
    whole = train(spec, bars, tmp_path / "whole")
    assert any("batch norm" in note for note in whole.notes)
    with pytest.raises(CancelledError):
        train(spec, bars, tmp_path / "part", progress=Killer(at=8, by=None))
    assert not followers()
    train(spec, bars, tmp_path / "part", mode="resume")
    assert difference(tmp_path / "whole", tmp_path / "part") == 0


@pytest.mark.nightly
@pytest.mark.parametrize(
    "values",
    [
        {"augment": {"mixup": 0.4, "cutmix": 1.0}, "accumulate": 2},
        {"loss": {"class_weights": "balanced", "name": "focal"}, "sampling": "balanced"},
        {"augment": {"crop": 0.5, "blur": 0.5, "policy": "augmix", "hue": 0.1}, "clip_norm": 0.1},
        {"batch_size": 8, "accumulate": 1},
        {"batch_size": 1, "accumulate": 1, "optimizer": {"name": "sgd", "lr": 0.001}},
        {"batch_size": 13, "accumulate": 1, "processes": 3},
        {"loader": {"workers": 2, "memory_mb": 0}, "on_nan": "skip"},
        {"model": {"freeze_epochs": 1, "dropout": 0.0, "freeze_norm": True}},
    ],
    ids="-".join,
)
def test_every_way_of_training_is_that_of_one_process(
    tmp_path: Path, bars: SampleSet, exact: Any, tuned: Any, difference: Any, values: dict[str, Any]
) -> None:
    tuned(exact(**values | {"processes": 1}), bars, tmp_path / "one")
    tuned(exact(**{"processes": 2} | values), bars, tmp_path / "two")
    assert difference(tmp_path / "one", tmp_path / "two") < WITHIN


@pytest.mark.nightly
@pytest.mark.parametrize("broken", [(5,), (0, 3, 7, 8, 20, 35), tuple(range(30))])
def test_pictures_that_one_process_cannot_read_count_as_with_one(
    tmp_path: Path,
    bars: SampleSet,
    exact: Any,
    tuned: Any,
    difference: Any,
    broken: tuple[int, ...],
) -> None:
    gone = tmp_path / "gone.png"
    samples = tuple(
        replace(one, path=gone) if i in broken else one for i, one in enumerate(bars.samples)
    )
    torn = SampleSet(samples, bars.classes)
    spec = {"batch_size": 1, "accumulate": 3, "clip_norm": 0.1}
    one = tuned(exact(**spec), torn, tmp_path / "one")
    two = tuned(exact(processes=2, **spec), torn, tmp_path / "two")
    assert difference(tmp_path / "one", tmp_path / "two") < WITHIN
    rows = [json.loads((tmp_path / name / "report.json").read_text()) for name in ("one", "two")]
    assert rows[0]["unreadable"] == rows[1]["unreadable"]
    assert len(rows[1]["unreadable"]) == len(broken)
    for a, b in zip(rows[0]["epochs"], rows[1]["epochs"], strict=True):
        assert a["train_loss"] == pytest.approx(b["train_loss"], abs=1e-5)
        assert a["train_accuracy"] == b["train_accuracy"]
    assert one.metrics["accuracy"] == two.metrics["accuracy"]


@pytest.mark.nightly
def test_tags_are_shared_as_well(
    tmp_path: Path, bars: SampleSet, exact: Any, tuned: Any, difference: Any
) -> None:
    samples = tuple(
        replace(one, tags=((one.label, 1.0), ((one.label + 1) % 3, math.nan)))
        for one in bars.samples
    )
    tagged = SampleSet(samples, bars.classes, task="multi")
    tuned(exact(task="multi"), tagged, tmp_path / "one")
    tuned(exact(task="multi", processes=2), tagged, tmp_path / "two")
    assert difference(tmp_path / "one", tmp_path / "two") < WITHIN


@pytest.mark.nightly
def test_a_process_that_stands_still_ends_the_run(
    tmp_path: Path, bars: SampleSet, exact: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranks, "TIMEOUT_S", 5.0)
    with pytest.raises(ProcessLostError, match="does not answer"):
        train(exact(processes=2), bars, tmp_path / "run", progress=Killer(at=8, by=signal.SIGSTOP))
    assert not followers()


class Hand(Killer):
    """Asks for half the rate and a pause before step 6, and ends the pause when it has come."""

    def __init__(self, run: Path, *, alone: bool) -> None:
        super().__init__(at=7)
        self._run, self._alone = run, alone

    def check(self) -> None:
        """Ask."""
        self._at -= self._alone or torch.distributed.is_initialized()
        if not self._at:
            write_wish(self._run, Wish(lr_factor=0.5, pause=True))

    def advance(self, done: int, total: int | None, note: str = "") -> None:  # noqa: ARG002
        """End the pause."""
        if note == "paused":
            write_wish(self._run, Wish(lr_factor=0.5))


@pytest.mark.nightly
def test_a_pause_and_another_rate_reach_every_process(
    tmp_path: Path,
    bars: SampleSet,
    exact: Any,
    tuned: Any,
    difference: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Lookout, "due", lambda _self: True)
    for name, size in (("one", 1), ("two", 2)):
        spec, run = exact(processes=size, epochs=3), tmp_path / name
        tuned(spec, bars, run, progress=Hand(run, alone=size == 1))
        facts = read_curves(run)["facts"]
        assert [one["kind"] for one in facts] == ["lr", "paused", "continued"]
        assert facts[0]["step"] == 6
    assert difference(tmp_path / "one", tmp_path / "two") < WITHIN


@pytest.mark.nightly
def test_when_the_first_process_is_killed_the_others_end(
    tmp_path: Path, bars: SampleSet, exact: Any
) -> None:
    manifest.save(tmp_path, bars)
    (tmp_path / "spec.json").write_text(exact(processes=2, epochs=10_000).model_dump_json())
    code = (
        "import sys; from pathlib import Path; from sightline.train import manifest\n"
        "from sightline.train.run import train; from sightline.train.spec_io import load_spec\n"
        "at = Path(sys.argv[1])\n"
        "train(load_spec(at / 'spec.json'), manifest.load(at), at / 'run')"
    )
    first = psutil.Popen([sys.executable, "-c", code, str(tmp_path)])
    events, others = tmp_path / "run" / "events.jsonl", []
    until = time.monotonic() + 60
    while time.monotonic() < until and not (events.is_file() and "epoch" in events.read_text()):
        others = first.children()
        time.sleep(0.05)
    first.kill()
    first.wait()
    assert others
    assert psutil.wait_procs(others, timeout=60)[1] == []


@pytest.mark.nightly
def test_a_loss_that_is_no_number_ends_all(tmp_path: Path, bars: SampleSet, exact: Any) -> None:
    wild = {"name": "sgd", "lr": 10.0}
    with pytest.raises(InvalidInputError, match="not a number"):
        train(exact(processes=2, optimizer=wild, clip_norm=0.0), bars, tmp_path / "run")
    assert not followers()


@pytest.mark.parametrize("size", [1, 2, 3, 7])
@pytest.mark.parametrize("count", [0, 1, 2, 5, 8, 23])
def test_every_row_is_of_one_process_and_the_first_has_some(count: int, size: int) -> None:
    spans = [rows_of(count, rank, size) for rank in range(size)]
    assert [row for a, b in spans for row in range(a, b)] == list(range(count))
    assert spans[0][1] >= min(1, count)
    assert max(b - a for a, b in spans) - min(b - a for a, b in spans) <= 1
