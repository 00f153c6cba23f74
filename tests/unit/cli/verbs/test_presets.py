"""`presets`, and a training that begins with one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.pets import write_pets

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.cli import Cli


def test_every_preset_is_a_line_with_its_name_and_spec(cli: Cli) -> None:
    lines = cli("presets").lines
    assert len(lines) == 28
    assert all(one["name"] == one["spec"]["preset"] for one in lines)
    assert {one["tier"] for one in lines} == {"small"}
    listed = cli.call("--workspace", cli.workspace, "presets").out
    assert "document_classification" in listed


def test_one_preset_is_shown_with_its_notes(cli: Cli) -> None:
    found = cli("presets", "multi_object_detection.json").last
    assert found["spec"]["loss"]["name"] == "asymmetric"
    told = cli.call("--workspace", cli.workspace, "presets", "multi_object_detection").out
    assert "not where" in told
    assert "augment.flip" in told
    assert (
        "multi_object_detection" in cli.error("presets", "multi_object_detektion", code=2)["hint"]
    )


def test_presets_are_fitted_to_a_project(cli: Cli, tmp_path: Path) -> None:
    """And a training refuses one that is not there."""
    cli("ingest", write_pets(tmp_path / "pictures", 8), "-p", "pets")
    found = cli("presets", "resnet_deep_learning", "-p", "pets").last
    assert (found["tier"], found["spec"]["model"]["name"]) == ("tiny", "resnet18")
    assert "preset" in cli.error("train", "pets", "--preset", "nonsense", code=2)["message"]


@pytest.mark.nightly
def test_a_training_begins_with_a_preset_and_what_is_set_counts_more(
    cli: Cli, tmp_path: Path
) -> None:
    cli("ingest", write_pets(tmp_path / "pictures", 8), "-p", "pets")
    made = cli(
        "train", "pets", "--preset", "multilabel_boolean", "--set", "model.name=small_cnn",
        "--set", "image_size=16", "--set", "epochs=1", "--set", "augment.views=1",
        "--set", "threads=1",
    ).last  # fmt: skip
    assert made["metrics"]["metric"]["name"] == "mAP"
    spec = cli("runs", "show", made["run"]).last["spec"]
    assert (spec["preset"], spec["task"], spec["epochs"]) == ("multilabel_boolean", "multi", 1)
    assert spec["early_stopping"]["monitor"] == "val_map"
