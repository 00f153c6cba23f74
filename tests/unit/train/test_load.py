from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from sightline.train.board import Board
from sightline.train.load import LoadWatch, read_load

if TYPE_CHECKING:
    from pathlib import Path


def test_samples_are_told_written_down_and_thinned_out(tmp_path: Path, recorder: Any) -> None:
    progress, board, enough = recorder(), None, threading.Event()
    looked: list[int] = []

    def look() -> dict[str, Any]:
        looked.append(len(looked))
        if len(looked) > 9:
            enough.set()
        return {"cpu_percent": float(len(looked)), "gpus": []}

    board = Board(tmp_path, 3, progress)
    with LoadWatch(board, every_s=0.001, look=look):
        assert enough.wait(60)
    board.close()
    with (tmp_path / "events.jsonl").open("a") as file:
        file.write('{"kind": "load", "cpu')  # a crash cut it off
    told = [data for kind, data in progress.told if kind == "load"]
    assert told[0]["run"] == 3
    found = read_load(tmp_path)
    assert [one["cpu_percent"] for one in found] == [one["cpu_percent"] for one in told]
    few = read_load(tmp_path, most=4)
    assert len(few) == 4
    assert (few[0], few[-1]) == (found[0], found[-1])
    assert read_load(tmp_path / "nowhere") == []
