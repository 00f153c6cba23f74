"""`sweep`, `sweeps` and `lr-range`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.pets import write_pets

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.cli import Cli

SETS = ("epochs=1", "image_size=16", "augment.views=1", "threads=1", "model.name=small_cnn")
WORDS = [word for one in SETS for word in ("--set", one)]


def test_a_knob_that_is_none_is_told_with_an_example(cli: Cli, tmp_path: Path) -> None:
    cli("ingest", write_pets(tmp_path / "pictures", 4), "-p", "pets")
    told = cli.error("sweep", "pets", "--over", "optimizer.rate=0..1", *WORDS, code=2)
    assert "did you mean" in told["hint"]
    assert "sweep pets" in cli.error("sweeps", "show", "pets", code=4)["hint"]
    assert cli.error("lr-range", "pets", "--low", "2", *WORDS, code=2)["hint"]


@pytest.mark.nightly
def test_a_search_is_done_shown_lengthened_and_deleted(cli: Cli, tmp_path: Path) -> None:
    cli("ingest", write_pets(tmp_path / "pictures", 20), "-p", "pets")
    found = cli("sweep", "pets", "--trials", "2", *WORDS).last
    assert (found["state"], found["finished"], len(found["rows"])) == ("done", 2, 2)
    shown = cli.call("--workspace", cli.workspace, "sweeps", "show", "pets").out
    assert "* best" in shown
    longer = cli("sweeps", "resume", "pets", "newest", "--trials", "3").last
    assert longer["rows"][:2] == found["rows"]
    assert cli("sweeps", "list", "pets").last["finished"] == 3
    cli("sweeps", "delete", "pets", found["id"])
    cli("sweeps", "show", "pets", code=4)
    assert 0 < cli("lr-range", "pets", "--steps", "20", *WORDS).last["suggested"] <= 1
