"""One side of the comparison of formats: reads or writes a data set, and prints its seconds.

    python -m benchmarks.object_peers SIDE DO FORMAT WORLD OUT

SIDE: ours, labelformat or datumaro; DO: import or export. It is run by the interpreter that has the
side's library; nothing of Sightline is imported for the others. What is counted is processor time
of the second run: the first one warms up.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

NAMES = [f"class {number}" for number in range(10)]
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
DATUMARO_READS = DATUMARO | {"yolo": "yolo"}


def boxes_of(number: int) -> list[tuple[int, float, float, float, float]]:
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
    from sightline.core.geometry.shapes import Box
    from sightline.formats.objects.records import ClassInfo, ObjectRecord, PictureRecord
    from sightline.formats.objects.table import format_of, open_reader, writer_of
    from sightline.formats.sinks import FolderSink

    if do == "import":

        def read() -> int:
            with open_reader(world, form) as reader:
                return sum(len(one.objects) for one in reader.pictures())

        return read
    pictures = []
    for number in range(PICTURES):
        rows = boxes_of(number)
        objects = tuple(ObjectRecord(NAMES[code], Box(*box)) for code, *box in rows)
        path = name_of(number)
        source = str(world / "pictures" / path)
        pictures.append(PictureRecord(path, objects, WIDTH, HEIGHT, split="train", source=source))
    classes = tuple(ClassInfo(one) for one in NAMES)
    task = {"task": format_of(form).task} if format_of(form).task else {}

    def write() -> int:
        with tempfile.TemporaryDirectory() as scratch:
            sink = FolderSink(fresh(out))
            done = writer_of(form)(sink, pictures, classes, Path(scratch), **task)
        return done["objects"]

    return write


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
        "coco": lambda: COCOObjectDetectionInput(world / "annotations/instances_train.json"),
        "cvat": lambda: CVATObjectDetectionInput(world / "annotations.xml"),
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
                    _datumaro_box(dm, form, place, row) for place, row in enumerate(boxes_of(number))
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


def _datumaro_box(dm: Any, form: str, place: int, row: tuple[int, float, float, float, float]) -> Any:
    code, x1, y1, x2, y2 = row
    if form == "dota":
        middle, sides = ((x1 + x2) / 2, (y1 + y2) / 2), (x2 - x1, y2 - y1)
        return dm.RotatedBbox(*middle, *sides, 0, label=code, id=place + 1)
    return dm.Bbox(x1, y1, x2 - x1, y2 - y1, label=code, id=place + 1)


def fresh(folder: Path) -> Path:
    """Return a folder that is there and empty."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def main(side: str, do: str, form: str, world: str, out: str) -> None:
    """Measure one side and print the seconds."""
    work = {"ours": ours, "labelformat": labelformat, "datumaro": datumaro}[side](
        do, form, Path(world), Path(out)
    )
    count = work()
    seconds = []
    for _ in range(3):
        began = time.process_time()
        work()
        seconds.append(time.process_time() - began)
    print(json.dumps({"objects": count}))
    print(min(seconds))


if __name__ == "__main__":
    main(*sys.argv[1:])
