"""`predict`, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.onnx_graphs import colour_card, colour_model
from fakes.plain_pictures import write_picture

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.cli import Cli


def test_tags_that_reach_their_thresholds_are_named(cli: Cli, tmp_path: Path) -> None:
    card = colour_card(task="multi", thresholds=[0.5, 0.9, 0.999])
    file = colour_model(tmp_path / "colours.onnx", card)
    red = write_picture(tmp_path / "red.png", "red", side=8)
    row = cli("predict", file, red).last
    assert (row["tags"], row["label"]) == (["red"], "red")
    told = cli.call("--workspace", cli.workspace, "predict", file, red).out
    assert "red 100.0%" in told
    plain = colour_model(tmp_path / "none.onnx", colour_card(task="multi", thresholds=[1.0] * 3))
    assert cli("predict", plain, red).last["label"] is None
    assert "none of its tags" in cli.call("--workspace", cli.workspace, "predict", plain, red).out
