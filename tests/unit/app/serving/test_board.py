from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sightline.app.serving.board import Board

if TYPE_CHECKING:
    from pathlib import Path


def test_who_serves_is_listed_for_as_long_as_it_does(tmp_path: Path) -> None:
    board = Board(tmp_path)
    assert board.all() == []
    with (
        board.entry("http://127.0.0.1:1", ["a"], keyed=False),
        Board(tmp_path).entry("http://127.0.0.1:2", ["b", "c"], keyed=True),
    ):
        found = {one["url"]: one for one in board.all()}
        assert set(found) == {"http://127.0.0.1:1", "http://127.0.0.1:2"}
        assert found["http://127.0.0.1:2"]["models"] == ["b", "c"]
        assert found["http://127.0.0.1:2"]["keyed"]
    assert board.all() == []
    assert list((tmp_path / "serving").iterdir()) == []


def test_what_a_killed_process_left_is_cleared_away(tmp_path: Path) -> None:
    folder = tmp_path / "serving"
    folder.mkdir()
    (folder / "7-8100.lock").touch()
    (folder / "7-8100.json").write_text(json.dumps({"url": "http://127.0.0.1:8100"}))
    assert Board(tmp_path).all() == []
    assert list(folder.iterdir()) == []


def test_a_workspace_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "serving").touch()
    with Board(tmp_path).entry("http://127.0.0.1:1", ["a"], keyed=False):
        assert Board(tmp_path).all() == []
