"""Encoders against heads from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.heads import write_shapes

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.cli import Cli


@pytest.mark.nightly
def test_pairs_are_compared_and_told(cli: Cli, tmp_path: Path) -> None:
    write_shapes(tmp_path / "shapes")
    cli("ingest", tmp_path / "shapes" / "images", "--project", "drawn", "--labels", "none")
    names = tmp_path / "shapes" / "mine.txt"
    cli("labels", "import", "drawn", tmp_path / "shapes" / "labels", "--classes", names)
    words = ("--encoders", "hog", "--heads", "logistic", "--set", "padding=0")
    told = cli.call("--workspace", cli.workspace, "heads", "benchmark", "drawn", *words).out
    assert "macro F1" in told
    assert told.splitlines()[-1].split()[:2] == ["hog", "logistic"]
    assert cli.error("heads", "benchmark", "drawn", "--heads", "forest", code=2)["hint"]
