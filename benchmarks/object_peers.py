"""One side of the comparison of formats: reads or writes a data set, and prints its seconds.

    python -m benchmarks.object_peers SIDE DO FORMAT WORLD OUT

SIDE: ours, labelformat or datumaro; DO: import or export. It is run by the interpreter that has the
side's library; nothing of Sightline is imported for the others. What is counted is processor time
of the fastest of five runs, after one to warm up, in the program itself: what the system takes to
make thousands of files is the same for all, and may differ tenfold from one minute to the next.
"""

from __future__ import annotations

import json
import resource
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.formats.objects.records import PictureRecord
    from sightline.formats.sinks import Sink

NAMES = [f"class-{number}" for number in range(10)]
WIDTH, HEIGHT = 64, 48
PICTURES, BOXES = 2000, 5
LABELFORMAT = {"coco", "cvat", "voc", "yolo"}
DATUMARO = {
    "coco": "coco_instances",
    "cvat": "cvat",
    "voc": "voc_detection",
    "yolo": "yolo_ultralytics",
    "datumaro": "datumaro",
    "dota": "dota",
}
"""What this tool calls the formats."""
Row = tuple[int, float, float, float, float]
"""Class, x1, y1, x2, y2."""
FILES = {"coco": "annotations/instances_train.json", "cvat": "annotations.xml"}
"""Where one file holds all, that is what is read."""
DATUMARO_READS = DATUMARO | {"yolo": "yolo"}


def boxes_of(number: int) -> list[Row]:
    """Return a picture's boxes: class, x1, y1, x2, y2."""
    found = []
    for place in range(BOXES):
        x, y = (number * 7 + place * 11) % 40 + 1 / 3, (number * 5 + place * 3) % 30 + 0.25
        found.append(((number + place) % len(NAMES), x, y, x + 12.5 + place, y + 9.75 + place))
    return found


def name_of(number: int) -> str:
    """Return a picture's name."""
    return f"{number:06d}.jpg"


def ours(do: str, form: str, world: Path, out: Path) -> Callable[[], int]:
    """Return what reads or writes with Sightline and returns the number of objects."""
    from sightline.formats.objects.table import open_reader
    from sightline.formats.sinks import FolderSink

    if do == "import":

        def read() -> int:
            with open_reader(world / FILES.get(form, ""), form) as reader:
                return sum(len(one.objects) for one in reader.pictures())

        return read
    pictures = records(form, world)
    return lambda: write_ours(form, pictures, FolderSink(fresh(out)))


