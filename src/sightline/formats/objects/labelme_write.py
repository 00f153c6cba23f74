"""Write JSON as labelme and X-AnyLabeling read it: one file beside each picture."""

from __future__ import annotations

import base64
import math
from typing import TYPE_CHECKING, Any, Final

import orjson

from sightline.core.geometry.shapes import Box, Keypoints, Mask, OrientedBox, Point, Polygon
from sightline.formats.objects import outlines, windows
from sightline.formats.objects.source import stem_of
from sightline.formats.objects.writing import Output

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from sightline.core.geometry.shapes import Shape
    from sightline.formats.objects.records import ClassInfo, ObjectRecord, PictureRecord
    from sightline.formats.sinks import Sink

VERSION: Final = "5.5.0"
"""Of labelme's files."""
CLASS: Final = "class"
"""Key of the class of the picture; all flags that are true besides it are tags."""
SPLIT: Final = "split"
DIFFICULT: Final = "difficult"
DESCRIPTION: Final = "description"


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

    Oriented boxes are shapes of the kind `rotation`, which X-AnyLabeling has and labelme has not.
    Keypoints are points of one group.

    Args:
        sink: Where to: `NAME.json` beside `NAME.jpg`.
        pictures: In pixels.
        classes: Not written: these tools learn them from the shapes.
        scratch: Not needed.
        images: none, copy or link.

    Returns:
        Counts: pictures, objects, files, missing, bytes.
    """
    del classes, scratch
    out = Output(sink, images)
    for one in pictures:
        name = out.claim(one)
        out.place(one, name)
        out.bytes(f"{stem_of(name)}.json", orjson.dumps(_file(one, name), option=_INDENTED))
    return out.counts


_INDENTED: Final = orjson.OPT_INDENT_2


def _file(one: PictureRecord, name: str) -> dict[str, Any]:
    groups = outlines.Groups(one.objects)
    found: dict[str, Any] = {
        "version": VERSION,
        "flags": dict.fromkeys([*([one.label] if one.label else []), *one.tags], True),
        "shapes": [
            shape
            for thing in one.objects
            for shape in _shapes(thing, groups.of(thing, joints=True))
        ],
        "imagePath": name.rpartition("/")[2],
        "imageData": None,
        "imageHeight": one.height,
        "imageWidth": one.width,
    }
    if found["flags"]:
        found[CLASS] = one.label
    if one.split:
        found[SPLIT] = one.split
    return found


def _shapes(one: ObjectRecord, group: int) -> list[dict[str, Any]]:
    """Return an object as shapes: more than one for several areas and for keypoints."""
    common = _common(one, group)
    shape = one.shape
    if isinstance(shape, Polygon):
        rings = [outlines.one_ring(part) for part in shape.parts]
        return [common | {"points": _pairs(ring)} for ring in rings]
    if isinstance(shape, Keypoints):
        said = common["attributes"]
        return [
            common | _kind("point", [[x, y]]) | {"attributes": said | joint}
            for x, y, joint in outlines.joints_of(shape)
        ]
    return [common | _place(shape)]


def _common(one: ObjectRecord, group: int) -> dict[str, Any]:
    attributes = dict(one.attributes)
    attributes.pop(outlines.GROUP, None)
    difficult = attributes.get(DIFFICULT) is True
    if difficult:
        del attributes[DIFFICULT]
    described = isinstance(attributes.get(DESCRIPTION), str) and attributes[DESCRIPTION]
    return {
        "label": one.label,
        "score": one.score,
        "points": [],
        "group_id": group or None,
        "description": attributes.pop(DESCRIPTION) if described else "",
        "difficult": difficult,
        "shape_type": "polygon",
        "flags": {},
        "attributes": attributes,
    }


def _place(shape: Shape) -> dict[str, Any]:
    """Return kind and points of a shape that is a single one here."""
    if isinstance(shape, Box):
        return _kind("rectangle", [[shape.x1, shape.y1], [shape.x2, shape.y2]])
    if isinstance(shape, OrientedBox):
        corners = [list(corner) for corner in shape.corners()]
        return _kind("rotation", corners) | {"direction": math.radians(shape.angle % 360)}
    if isinstance(shape, Point):
        return _kind("point", [[shape.x, shape.y]])
    if not isinstance(shape, Mask):
        raise TypeError(f"labelme has no {type(shape).__name__}")
    window, left, top = windows.window_of(shape)
    high, wide = window.shape
    corners = [[left, top], [left + wide - 1, top + high - 1]]
    png = base64.b64encode(windows.png_of(window)).decode("ascii")
    return _kind("mask", corners) | {"mask": png}


def _kind(kind: str, points: list[list[float]]) -> dict[str, Any]:
    return {"shape_type": kind, "points": points}


def _pairs(ring: Sequence[float]) -> list[list[float]]:
    return [[x, y] for x, y in zip(ring[::2], ring[1::2], strict=True)]
