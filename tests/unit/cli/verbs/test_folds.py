from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.pets import write_pets

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.cli import Cli


def test_folds_that_nobody_trained_are_told_with_the_next_step(cli: Cli, tmp_path: Path) -> None:
    cli("ingest", write_pets(tmp_path / "pictures", 4), "-p", "pets")
    assert "--folds" in cli.error("runs", "folds", "pets", code=4)["hint"]
    assert cli.error("train", "pets", "--folds", "1", code=2)["hint"]


@pytest.mark.nightly
def test_a_network_is_trained_for_each_fold(cli: Cli, tmp_path: Path) -> None:
    cli("ingest", write_pets(tmp_path / "pictures", 20), "-p", "pets")
    sets = ("epochs=1", "image_size=16", "augment.views=1", "threads=1", "model.name=small_cnn")
    words = [word for one in sets for word in ("--set", one)]
    told = cli("train", "pets", "--folds", "2", *words).last
    assert (told["state"], told["finished"], told["folds"]) == ("done", 2, 2)
    images = [row["figures"]["val.images"] for row in told["runs"]]
    assert sum(images) + told["runs"][0]["figures"]["test.images"] == 40
    assert set(told["mean"]) == set(told["spread"]) >= {"val.accuracy", "test.accuracy"}
    assert cli("runs", "folds", "pets").last == told
    assert "±" in cli.call("--workspace", cli.workspace, "runs", "folds", "pets").out
