from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fakes.onnx_graphs import constant_model

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from fakes.cli import Cli

FOUND: dict[str, NDArray[Any]] = {
    "boxes": np.array([(0, 0, 32, 32), (32, 32, 64, 64)], np.float32),
    "scores": np.array([0.9, 0.4], np.float32),
    "labels": np.array([0, 1], np.int64),
}


def test_a_detector_is_added_asked_and_what_is_sure_accepted(
    cli: Cli, pets: Path, tmp_path: Path
) -> None:
    assert pets
    assert cli("suggest", "--engines").lines == []
    file = constant_model(tmp_path / "pets.onnx", FOUND, size=64)
    names = tmp_path / "names.txt"
    names.write_text("cat\ndog\n")
    cli("models", "add", file, "--name", "pets", "--decoder", "boxes", "--classes", names)
    (listed,) = cli("suggest", "--engines").lines
    assert listed["classes"] == ["cat", "dog"]
    found = cli("suggest", "pets", "--engine", "pets", "--accept", "0.5").last
    assert (found["images"], found["objects"]) == (24, 48)
    assert found["accepted"]["objects"] == 24
    assert cli("suggest", "pets", "--clear").last == {"images": 24}


def test_without_a_detector_it_says_how_to_get_one(cli: Cli, pets: Path) -> None:
    assert pets
    assert "PROJECT" in cli.error("suggest", code=2)["hint"]
    assert "--engines" in cli.error("suggest", "pets", code=2)["hint"]
    refused = cli.error("suggest", "pets", "--engine", "yolo", code=4)
    assert "models add FILE.onnx" in refused["hint"]
