from __future__ import annotations

import json
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


def test_what_a_file_of_predictions_says_is_suggested(cli: Cli, pets: Path, tmp_path: Path) -> None:
    name = sorted(one.relative_to(pets).as_posix() for one in pets.rglob("*.png"))[0]
    results = {
        "images": [
            {"id": 1, "file_name": name, "width": 64, "height": 64},
            {"id": 2, "file_name": "elsewhere.png", "width": 64, "height": 64},
        ],
        "categories": [{"id": 5, "name": "cat"}],
        "annotations": [
            {"id": at, "image_id": image, "category_id": 5, "bbox": [1, 1, 9, 9], "score": score}
            for at, (image, score) in enumerate([(1, 0.9), (1, 0.2), (2, 0.9)], start=1)
        ],
    }
    file = tmp_path / "said.json"
    file.write_text(json.dumps(results))
    found = cli("suggest", "pets", "--predictions", file, "--accept", "0.5").last
    assert (found["source"], found["images"]) == ("file:said.json", 1)
    assert (found["objects"], found["unmatched"]) == (1, 1)
    assert found["accepted"]["objects"] == 1


def test_without_a_detector_it_says_how_to_get_one(cli: Cli, pets: Path) -> None:
    assert pets
    assert "PROJECT" in cli.error("suggest", code=2)["hint"]
    assert "--engines" in cli.error("suggest", "pets", code=2)["hint"]
    refused = cli.error("suggest", "pets", "--engine", "yolo", code=4)
    assert "models add FILE.onnx" in refused["hint"]
