"""Write COCO's JSON: one file for each split below `annotations/`, or a single one."""

from __future__ import annotations

import shutil
from typing import IO, TYPE_CHECKING, Any, Final

import orjson

from sightline.core.geometry.convert import area_of
from sightline.core.geometry.shapes import Box, Keypoints, Mask, OrientedBox, Point
from sightline.formats.objects.coco_shapes import OWN
from sightline.formats.objects.writing import Output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from sightline.core.geometry.shapes import Bounds, Shape
    from sightline.formats.objects.records import ClassInfo, ObjectRecord, PictureRecord
    from sightline.formats.sinks import Sink

FLUSHED: Final = 1 << 20
"""Bytes that are gathered before they are written."""


def write(
    sink: Sink,
    pictures: Iterable[PictureRecord],
    classes: tuple[ClassInfo, ...],
    scratch: Path,
    *,
    images: str = "none",
    single: bool = False,
    fill: Callable[[Shape, int, int], Mask | None] | None = None,
    **_: Any,
) -> dict[str, int]:
    """Write pictures; coordinates are exact.

    Shapes that COCO has no form for (oriented boxes, points, polygons with holes) are written in
    the nearest that it has, and exactly under the key "sightline", which other tools pass over.

    Args:
        sink: Where to.
        pictures: In pixels.
        classes: In the order of their ids, which begin at 1.
        scratch: A folder for temporary files.
        images: none, copy or link; pictures go below `images/`.
        single: All in one file, `annotations.json`.
        fill: Makes a mask of a polygon with holes, which COCO's polygons cannot have.

    Returns:
        Counts: pictures, objects, files, missing, bytes.
    """
    out = Output(sink, images)
    numbers = {one.name: place for place, one in enumerate(classes, start=1)}
    files: dict[str, _File] = {}
    for one in pictures:
        split = "" if single else one.split or "train"
        if split not in files:
            files[split] = _File(scratch, split or "all", numbers, fill)
        name = out.claim(one)
        out.place(one, f"images/{name}")
        files[split].add(one, name)
    if not files:
        files[""] = _File(scratch, "all", numbers, fill)
    for split, file in files.items():
        name = "annotations.json" if single or not split else f"annotations/instances_{split}.json"
        out.file(name, file.close(classes))
    return out.counts


class _File:
    """One JSON file under way: images and annotations grow in files of their own."""

    def __init__(
        self,
        scratch: Path,
        split: str,
        numbers: dict[str, int],
        fill: Callable[[Shape, int, int], Mask | None] | None,
    ) -> None:
        self._path = scratch / f"coco-{split}.json"
        self._images = _List(self._path.with_suffix(".images"))
        self._annotations = _List(self._path.with_suffix(".annotations"))
        self._numbers = numbers
        self._fill = fill

    def add(self, one: PictureRecord, name: str) -> None:
        """Write a picture and its objects."""
        number = self._images.count + 1
        self._images.add(
            {"id": number, "file_name": name, "width": one.width, "height": one.height}
        )
        for thing in one.objects:
            self._annotations.add(
                {
                    "id": self._annotations.count + 1,
                    "image_id": number,
                    "category_id": self._numbers[thing.label],
                    **self._shape(thing, one.width, one.height),
                }
            )

    def close(self, classes: Iterable[ClassInfo]) -> Path:
        """Join all and return the file."""
        with self._path.open("wb") as out:
            out.write(b'{"info":{"description":""},"images":[')
            self._images.move_to(out)
            out.write(b'],"annotations":[')
            self._annotations.move_to(out)
            categories = [_category(place, one) for place, one in enumerate(classes, start=1)]
            out.write(b'],"categories":' + orjson.dumps(categories) + b"}")
        return self._path

    def _shape(self, one: ObjectRecord, width: int, height: int) -> dict[str, Any]:
        shape = one.shape
        x1, y1, x2, y2 = one.box or shape.bounds()
        found: dict[str, Any] = {"bbox": [x1, y1, x2 - x1, y2 - y1]}
        found |= self._outline(shape, width, height, (x1, y1, x2, y2))
        crowd = one.attributes.get("crowd") is True
        found["iscrowd"] = int(crowd)
        rest = {
            key: value for key, value in one.attributes.items() if not (crowd and key == "crowd")
        }
        if rest:
            found["attributes"] = rest
        if one.score is not None:
            found["score"] = one.score
        return found

    def _outline(self, shape: Shape, width: int, height: int, box: Bounds) -> dict[str, Any]:
        x1, y1, x2, y2 = box
        area = (x2 - x1) * (y2 - y1)
        if isinstance(shape, Box):
            return {"segmentation": [], "area": area}
        if isinstance(shape, Mask):
            return {"segmentation": shape.to_json(), "area": area_of(shape)}
        if isinstance(shape, Keypoints):
            flat = [value for point in shape.points for value in point]
            seen = sum(bool(point[2]) for point in shape.points)
            return {"segmentation": [], "area": area, "keypoints": flat, "num_keypoints": seen}
        own = {OWN: {"kind": shape.kind, "geometry": shape.to_json()}}
        if isinstance(shape, Point):
            return {"segmentation": [], "area": 0.0, **own}
        if isinstance(shape, OrientedBox):
            ring = [value for corner in shape.corners() for value in corner]
            return {"segmentation": [ring], "area": shape.width * shape.height, **own}
        outers = [list(part[0]) for part in shape.parts]
        if all(len(part) == 1 for part in shape.parts):
            return {"segmentation": outers, "area": area_of(shape)}
        filled = self._fill(shape, width, height) if self._fill else None
        return {
            "segmentation": outers if filled is None else filled.to_json(),
            "area": area_of(shape),
            **own,
        }


class _List:
    """A JSON list that grows in a file."""

    def __init__(self, path: Path) -> None:
        self.count = 0
        self._path = path
        self._file = path.open("wb")
        self._waiting: list[bytes] = []
        self._bytes = 0
        self._empty = True

    def add(self, value: Any) -> None:
        """Add an element."""
        data = orjson.dumps(value)
        self._waiting.append(data)
        self.count += 1
        self._bytes += len(data)
        if self._bytes > FLUSHED:
            self._flush()

    def move_to(self, out: IO[bytes]) -> None:
        """Copy all elements, with commas between them, and let the file go."""
        self._flush()
        self._file.close()
        with self._path.open("rb") as source:
            shutil.copyfileobj(source, out, FLUSHED)
        self._path.unlink()

    def _flush(self) -> None:
        if self._waiting:
            self._file.write((b"" if self._empty else b",\n") + b",\n".join(self._waiting))
            self._empty = False
        self._waiting, self._bytes = [], 0


def _category(number: int, one: ClassInfo) -> dict[str, Any]:
    found: dict[str, Any] = {"id": number, "name": one.name, "supercategory": ""}
    if one.skeleton:
        found["keypoints"] = list(one.skeleton.get("names", ()))
        found["skeleton"] = [[a + 1, b + 1] for a, b in one.skeleton.get("edges", ())]
    return found
