"""What is worked out is there from the moment it is written, whatever ends the writer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightline.app.segments.ledger import Ledger

if TYPE_CHECKING:
    from pathlib import Path


def test_a_line_is_found_again_by_another_reader(tmp_path: Path) -> None:
    path = tmp_path / "a" / "ledger.jsonl"
    with Ledger(path) as ledger:
        ledger.add(3, "k", {"objects": [1, 2]})
        assert ledger.get(3)["objects"] == [1, 2]
    with Ledger(path) as again:
        assert again.key(3) == "k"
        assert again.key(4) is None
        assert again.get(3)["objects"] == [1, 2]


def test_the_newest_line_of_a_picture_counts(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    with Ledger(path) as ledger:
        ledger.add(3, "old", {"n": 1})
        ledger.add(4, "k", {"n": 2})
    with Ledger(path) as ledger:
        ledger.add(3, "new", {"n": 3})
    with Ledger(path) as ledger:
        assert (ledger.key(3), ledger.get(3)["n"]) == ("new", 3)
        assert ledger.get(4)["n"] == 2


def test_a_torn_line_is_cut_off_and_costs_no_other(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    with Ledger(path) as ledger:
        ledger.add(1, "k", {"n": 1})
    for torn in (b'{"image_id": 2, "key": "k', b"\0\0\0\0\n"):
        with path.open("ab") as file:
            file.write(torn)
        with Ledger(path) as ledger:
            assert ledger.key(2) is None
            ledger.add(5, "k", {"n": 5})
        with Ledger(path) as ledger:
            assert (ledger.get(1)["n"], ledger.get(5)["n"]) == (1, 5)
