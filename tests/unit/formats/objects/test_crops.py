"""Objects as pictures of their own."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from sightline.core.errors import InvalidInputError, UnreadableImageError
from sightline.core.geometry.shapes import Box
from sightline.formats.objects.crops import write
from sightline.formats.objects.records import ClassInfo, ObjectRecord, PictureRecord
from sightline.formats.objects.table import open_reader
from sightline.formats.sinks import FolderSink

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sightline.core.geometry.shapes import Bounds

CLASSES = (ClassInfo("cat"), ClassInfo("a/b: c"))


def picture(path: str, *labels: str, split: str = "train", source: str = "x") -> PictureRecord:
    objects = tuple(ObjectRecord(one, Box(1.5, 2, 30, 20)) for one in labels)
    return PictureRecord(path, objects, 40, 30, split=split, source=source)


def cut(source: Path, boxes: Sequence[Bounds]) -> list[bytes | None]:
    if source.name == "broken":
        raise UnreadableImageError("no picture", reason="damaged")
    return [None if source.name == "outside" else b"png" for _ in boxes]


def test_each_object_lies_in_the_folder_of_its_class(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    found = [
        picture("in/1.jpg", "cat", "a/b: c", "cat"),
        picture("1.png", "cat", split=""),
        picture("empty.jpg"),
        picture("2.jpg", "cat", source="outside"),
        picture("3.jpg", "cat", source="broken"),
        picture("4.jpg", "cat", source=""),
    ]
    counts = write(FolderSink(out), found, CLASSES, tmp_path, cut=cut)
    names = sorted(one.relative_to(out).as_posix() for one in out.rglob("*.png"))
    assert names == [
        "cat/1_1.png",
        "train/a_b_ c/in_1_2.png",
        "train/cat/in_1_1.png",
        "train/cat/in_1_3.png",
    ]
    assert (counts["files"], counts["missing"], counts["pictures"]) == (4, 2, 6)
    with (out / "crops.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert rows[1] == {
        "file": "train/a_b_ c/in_1_2.png",
        "class": "a/b: c",
        "picture": "in/1.jpg",
        "x1": "1.5",
        "y1": "2",
        "x2": "30",
        "y2": "20",
    }


def test_crops_are_not_read_as_objects(tmp_path: Path) -> None:
    with (
        pytest.raises(InvalidInputError, match="written only"),
        open_reader(tmp_path, "crops"),
    ):
        pass
