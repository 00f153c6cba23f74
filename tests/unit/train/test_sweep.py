"""Searches: real trainings, stopped, killed and taken up again."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from sightline.core.errors import CancelledError, InvalidInputError, MissingExtraError
from sightline.core.progress import Silent
from sightline.core.samples import SampleSet
from sightline.train.knobs import parse_knob
from sightline.train.sweep import Search, sweep, trials_of

if TYPE_CHECKING:
    from pathlib import Path

LR = parse_knob("optimizer.lr=log:1e-5..1e-1")


def search(quick: Any, trials: int, **values: Any) -> Search:
    return Search(base=quick(epochs=2, **values), knobs=(LR,), trials=trials)


def test_each_trial_is_a_training_and_only_the_best_keeps_its_weights(
    bars: SampleSet, quick: Any, tmp_path: Path
) -> None:
    rows = sweep(search(quick, 3), bars, tmp_path)
    assert [row["state"] for row in rows] == ["done"] * 3
    assert len({row["values"]["optimizer.lr"] for row in rows}) == 3
    best = min(rows, key=lambda row: row["value"])
    assert [row["number"] for row in rows if row["best"]] == [best["number"]]
    assert [len(row["epochs"]) for row in rows] == [2, 2, 2]
    kept = [path.parts[-2] for path in tmp_path.glob("trials/*/checkpoints")]
    assert kept == [str(best["number"])]
    spec = json.loads((tmp_path / f"trials/{best['number']}/spec.json").read_text())
    assert spec["optimizer"]["lr"] == best["values"]["optimizer.lr"]
    assert trials_of(tmp_path) == rows


def test_a_stopped_search_goes_on_in_the_trial_where_it_was(
    bars: SampleSet, quick: Any, tmp_path: Path
) -> None:
    class StopInSecond(Silent):
        def __init__(self) -> None:
            self.trial = -1

        def tell(self, kind: str, **data: Any) -> None:
            if kind == "trial":
                self.trial = data["number"]

        def check(self) -> None:
            if self.trial == 1:
                raise CancelledError("stopped")

    with pytest.raises(CancelledError):
        sweep(search(quick, 2), bars, tmp_path, progress=StopInSecond())
    stopped = trials_of(tmp_path)
    assert [row["state"] for row in stopped] == ["done", "running"]
    rows = sweep(search(quick, 2), bars, tmp_path)
    assert [row["state"] for row in rows] == ["done", "done"]
    assert [row["values"] for row in rows] == [row["values"] for row in stopped]
    whole = sweep(search(quick, 2), bars, tmp_path.parent / "whole")
    assert [row["value"] for row in rows] == [row["value"] for row in whole]


def test_more_trials_than_before_are_added_to_those_that_are_there(
    bars: SampleSet, quick: Any, tmp_path: Path
) -> None:
    first = sweep(search(quick, 1), bars, tmp_path)
    rows = sweep(search(quick, 2), bars, tmp_path)
    assert rows[0]["value"] == first[0]["value"]
    assert len(rows) == 2


def test_a_trial_that_cannot_be_trained_is_noted_and_the_search_goes_on(
    bars: SampleSet, quick: Any, tmp_path: Path
) -> None:
    wild = Search(
        base=quick(epochs=1, clip_norm=0.0, optimizer={"name": "sgd"}),
        knobs=(parse_knob("optimizer.lr=9.9..10"), parse_knob("loss.label_smoothing=0..0.1")),
        trials=2,
    )
    rows = sweep(wild, bars, tmp_path)
    assert len(rows) == 2
    assert all(row["state"] in {"failed", "done"} for row in rows)
    assert all(row["error"] for row in rows if row["state"] == "failed")


def test_what_falls_behind_is_ended_early(bars: SampleSet, quick: Any, tmp_path: Path) -> None:
    base = quick(epochs=4, optimizer={"lr": 3e-3})
    knob = parse_knob("optimizer.lr=log:1e-7..3e-2")
    rows = sweep(Search(base=base, knobs=(knob,), trials=7), bars, tmp_path)
    pruned = [row for row in rows if row["state"] == "pruned"]
    assert pruned
    assert all(len(row["epochs"]) < 4 for row in pruned)


def test_without_val_pictures_there_is_nothing_to_compare_by(
    bars: SampleSet, quick: Any, tmp_path: Path
) -> None:
    train_only = SampleSet(bars.of("train"), bars.classes)
    with pytest.raises(InvalidInputError, match="val"):
        sweep(search(quick, 1), train_only, tmp_path)


def test_without_optuna_the_extra_is_named(
    bars: SampleSet, quick: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(MissingExtraError) as caught:
        sweep(search(quick, 1), bars, tmp_path)
    assert "sweep" in caught.value.hint
