from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from fakes.by_words import COLOURS, ColourFinder, Engines
from sightline.app.texts import finding as text_finding

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.cli import Cli


@pytest.fixture
def spots(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A project of two pictures with a red spot, and an engine that finds colours."""

    def table(*_parts: Any) -> Engines:
        return Engines(ColourFinder())

    monkeypatch.setattr(text_finding, "TextDetectorTable", table)
    for number in range(2):
        pixels = np.zeros((30, 40, 3), np.uint8)
        pixels[5:15, 5 + number : 20] = COLOURS["red"]
        (tmp_path / "pictures").mkdir(exist_ok=True)
        Image.fromarray(pixels).save(tmp_path / "pictures" / f"{number}.png")
    cli("ingest", tmp_path / "pictures", "--project", "spots")
    return "spots"


def test_words_find_and_what_is_sure_is_accepted_as_the_class_they_mean(
    cli: Cli, spots: str
) -> None:
    asked = ("detect", spots, "--engine", "colours", "--text", "red, blue", "--map", "red=spot")
    found = cli(*asked, "--accept", "0.5").last
    assert found["labels"] == {"red": "spot", "blue": "blue"}
    assert (found["images"], found["objects"], found["passed_over"]) == (2, 2, 0)
    assert found["accepted"]["objects"] == 2
    assert cli(*asked).last["passed_over"] == 2
    told = cli.call("--workspace", cli.workspace, *asked, "--again").out
    assert "text:colours: 2 objects in 2 images" in told
    assert "no class yet: blue" in told


def test_what_is_missing_is_said_with_the_next_step(cli: Cli) -> None:
    assert cli("detect", "--engines").lines == []
    assert "--text" in cli.error("detect", "pets", "--engine", "owl", code=2)["hint"]
    refused = cli.error("detect", "pets", "--engine", "owl", "--text", "a", "--map", "x", code=2)
    assert "--map" in refused["hint"]
