"""`explain`, called as scripts do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from fakes.trained import trained
from sightline.app import open_workbench
from unit.app.conftest import label_by_folder, rows

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.cli import Cli


@pytest.fixture
def image(cli: Cli, pets: Path, tmp_path: Path) -> int:
    """A network trained on pets that is wrong about two; the id of the first."""
    del pets
    with open_workbench(cli.workspace) as bench:
        project = bench.projects.get("pets")
        label_by_folder(bench, project)
        wrong = [row.id for row in rows(bench, project)[:2]]
        trained(bench, project, tmp_path, wrong=wrong)
    return int(wrong[0])


def test_a_picture_is_explained_and_written_layers_are_listed_and_faults_told(
    cli: Cli, pets: Path, image: int, tmp_path: Path
) -> None:
    out = tmp_path / "out" / "why.png"
    file = next((pets / "cat").iterdir())
    words = ("explain", "pets-small_cnn", file, "--method", "gradcam", "--layer", "relu3")
    told: Any = cli(*words, "--class", "dog", "--out", out).last
    assert (told["method"], told["layer"], told["class"]) == ("gradcam", "relu3", "dog")
    assert told["out"] == str(out)
    with Image.open(out) as written:
        assert (written.format, written.size) == ("PNG", (24, 24))
    by_id: Any = cli("explain", "pets-small_cnn", image).last
    assert by_id["image_id"] == image
    plain = cli.call("--workspace", cli.workspace, "explain", "pets-small_cnn", image).out
    assert "gradcam at relu6" in plain

    listed: Any = cli("explain", "pets-small_cnn", "--layers").last
    assert listed["auto"] == "relu6"
    plain = cli.call("--workspace", cli.workspace, "explain", "pets-small_cnn", "--layers").out
    assert "relu6 (automatic)" in plain
    assert "integrated_gradients" in plain

    assert "one picture" in cli.error("explain", "pets-small_cnn", code=2)["hint"]
    wrong = cli.error("explain", "pets-small_cnn", image, "--layer", "relu66", code=2)
    assert "did you mean 'relu6'" in wrong["hint"]
    cli.error("explain", "nobody", image, code=4)
    cli.error("explain", "pets-small_cnn", "none.png", code=4)


@pytest.mark.nightly
def test_all_mistakes_and_the_classes_are_explained_and_written(
    cli: Cli, image: int, tmp_path: Path
) -> None:
    found = cli("explain", "pets-small_cnn", "--mistakes", "--out", tmp_path / "m").lines
    assert found[0]["image_id"] == image
    assert len(list((tmp_path / "m").glob("*.png"))) == 2
    found = cli("explain", "pets-small_cnn", "--classes", "--out", tmp_path / "c").lines
    assert {one["class"] for one in found} == {"cat", "dog"}
    assert {one.name for one in (tmp_path / "c").glob("*.png")} == {"cat.png", "dog.png"}
