from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

from fakes.trackers import Notebook
from sightline.core.errors import CancelledError, InvalidInputError
from sightline.train.board import Board, read_curves
from sightline.train.spec_io import build_spec
from sightline.train.track import Trackers, open_trackers

if TYPE_CHECKING:
    from pathlib import Path


def test_one_that_breaks_is_left_out_and_noted_once_while_the_others_go_on() -> None:
    said: list[str] = []
    wet, dry = Notebook(breaks_at=3), Notebook()
    with Trackers([wet, dry], said.append) as trackers:
        trackers.steps([(1, 0.5), (2, 0.25)])
        trackers.steps([(3, 0.2)])
        trackers.figures({"step": 4, "epoch": 1, "val_loss": 0.1, "lr": math.nan, "why": "x"})
    assert [(row.name, row.step) for row in dry.rows] == [
        ("loss/batch", 1), ("loss/batch", 2), ("loss/batch", 3), ("loss/val", 4),
    ]  # fmt: skip
    assert len(wet.rows) == 2
    assert said == trackers.notes == ["Notebook is left out: the notebook is wet"]


def test_one_whose_thread_failed_is_left_out() -> None:
    late = Notebook()
    with Trackers([late], lambda _: None) as trackers:
        late.fault = OSError("no route to host")
        trackers.steps([(1, 0.5)])
        trackers.steps([(2, 0.5)])
    assert len(late.rows) == 1
    assert trackers.notes == ["Notebook is left out: no route to host"]


@pytest.mark.parametrize(
    ("error", "status"),
    [(None, "FINISHED"), (CancelledError("x"), "KILLED"), (OSError(), "FAILED")],
)
def test_trackers_hear_how_a_training_ended(error: BaseException | None, status: str) -> None:
    one = Notebook()
    try:
        with Trackers([one], lambda _: None):
            if error is not None:
                raise error
    except (CancelledError, OSError):
        pass
    assert one.status == status


def test_a_tracker_gets_every_step_and_the_curve_their_mean(tmp_path: Path, recorder: Any) -> None:
    one = Notebook()
    board = Board(tmp_path, 1, recorder(), Trackers([one], lambda _: None))
    board.losses([0.5, 0.25, 0.25, 0.1], [1, 2, 0, 1])  # the second in two parts, the third none
    board.load({"cpu_percent": 40.0, "cores": 4, "gpus": [{"name": "x", "percent": 7}]}, keep=True)
    board.metric(10, step=14, epoch=1, loss=0.4, acc=0.5, lr=0.1)
    board.metric(10, step=15, epoch=1, loss=0.4, acc=0.5, lr=0.1)
    board.close()
    steps = [(row.step, row.value) for row in one.rows if row.name == "loss/batch"]
    assert steps == [(11, 0.5), (12, 0.5), (14, 0.1)]
    named = {row.name: row.value for row in one.rows}
    assert (named["system/cpu_percent"], named["system/gpu_0_percent"]) == (40.0, 7)
    assert "system/cores" not in named
    curves = read_curves(tmp_path)
    assert curves["points"][0]["batch_loss"] == pytest.approx(1.1 / 3)
    assert "batch_loss" not in curves["points"][1]
    assert curves["facts"] == []


@pytest.mark.parametrize(
    ("place", "about"),
    [("databricks://x", "http, https"), ("http://ann:secret@host:5000", "MLFLOW_TRACKING_PASS")],
)
def test_a_place_that_is_none_is_refused_and_no_password_is_said_again(
    place: str, about: str
) -> None:
    with pytest.raises(InvalidInputError, match=about) as caught:
        build_spec({"track": {"mlflow": place}})
    assert "secret" not in str(caught.value)


def test_a_place_that_cannot_be_written_costs_the_tracker_only(tmp_path: Path) -> None:
    (tmp_path / "tensorboard").write_text("a file is in the way")
    spec = build_spec({"track": {"tensorboard": True}})
    trackers = open_trackers(spec, tmp_path, step=0, say=lambda _: None)
    assert trackers.notes[0].startswith("TensorBoard is left out")
    trackers.steps([(1, 0.5)])
