from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sightline.train.board import Board, read_curves
from sightline.train.memory import keep_freed_memory

if TYPE_CHECKING:
    from pathlib import Path


def test_curves_hold_each_step_once_though_the_run_was_resumed(
    tmp_path: Path, recorder: Any
) -> None:
    progress = recorder()
    board = Board(tmp_path, 4, progress)
    for step in (10, 20, 30):
        board.metric(60, step=step, epoch=1 + step // 25, loss=1.0, acc=0.5, lr=0.1)
    board.epoch(epoch=1, val_loss=0.5)
    board.close()
    with (tmp_path / "events.jsonl").open("a") as file:
        file.write('{"kind": "metric", "st')  # a crash cut the line off
        file.write("\n")
    board = Board(tmp_path, 4, progress)
    board.fact("resumed", step=20, epoch=0)
    board.metric(60, step=25, epoch=2, loss=0.5, acc=0.7, lr=0.1)
    board.epoch(epoch=1, val_loss=0.25)
    board.close()
    curves = read_curves(tmp_path)
    assert [one["step"] for one in curves["points"]] == [10, 20, 25]
    assert [one["val_loss"] for one in curves["epochs"]] == [0.25]
    assert [one["step"] for one in read_curves(tmp_path, after=10)["points"]] == [20, 25]
    assert progress.told[0][1]["run"] == 4
    json.dumps(curves)


def test_a_run_without_events_has_no_curves(tmp_path: Path) -> None:
    assert read_curves(tmp_path) == {"points": [], "epochs": [], "facts": []}


def test_metrics_are_told_at_most_four_times_a_second(tmp_path: Path, recorder: Any) -> None:
    board = Board(tmp_path, 1, recorder())
    told = sum(board.due(8) for _ in range(1000))
    board.close()
    assert told <= 1 + 1000 // 250


def test_the_c_library_takes_the_setting_or_says_that_it_does_not() -> None:
    assert isinstance(keep_freed_memory(), bool)
