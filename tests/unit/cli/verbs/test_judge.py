from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.colours import write_colours
from fakes.onnx_graphs import colour_model

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.cli import Cli

FIGURES = {"model", "on", "images", "figures", "per_class", "confusion", "calibration", "notes"}


@pytest.fixture
def folder(cli: Cli, tmp_path: Path) -> Path:
    cli("models", "add", colour_model(tmp_path / "c.onnx"), "--name", "colours")
    return write_colours(tmp_path / "d", 5, wrong=2)


def test_a_model_is_evaluated_on_class_folders(cli: Cli, folder: Path) -> None:
    found = cli("evaluate", "colours", folder).last
    assert set(found) >= FIGURES
    assert found["figures"]["accuracy"]["value"] == pytest.approx(13 / 15)
    told = cli.call("--workspace", cli.workspace, "evaluate", "colours", folder).out
    assert "86.7 %" in told
    assert "said green" in told
    assert "wrong: " in told


def test_a_file_is_evaluated_and_compared(cli: Cli, folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "c.onnx"
    assert cli("evaluate", file, folder).last["model"]["ref"] == str(file)
    words = ("--workspace", cli.workspace, "evaluate", file, folder, "--against", "colours")
    assert "it can be chance; 100.0 % of the answers agree" in cli.call(*words).out
    error = cli.error("evaluate", file, code=2)
    assert "learned elsewhere" in error["message"]


def test_what_does_not_match_is_an_error_that_says_so(
    cli: Cli, folder: Path, tmp_path: Path
) -> None:
    other = write_colours(tmp_path / "e", 1, names=("car", "bus"))
    error = cli.error("evaluate", "colours", other, code=2)
    assert "bus, car" in error["message"]
    assert cli.error("evaluate", "none", folder, code=4)["code"]
    assert "folder" in cli.error("evaluate", "colours", tmp_path / "nowhere", code=2)["message"]
