"""The folders of a build of polygons, as other programs read them."""

from __future__ import annotations

import errno
import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from sightline.core.geometry.shapes import Box, OrientedBox, Polygon
from sightline.export.segment_write import COCO, LABELMAP, Placed, TreeWriter
from sightline.formats.objects.records import ClassInfo, ObjectRecord, PictureRecord

if TYPE_CHECKING:
    from pathlib import Path

CLASSES = (ClassInfo("cat"), ClassInfo("dog: big"))
RING = (10.0, 10.0, 30.0, 10.0, 30.0, 20.0)
HOLED = Polygon((((0.0, 0.0, 40.0, 0.0, 40.0, 20.0, 0.0, 20.0), (5.0, 5.0, 9.0, 5.0, 9.0, 9.0)),))


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "a.png"
    Image.new("RGB", (40, 20)).save(path)
    return path


def record(picture: Path, name: str, split: str, *shapes: Any) -> PictureRecord:
    things = tuple(ObjectRecord("dog: big", shape) for shape in shapes)
    return PictureRecord(name, things, 40, 20, split=split, source=str(picture))


def write(tmp_path: Path, *records: PictureRecord) -> tuple[TreeWriter, list[Placed]]:
    folder, scratch = tmp_path / "tree", tmp_path / "scratch"
    scratch.mkdir()
    writer = TreeWriter(folder, CLASSES, fill=lambda *_: None, scratch=scratch)
    placed: list[Placed] = []
    writer.write(records, placed.append)
    return writer, placed


def test_pictures_labels_and_coco_lie_in_the_folder_of_their_split(
    tmp_path: Path, picture: Path
) -> None:
    writer, placed = write(
        tmp_path,
        record(picture, "x/one.png", "train", Polygon(((RING,),))),
        record(picture, "y/one.png", "val", Box(4, 4, 12, 8), OrientedBox(20, 10, 10, 10, 0)),
        record(picture, "two.png", ""),
    )
    tree = tmp_path / "tree"
    assert dict(writer.splits) == {"train": 2, "val": 1}
    assert dict(writer.objects) == {"train": 1, "val": 2}
    assert [one.file for one in placed][::2] == ["train/images/one.png", "train/images/two.png"]
    assert (tree / "train/images/one.png").samefile(picture)
    assert (tree / "train/labels/one.txt").read_text() == "1 0.25 0.5 0.75 0.5 0.75 1\n"
    assert (tree / "train/labels/two.txt").read_text() == ""
    second = placed[1].file.rpartition("/")[2]
    lines = (tree / "val/labels" / second).with_suffix(".txt").read_text().splitlines()
    assert lines[0] == "1 0.1 0.2 0.3 0.2 0.3 0.4 0.1 0.4"
    assert len(lines[1].split()) == 9
    coco = json.loads((tree / "val" / COCO).read_text())
    assert [one["file_name"] for one in coco["images"]] == [f"images/{second}"]
    assert coco["annotations"][0]["segmentation"] == [[4, 4, 12, 4, 12, 8, 4, 8]]
    assert [one["category_id"] for one in coco["annotations"]] == [2, 2]
    assert (tree / LABELMAP).read_text() == "cat\ndog: big\n"
    assert "val: val/images\n" in (tree / "data.yaml").read_text()
    assert not (tree / "test").exists()


def test_both_splits_have_a_coco_file_even_when_one_is_empty(tmp_path: Path, picture: Path) -> None:
    write(tmp_path, record(picture, "one.png", "test", HOLED))
    tree = tmp_path / "tree"
    for split, count in (("train", 0), ("val", 0), ("test", 1)):
        coco = json.loads((tree / split / COCO).read_text())
        assert len(coco["images"]) == count
        assert len(coco["categories"]) == 2
        assert (tree / split / "labels").is_dir()


def test_a_disk_without_links_gets_copies(
    tmp_path: Path, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_link(*_: Any) -> None:
        raise OSError(errno.EXDEV, "another disk")

    monkeypatch.setattr(os, "link", no_link)
    writer, _ = write(tmp_path, record(picture, "one.png", "train"))
    assert (writer.linked, writer.copied) == (0, 1)
    copy = tmp_path / "tree/train/images/one.png"
    assert copy.read_bytes() == picture.read_bytes()
    assert not copy.samefile(picture)


def test_a_full_disk_is_no_reason_to_copy(
    tmp_path: Path, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "link", full)
    with pytest.raises(OSError, match="full"):
        write(tmp_path, record(picture, "one.png", "train"))
