from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.cli import Cli
from fakes.pets import write_pets
from sightline.app import open_workbench
from sightline.core.geometry.shapes import Box
from sightline.core.objects import ImageObject, ObjectChange

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    monkeypatch.chdir(tmp_path)
    found = Cli(tmp_path / "w", capsys)
    found("ingest", write_pets(tmp_path / "pictures", 2), "--project", "pets")
    with open_workbench(tmp_path / "w") as bench:
        project = bench.projects.get("pets")
        car = bench.labels.add_class(project, "car")["id"]
        put = tuple(
            ImageObject(uid=uid, class_id=car, shape=Box(0, 0, 6, 5.5)) for uid in ("a", "b")
        )
        bench.objects.change(project, [ObjectChange(image_id=1, put=put)])
    return found


def words(cli: Cli, *asked: str) -> str:
    return cli.call("--workspace", cli.workspace, *asked).out


def test_objects_are_shown_of_a_project_an_image_and_a_check(cli: Cli) -> None:
    told = cli("objects", "pets").last
    assert (told["objects"], told["drawn"], told["waiting"]) == (2, 1, 0)
    assert told["checks"]["duplicate"] == 1
    assert told["review"]["in_progress"] == 1
    said = words(cli, "objects", "pets")
    assert "2 objects in 1 of 4 images" in said
    assert "worth a look: duplicate 1" in said
    form = cli("objects", "pets", "1").last
    assert [one["uid"] for one in form["objects"]] == ["a", "b"]
    assert "in progress" in words(cli, "objects", "pets", "1")
    (row,) = cli("objects", "pets", "--check", "duplicate").lines
    assert (row["uid"], row["other"]["uid"]) == ("b", "a")
    assert "0.0, 0.0, 6.0, 5.5" in words(cli, "objects", "pets", "--check", "duplicate")
    assert cli("objects", "pets", "--forget-waiting").last == {"deleted": 0}


def test_images_are_reviewed_by_id_and_path(cli: Cli) -> None:
    assert cli("review", "pets").last["image_id"] == 1
    done = cli("review", "pets", "1", "pictures/dog/000.png", "--set", "done").last
    assert done["description"] == "Mark 2 images done"
    assert "done 2" in words(cli, "review", "pets")
    cli("review", "pets", "1", "--set", "rejected", "--note", "the tail is missing")
    assert cli("objects", "pets", "1").last["note"] == "the tail is missing"
    assert "rejected: the tail" in words(cli, "objects", "pets", "1")
    assert cli.error("review", "pets", "--set", "done", code=2)["hint"]
    assert cli.error("review", "pets", "1", code=2)["hint"]