def records(form: str, world: Path) -> list[PictureRecord]:
    """Return the pictures in our records; `world` holds them below `pictures`."""
    from sightline.core.geometry.shapes import Box, OrientedBox
    from sightline.formats.objects.records import ObjectRecord, PictureRecord

    def shape_of(x1: float, y1: float, x2: float, y2: float) -> Box | OrientedBox:
        if form == "dota":
            return OrientedBox((x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1, 0.0)
        return Box(x1, y1, x2, y2)

    found = []
    for number in range(PICTURES):
        rows = boxes_of(number)
        objects = tuple(ObjectRecord(NAMES[code], shape_of(*box)) for code, *box in rows)
        path = name_of(number)
        source = str(world / "pictures" / path)
        found.append(PictureRecord(path, objects, WIDTH, HEIGHT, split="train", source=source))
    return found


def write_ours(form: str, pictures: list[PictureRecord], sink: Sink, images: str = "none") -> int:
    """Write a data set and return the number of objects."""
    from sightline.formats.objects.records import ClassInfo
    from sightline.formats.objects.table import format_of, writer_of

    classes = tuple(ClassInfo(one) for one in NAMES)
    task = {"task": format_of(form).task} if format_of(form).task else {}
    with tempfile.TemporaryDirectory() as scratch:
        done = writer_of(form)(sink, pictures, classes, Path(scratch), images=images, **task)
    return done["objects"]


def labelformat(do: str, form: str, world: Path, out: Path) -> Callable[[], int]:
    """Return what reads or writes with labelformat."""
    from labelformat.formats import (
        COCOObjectDetectionInput,
        COCOObjectDetectionOutput,
        PascalVOCObjectDetectionInput,
        PascalVOCObjectDetectionOutput,
        YOLOv8ObjectDetectionInput,
        YOLOv8ObjectDetectionOutput,
    )
    from labelformat.formats.cvat import CVATObjectDetectionInput, CVATObjectDetectionOutput

    names = ",".join(NAMES)
    reads: dict[str, Callable[[], Any]] = {
        "coco": lambda: COCOObjectDetectionInput(world / FILES["coco"]),
        "cvat": lambda: CVATObjectDetectionInput(world / FILES["cvat"]),
        "voc": lambda: PascalVOCObjectDetectionInput(world / "Annotations", names),
        "yolo": lambda: YOLOv8ObjectDetectionInput(world / "data.yaml", "train"),
    }
    if do == "import":
        return lambda: sum(len(one.objects) for one in reads[form]().get_labels())
    writes: dict[str, Callable[[Path], Any]] = {
        "coco": lambda to: COCOObjectDetectionOutput(to / "labels.json"),
        "cvat": CVATObjectDetectionOutput,
        "voc": PascalVOCObjectDetectionOutput,
        "yolo": lambda to: YOLOv8ObjectDetectionOutput(to / "data.yaml", "train"),
    }
    labels = _labels()

    def write() -> int:
        writes[form](fresh(out)).save(labels)
        return PICTURES * BOXES

    return write


def _labels() -> Any:
    from labelformat.formats.labelformat import LabelformatObjectDetectionInput
    from labelformat.model.bounding_box import BoundingBox
    from labelformat.model.category import Category
    from labelformat.model.image import Image
    from labelformat.model.object_detection import ImageObjectDetection, SingleObjectDetection

    categories = [Category(number, name) for number, name in enumerate(NAMES)]
    images = [Image(number, name_of(number), WIDTH, HEIGHT) for number in range(PICTURES)]
    labels = [
        ImageObjectDetection(
            image,
            [
                SingleObjectDetection(categories[code], BoundingBox(*box))
                for code, *box in boxes_of(image.id)
            ],
        )
        for image in images
    ]
    return LabelformatObjectDetectionInput(categories, images, labels)


def datumaro(do: str, form: str, world: Path, out: Path) -> Callable[[], int]:
    """Return what reads or writes with datumaro."""
    import datumaro as dm

    if do == "import":

        def read() -> int:
            found = dm.Dataset.import_from(str(world), DATUMARO_READS[form])
            return sum(len(item.annotations) for item in found)

        return read
    data = dm.Dataset.from_iterable(
        [
            dm.DatasetItem(
                id=name_of(number).removesuffix(".jpg"),
                subset="train",
                media=dm.Image.from_file(
                    str(world / "pictures" / name_of(number)), size=(HEIGHT, WIDTH)
                ),
                annotations=[
                    _datumaro_box(dm, form, at, row) for at, row in enumerate(boxes_of(number))
                ],
            )
            for number in range(PICTURES)
        ],
        categories=NAMES,
    )

    def write() -> int:
        data.export(str(fresh(out)), DATUMARO[form], save_media=False)
        return sum(len(item.annotations) for item in data)

    return write


def _datumaro_box(dm: Any, form: str, place: int, row: Row) -> Any:
    code, x1, y1, x2, y2 = row
    if form == "dota":
        from datumaro.components.annotation import RotatedBbox

        middle, sides = ((x1 + x2) / 2, (y1 + y2) / 2), (x2 - x1, y2 - y1)
        return RotatedBbox(*middle, *sides, 0, label=code, id=place + 1)
    return dm.Bbox(x1, y1, x2 - x1, y2 - y1, label=code, id=place + 1)


def own_s() -> float:
    """Return the processor seconds that this program has spent in its own code."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_utime


def fresh(folder: Path) -> Path:
    """Return a folder that is new: nothing need be deleted, nothing can be left as it was."""
    folder.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(dir=folder))


def main(side: str, do: str, form: str, world: str, out: str) -> None:
    """Measure one side and print the seconds."""
    work = {"ours": ours, "labelformat": labelformat, "datumaro": datumaro}[side](
        do, form, Path(world), Path(out)
    )
    count = work()
    seconds = []
    for _ in range(5):
        began = own_s()
        work()
        seconds.append(own_s() - began)
    shutil.rmtree(out, ignore_errors=True)
    print(json.dumps({"objects": count}))
    print(min(seconds))


if __name__ == "__main__":
    main(*sys.argv[1:])
