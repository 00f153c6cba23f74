from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from sightline.app import open_workbench
from sightline.core.geometry.shapes import Box, Mask, mask_of
from sightline.core.labels import LabelChange
from sightline.formats.objects.records import ObjectRecord, PictureRecord

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sightline.app import Workbench
    from sightline.core.geometry.shapes import Shape


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    with open_workbench(tmp_path / "ws") as found:
        found.projects.create("p")
        yield found


def record(path: str, shape: Shape | None = None, width: int = 0, height: int = 0) -> PictureRecord:
    one = ObjectRecord("Car", shape or Box(1.0, 2.0, 11.0, 12.0), {"crowd": True}, 0.5)
    return PictureRecord(path=path, objects=(one,), width=width, height=height)


def picture(folder: Path, name: str, colour: int) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (40, 30), (colour, 0, 0)).save(path)


def test_labels_are_drawn_when_their_pictures_come(bench: Workbench, tmp_path: Path) -> None:
    project = bench.projects.get("p")
    records = [
        record("train/a.jpg", width=80, height=60),
        record("x/same.jpg"),
        record("y/same.jpg"),
        record("gone.jpg"),
    ]
    assert bench.waiting.keep(project, "coco", records) == 4
    folder = tmp_path / "new"
    for at, name in enumerate(("deep/train/A.png", "x/same.png", "y/same.png", "other.png")):
        picture(folder, name, at * 9)
    report = bench.ingest(folder, "p", labels="none")
    assert report["attached"] == {"pictures": 3, "objects": 3}
    drawn = {row.path: found for row, found in bench.store.objects.stream(project) if found}
    assert sorted(path.split("new/")[1] for path in drawn) == [
        "deep/train/A.png",
        "x/same.png",
        "y/same.png",
    ]
    (first,) = next(found for path, found in drawn.items() if path.endswith("A.png"))
    assert first.shape == Box(0.5, 1.0, 5.5, 6.0)
    assert (first.attributes, first.score, first.source) == ({"crowd": True}, 0.5, "coco")
    assert bench.waiting.get(project)["count"] == 1
    assert bench.waiting.get(project)["items"][0]["path"] == "gone.jpg"
    again = bench.ingest(folder, "p", labels="none")
    assert "attached" not in again
    assert bench.waiting.forget(project) == {"deleted": 1}


def test_what_is_said_of_whole_pictures_waits_too(bench: Workbench, tmp_path: Path) -> None:
    project = bench.projects.get("p")
    bench.labels.add_class(project, "Beach")
    wet = bench.labels.add_class(project, "wet")["id"]
    said: dict[str, Any] = {"label": "beach", "tags": ("wet", "new"), "split": "val"}
    records = [
        replace(record("a.jpg"), **said),
        PictureRecord(path="b.jpg", label="town"),
        PictureRecord(path="later.jpg", tags=("wet",)),
        record("c.jpg"),
    ]
    bench.waiting.keep(project, "coco", records)
    for at, name in enumerate(("a.png", "b.png", "c.png")):
        picture(tmp_path / "new", name, at * 9)
    report = bench.ingest(tmp_path / "new", "p", labels="none")
    assert report["attached"] == {"pictures": 3, "objects": 2}
    names = {one["id"]: one["name"] for one in bench.labels.classes(project)}
    assert sorted(names.values()) == ["Beach", "Car", "new", "town", "wet"]
    first, second, third = bench.store.images.by_ordinals(project.id, [0, 1, 2])
    assert (names[first.class_id or 0], first.status, first.split) == ("Beach", "labelled", "val")
    assert {names[one] for one in first.tags} == {"wet", "new"}
    assert first.tags[0] == wet
    assert (names[second.class_id or 0], second.objects) == ("town", 0)
    assert (third.status, third.objects) == ("unlabelled", 1)
    assert [one["path"] for one in bench.waiting.get(project)["items"]] == ["later.jpg"]
    bench.store.labels.undo(project, actor="import")
    first, second, third = bench.store.images.by_ordinals(project.id, [0, 1, 2])
    assert (first.status, first.objects, second.status, third.objects) == (
        "unlabelled",
        0,
        "unlabelled",
        0,
    )


def test_what_is_there_already_is_not_overruled_by_what_waited(
    bench: Workbench, tmp_path: Path
) -> None:
    project = bench.projects.get("p")
    mine = bench.labels.add_class(project, "mine")["id"]
    picture(tmp_path / "new", "a.png", 1)
    bench.ingest(tmp_path / "new", "p", labels="none")
    (row,) = bench.store.images.by_ordinals(project.id, [0])
    bench.labels.label(project, [LabelChange(row.id, mine, "labelled")])
    bench.waiting.keep(project, "coco", [replace(record("a.jpg"), label="theirs")])
    assert bench.waiting.attach(project) == {"pictures": 1, "objects": 1}
    (row,) = bench.store.images.by_ordinals(project.id, [0])
    assert (row.class_id, row.objects) == (mine, 1)


def test_what_could_be_of_two_pictures_goes_on_waiting(bench: Workbench, tmp_path: Path) -> None:
    project = bench.projects.get("p")
    bench.waiting.keep(project, "yolo", [record("labels/same"), record("one.png", mask())])
    for at, name in enumerate(("x/same.png", "y/same.png", "one.png")):
        picture(tmp_path / "new", name, at * 9)
    report = bench.ingest(tmp_path / "new", "p", labels="none")
    assert "attached" not in report
    assert bench.waiting.get(project)["count"] == 2


def test_what_is_drawn_twice_is_there_once(bench: Workbench, tmp_path: Path) -> None:
    project = bench.projects.get("p")
    picture(tmp_path / "new", "a.png", 1)
    bench.ingest(tmp_path / "new", "p", labels="none")
    bench.waiting.keep(project, "yolo", [record("a")])
    (row,) = bench.store.waiting.page(project.id, after=0, limit=9)
    assert bench.waiting.attach(project) == {"pictures": 1, "objects": 1}
    bench.store.waiting.put(project.id, "yolo", [("a", row.payload)])
    assert bench.waiting.attach(project, first=1) == {"pictures": 0, "objects": 0}
    (image,) = bench.store.images.by_ordinals(project.id, [0])
    assert image.objects == 1


def mask() -> Mask:
    return mask_of(60, 80, [5, 10, 60 * 80 - 15])
