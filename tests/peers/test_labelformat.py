"""labelformat reads what is written here, and what it writes is read here: the same boxes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image as Picture

from sightline.core.geometry.shapes import Box, Polygon
from sightline.formats.objects.frames import in_pixels
from sightline.formats.objects.records import ClassInfo, ObjectRecord, PictureRecord
from sightline.formats.objects.table import format_of, open_reader, writer_of
from sightline.formats.sinks import FolderSink

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

labelformat = pytest.importorskip("labelformat.formats")
WIDTH, HEIGHT = 64, 48
CLASSES = (ClassInfo("cat"), ClassInfo("dog"))
EXACT_PX = 1e-6
WHOLE_PX = 0.5
"""labelformat writes the corners of VOC, and reads them, as whole pixels."""
Boxes = dict[str, list[tuple[str, tuple[float, ...]]]]
"""By the bare name of the picture."""


def pictures(tmp_path: Path) -> list[PictureRecord]:
    """Three pictures with two, one and no boxes, and their files."""
    rows = {
        "a.png": [("cat", (1.25, 2.5, 30.75, 40.125)), ("dog", (10 / 3, 7.0, 20.5, 100 / 7))],
        "b.png": [("dog", (0.0, 0.0, 64.0, 48.0))],
        "c.png": [],
    }
    found = []
    for name, boxes in rows.items():
        Picture.new("RGB", (WIDTH, HEIGHT)).save(tmp_path / name)
        objects = tuple(ObjectRecord(label, Box(*box)) for label, box in boxes)
        source = str(tmp_path / name)
        record = PictureRecord(name, objects, WIDTH, HEIGHT, split="train", source=source)
        found.append(record)
    return found


def write(form: str, tmp_path: Path, records: Iterable[PictureRecord]) -> Path:
    out = tmp_path / "out"
    out.mkdir()
    task = {"task": format_of(form).task} if format_of(form).task else {}
    writer_of(form)(FolderSink(out), records, CLASSES, tmp_path, images="copy", **task)
    return out


def ours(records: Iterable[PictureRecord]) -> Boxes:
    return {
        one.path.rpartition("/")[2]: [(each.label, each.shape.bounds()) for each in one.objects]
        for one in (in_pixels(each, WIDTH, HEIGHT) for each in records)
    }


def theirs(reader: Any) -> Boxes:
    return {
        one.image.filename.rpartition("/")[2]: [
            (each.category.name, (each.box.xmin, each.box.ymin, each.box.xmax, each.box.ymax))
            for each in one.objects
        ]
        for one in reader.get_labels()
    }


def assert_same(found: Boxes, wanted: Boxes, within: float) -> None:
    assert {name: len(rows) for name, rows in found.items() if rows} == {
        name: len(rows) for name, rows in wanted.items() if rows
    }
    for name, rows in wanted.items():
        for (label, box), (other, place) in zip(rows, found.get(name, []), strict=True):
            assert label == other
            assert place == pytest.approx(box, abs=within)


def reader_of(form: str, folder: Path) -> Any:
    from labelformat.formats.cvat import CVATObjectDetectionInput

    reads: dict[str, Callable[[], Any]] = {
        "coco": lambda: labelformat.COCOObjectDetectionInput(next(folder.rglob("*.json"))),
        "cvat": lambda: CVATObjectDetectionInput(folder / "annotations.xml"),
        "voc": lambda: labelformat.PascalVOCObjectDetectionInput(folder / "Annotations", "cat,dog"),
        "yolo": lambda: labelformat.YOLOv8ObjectDetectionInput(folder / "data.yaml", "train"),
    }
    return reads[form]()


@pytest.mark.parametrize("form", ["coco", "cvat", "voc", "yolo"])
def test_labelformat_reads_the_boxes_that_are_written_here(tmp_path: Path, form: str) -> None:
    records = pictures(tmp_path)
    found = theirs(reader_of(form, write(form, tmp_path, records)))
    assert_same(found, ours(records), WHOLE_PX if form == "voc" else EXACT_PX)


@pytest.mark.parametrize("form", ["coco", "cvat", "voc", "yolo"])
def test_boxes_that_labelformat_writes_are_read_here(tmp_path: Path, form: str) -> None:
    from labelformat.formats.cvat import CVATObjectDetectionOutput

    records = pictures(tmp_path)
    source = reader_of("coco", write("coco", tmp_path, records))
    out = tmp_path / "theirs"
    writes: dict[str, Callable[[], Any]] = {
        "coco": lambda: labelformat.COCOObjectDetectionOutput(out / "labels.json"),
        "cvat": lambda: CVATObjectDetectionOutput(out),
        "voc": lambda: labelformat.PascalVOCObjectDetectionOutput(out),
        "yolo": lambda: labelformat.YOLOv8ObjectDetectionOutput(out / "data.yaml", "train"),
    }
    out.mkdir()
    writes[form]().save(source)
    with open_reader(out, form) as reader:
        found = ours(reader.pictures())
        assert reader.refused == []
        assert {one.name for one in reader.classes} == {"cat", "dog"}
    stems = {name.partition(".")[0]: rows for name, rows in found.items()}
    wanted = {name.partition(".")[0]: rows for name, rows in ours(records).items()}
    assert_same(stems, wanted, WHOLE_PX if form == "voc" else EXACT_PX)


def test_labelformat_reads_polygons_of_several_parts(tmp_path: Path) -> None:
    ring, other = (1.5, 2.0, 30.0, 2.25, 20.0, 30.0), (40.0, 5.0, 60.0, 5.0, 50.0, 40.0)
    shape = Polygon(((ring,), (other,)))
    records = [PictureRecord("a.png", (ObjectRecord("cat", shape),), WIDTH, HEIGHT)]
    path = next(write("coco", tmp_path, records).rglob("*.json"))
    (one,) = labelformat.COCOInstanceSegmentationInput(path).get_labels()
    (found,) = one.objects
    flat = [[value for point in part for value in point] for part in found.segmentation.polygons]
    assert flat == [pytest.approx(list(ring)), pytest.approx(list(other))]
