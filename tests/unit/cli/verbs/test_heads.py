"""Heads trained, listed, used and removed from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.heads import write_shapes

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.cli import Cli


@pytest.mark.nightly
def test_a_head_is_trained_on_folders_used_and_removed(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "shapes"
    write_shapes(folder)
    where = ("--images", folder / "images", "--labels", folder / "labels")
    named = ("--labelmap", folder / "mine.txt", "--name", "mine", "--set", "padding=0.2")
    made = cli("heads", "train", *where, *named, "--solver", "saga", "--max-iter", 50).last
    assert (made["name"], made["classes"]) == ("mine", ["bar", "disc"])
    assert 0 <= made["metrics"]["macro_f1"] <= 1
    cli("ingest", folder / "images", "--project", "drawn", "--labels", "none")
    cli("labels", "add-class", "drawn", "disc")
    used = cli("heads", "activate", "drawn", "mine", "--for", "both").last
    assert (used["model"], used["unknown"]) == (made["id"], ["bar"])
    (row,) = cli("heads", "list").lines
    assert [one["use"] for one in row["used"]] == ["boxes", "images"]
    assert cli("heads", "activate", "drawn", "none", "--for", "images").last["model"] is None
    gone = cli("heads", "remove", "mine").last
    assert gone["used"] == [{"project": "drawn", "use": "boxes"}]
    assert cli("heads", "list").lines == []


def test_what_is_missing_or_makes_no_sense_is_told(cli: Cli, tmp_path: Path) -> None:
    assert "both" in cli.error("heads", "train", "--images", tmp_path, code=2)["hint"]
    assert cli.error("heads", "train", code=2)["hint"]
    cli("projects", "create", "pets")
    error = cli.error("heads", "train", "pets", "--set", "colour=1", code=2)
    assert "colour" in error["message"]
    assert "no head" in cli.error("heads", "activate", "pets", "one", code=4)["message"]
