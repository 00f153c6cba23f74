"""Write Datumaro's JSON, version 1.0: a file for each split below `annotations/`."""

from __future__ import annotations

import shutil
from typing import IO, TYPE_CHECKING, Any, Final

import orjson

from sightline.core.geometry.shapes import Box, Keypoints, Mask, OrientedBox, Point, Polygon
from sightline.formats.objects import outlines
from sightline.formats.objects.source import stem_of
from sightline.formats.objects.writing import Output

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from sightline.core.geometry.shapes import Shape
    from sightline.formats.objects.records import ClassInfo, ObjectRecord, PictureRecord
    from sightline.formats.sinks import Sink

FLUSHED: Final = 1 << 20
ROTATION: Final = "rotation"
"""The attribute that turns a box about its centre, in degrees clockwise."""
SCORE: Final = "score"
TAG: Final = "tag"
"""The attribute of a label that is a tag, not the class of the picture."""
IMAGE: Final = 2
"""Datumaro's number of the kind of data that pictures are."""


def write(
    sink: Sink,
    pictures: Iterable[PictureRecord],
    classes: tuple[ClassInfo, ...],
    scratch: Path,
    *,
    images: str = "none",
    **_: Any,
) -> dict[str, int]:
    """Write pictures; coordinates are exact.

    Args:
        sink: Where to: `annotations/<split>.json`, pictures below `images/<split>/`.
        pictures: In pixels.
        classes: In the order of their numbers; names of tags follow them.
        scratch: A folder for temporary files.
        images: none, copy or link.

    Returns:
        Counts: pictures, objects, files, missing, bytes.
    """
    out = Output(sink, images)
    numbers = {one.name: place for place, one in enumerate(classes)}
    files: dict[str, _File] = {}
    for one in pictures:
        split = one.split or "default"
        if split not in files:
            files[split] = _File(scratch / f"datumaro-{split}.json", numbers)
        name = out.claim(one)
        out.place(one, f"images/{split}/{name}")
        files[split].add(one, name)
    if not files:
        files["default"] = _File(scratch / "datumaro-default.json", numbers)
    for split, file in files.items():
        path = file.close(classes)
        out.file(f"annotations/{split}.json", path)
        path.unlink()
    return out.counts


class _File:
    """One subset under way: items first; the categories before them, once all names are known."""

    def __init__(self, path: Path, numbers: dict[str, int]) -> None:
        self._path = path
        self._numbers = numbers
        self._items = path.with_suffix(".items")
        self._file: IO[bytes] = self._items.open("wb")
        self._waiting: list[bytes] = []
        self._bytes = 0
        self._before = b""

    def add(self, one: PictureRecord, name: str) -> None:
        """Write an item."""
        item: dict[str, Any] = {"id": stem_of(name), "annotations": self._annotations(one)}
        item["image"] = {"path": name}
        if one.width and one.height:
            item["image"]["size"] = [one.height, one.width]
        data = self._before + orjson.dumps(item)
        self._before = b",\n"
        self._waiting.append(data)
        self._bytes += len(data)
        if self._bytes > FLUSHED:
            self._flush()

    def close(self, classes: Iterable[ClassInfo]) -> Path:
        """Join all and return the file."""
        self._flush()
        self._file.close()
        label = {
            "labels": [{"name": one, "parent": "", "attributes": []} for one in self._numbers],
            "label_groups": [],
            "attributes": [],
        }
        points = [
            _skeleton(self._numbers[one.name], one.skeleton) for one in classes if one.skeleton
        ]
        categories = {"label": label, **({"points": {"items": points}} if points else {})}
        head = {"dm_format_version": "1.0", "media_type": IMAGE, "infos": {}}
        with self._path.open("wb") as out, self._items.open("rb") as items:
            out.write(orjson.dumps({**head, "categories": categories})[:-1] + b',"items":[')
            shutil.copyfileobj(items, out, FLUSHED)
            out.write(b"]}\n")
        self._items.unlink()
        return self._path

    def _flush(self) -> None:
        self._file.write(b"".join(self._waiting))
        self._waiting, self._bytes = [], 0

    def _annotations(self, one: PictureRecord) -> list[dict[str, Any]]:
        groups = outlines.Groups(one.objects)
        rows = [self._name(one.label, {})] if one.label else []
        rows += [self._name(tag, {TAG: True}) for tag in one.tags]
        for thing in one.objects:
            rows += self._object(thing, groups.of(thing))
        for place, row in enumerate(rows):
            row["id"] = place
        return rows

    def _name(self, name: str, attributes: dict[str, Any]) -> dict[str, Any]:
        return {"id": 0, "type": "label", "attributes": attributes, "group": 0,
                "label_id": self._number(name)}  # fmt: skip

    def _object(self, one: ObjectRecord, group: int) -> list[dict[str, Any]]:
        attributes = _attributes(one)
        common: dict[str, Any] = {
            "id": 0,
            "type": "bbox",
            "attributes": attributes,
            "group": group,
            "label_id": self._number(one.label),
            "z_order": 0,
        }
        shape = one.shape
        if isinstance(shape, Box):
            size = (shape.x2 - shape.x1, shape.y2 - shape.y1)
            return [common | {"bbox": [shape.x1, shape.y1, *size]}]
        if isinstance(shape, Polygon):
            rings = [outlines.one_ring(part) for part in shape.parts]
            return [common | {"type": "polygon", "points": ring} for ring in rings]
        return [common | _place(shape, attributes)]

    def _number(self, name: str) -> int:
        return self._numbers.setdefault(name, len(self._numbers))


def _attributes(one: ObjectRecord) -> dict[str, Any]:
    found = dict(one.attributes)
    found.pop(outlines.GROUP, None)
    if one.score is not None:
        found[SCORE] = one.score
    return found


def _place(shape: Shape, attributes: dict[str, Any]) -> dict[str, Any]:
    """Return type and place of a shape that is neither upright box nor polygon."""
    if isinstance(shape, OrientedBox):
        attributes[ROTATION] = shape.angle % 360
        x1, y1, _, _ = outlines.upright_corners(shape)
        return {"type": "bbox", "bbox": [x1, y1, shape.width, shape.height]}
    if isinstance(shape, Mask):
        return {"type": "mask", "rle": shape.to_json()}
    if isinstance(shape, Keypoints):
        flat = [value for x, y, _ in shape.points for value in (x, y)]
        return {"type": "points", "points": flat, "visibility": [one[2] for one in shape.points]}
    if not isinstance(shape, Point):
        raise TypeError(f"Datumaro has no {type(shape).__name__}")
    return {"type": "points", "points": [shape.x, shape.y], "visibility": [2]}


def _skeleton(number: int, skeleton: Mapping[str, Any]) -> dict[str, Any]:
    names: Sequence[str] = skeleton.get("names", ())
    joints = [[a + 1, b + 1] for a, b in skeleton.get("edges", ())]
    return {"label_id": number, "labels": list(names), "joints": joints, "positions": []}
