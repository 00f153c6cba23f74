"""JSON of labelme and X-AnyLabeling: one file beside each picture.

A circle is read as a polygon of the same area. Polygons of one class that share a `group_id` are
one object with several areas, as both tools have it.
"""

from __future__ import annotations

import base64
import binascii
import math
import posixpath
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError, TooLargeError
from sightline.formats.objects import outlines, windows
from sightline.formats.objects.frames import rectangle
from sightline.formats.objects.json_stream import BOM, parse
from sightline.formats.objects.labelme_write import (
    CLASS,
    DESCRIPTION,
    DIFFICULT,
    SPLIT,
    write,
)
from sightline.formats.objects.reading import (
    FAULTS,
    Reading,
    box,
    image_level,
    near,
    plain,
    reason_of,
    score_of,
    whole,
)
from sightline.formats.objects.records import ObjectRecord, PictureRecord
from sightline.formats.objects.source import split_of, stem_of, twins_of
from sightline.formats.records import split_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sightline.core.geometry.shapes import Shape
    from sightline.formats.objects.source import Source

__all__ = ["LabelmeReader", "reader", "sniff", "write"]

ASKED: Final = 20
"""Files that are looked into to know the format."""
Points = list[tuple[float, float]]


def sniff(source: Source) -> bool:
    """Say whether one of the first JSON files begins like labelme's."""
    return any(_is_labelme(source.head(one)) for one in source.ending(".json")[:ASKED])


def reader(source: Source) -> LabelmeReader:
    """Return what reads it."""
    return LabelmeReader(source)


class LabelmeReader(Reading):
    """Reads all label files that a data set holds."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self._source = source
        self._files = source.ending(".json")
        self.twins = twins_of(self._files)
        if not self._files:
            raise InvalidInputError(
                f"{source.files.name} holds no JSON file", hint="name another --format"
            )

    def pictures(self) -> Iterator[PictureRecord]:
        """Yield picture after picture; a file that is damaged is left out if there are others.

        Raises:
            InvalidInputError: The only file is damaged, or is none of labelme's.
        """
        for name in self._files:
            try:
                yield self._picture(name)
            except (InvalidInputError, TooLargeError) as error:
                if len(self._files) == 1:
                    raise
                self.refuse(name, str(error))

    def _picture(self, name: str) -> PictureRecord:
        data = parse(self._source.bytes(name).removeprefix(BOM), name)
        if not isinstance(data, dict) or not isinstance(data.get("shapes"), list):
            raise InvalidInputError(f"{name} holds no shapes", hint="name another --format")
        path, said = _path(name, data.get("imagePath"))
        size = (whole(data.get("imageWidth")), whole(data.get("imageHeight")))
        label, tags = self._flags(data)
        return PictureRecord(
            path,
            self._objects(name, data["shapes"], size),
            *size,
            label=label,
            tags=tags,
            split=split_name(str(data.get(SPLIT) or "")) or split_of(name),
            file=near(self._source, name, said),
        )

    def _objects(
        self, name: str, shapes: list[Any], size: tuple[int, int]
    ) -> tuple[ObjectRecord, ...]:
        found = outlines.Gathered()
        for place, one in enumerate(shapes):
            try:
                self._shape(one, found, size)
            except FAULTS as error:
                self.refuse(f"{name}: shape {place + 1}", reason_of(error))
        return found.done()

    def _shape(
        self,
        one: Mapping[str, Any],
        found: outlines.Gathered,
        size: tuple[int, int],
    ) -> None:
        """Read one shape."""
        kind = one.get("shape_type") or "polygon"
        points = [(float(x), float(y)) for x, y in one["points"]]
        shape = _mask(one, points, size) if kind == "mask" else _shape_of(kind, points)
        attributes = _attributes(one)
        group = one.get("group_id")
        group = group if isinstance(group, int) and not isinstance(group, bool) else 0
        record = ObjectRecord(
            self.learn(one["label"]), shape, attributes, score_of(one.get("score"))
        )
        if kind == "point" and group and outlines.is_joint(attributes):
            found.add_joint(record, group)
        elif kind in _AREAS:
            found.add_ring(record, group)
        else:
            found.add(record)

    def _flags(self, data: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
        flags = data.get("flags")
        names = [str(key) for key, value in flags.items() if value is True] if flags else []
        said = data.get(CLASS)
        if isinstance(said, str):
            label, tags = said, tuple(one for one in names if one != said)
        else:
            label, tags = image_level(names, [])
        if label:
            self.learn(label)
        return label, tags


def _shape_of(kind: str, points: Points) -> Shape:
    """Return the shape of a kind that its points tell all of."""
    read = _READ.get(kind)
    if read is None:
        what = "a line has no area" if kind in _LINES else f"a {kind} has no place in a picture"
        raise ValueError(what)
    return read(points)


def _box(points: Points) -> Shape:
    """Return the box of two opposite corners, or of all four."""
    if len(points) not in {2, 4}:
        raise ValueError(f"a rectangle of {len(points)} points")
    xs, ys = zip(*points, strict=True)
    return box(min(xs), min(ys), max(xs), max(ys))


def _turned(points: Points) -> Shape:
    if len(points) != 4:  # noqa: PLR2004 - the corners of a rectangle
        raise ValueError(f"an oriented box of {len(points)} points")
    return rectangle(points) or _polygon(points)


def _polygon(points: Points) -> Shape:
    return outlines.polygon_of([[value for place in points for value in place]])


def _circle(points: Points) -> Shape:
    (cx, cy), (x, y) = points
    radius = math.hypot(x - cx, y - cy)
    return outlines.ellipse(cx, cy, radius, radius)


def _points(points: Points) -> Shape:
    """Return a single point as such, several as keypoints of one object."""
    if len(points) == 1:
        return outlines.point(*points[0])
    return outlines.keypoints_of([(x, y, 2) for x, y in points])


def _mask(one: Mapping[str, Any], points: Points, size: tuple[int, int]) -> Shape:
    (x, y), _ = points
    try:
        data = base64.b64decode(one["mask"], validate=True)
    except binascii.Error as error:
        raise ValueError("its mask is not in base64") from error
    return windows.mask_at(windows.window_of_png(data), int(x), int(y), *size)


def _attributes(one: Mapping[str, Any]) -> dict[str, Any]:
    """Return all that a shape says besides: attributes, flags, difficult, description, group."""
    found = plain(one.get("flags"))
    found |= plain(one.get("attributes"))
    if one.get("difficult") is True:
        found[DIFFICULT] = True
    if one.get("description"):
        found |= plain({DESCRIPTION: one["description"]})
    group = one.get("group_id")
    if isinstance(group, int) and not isinstance(group, bool) and group > 0:
        found[outlines.GROUP] = group
    return found


def _path(name: str, written: Any) -> tuple[str, str]:
    """Return a picture's path from the top of the data set, and as seen from its label file.

    labelme writes the second, on Windows with backslashes; what leads above the top is cut off.
    """
    said = str(written or "").replace("\\", "/") or stem_of(name.rpartition("/")[2])
    parts = posixpath.normpath(posixpath.join(name.rpartition("/")[0], said)).split("/")
    return "/".join(one for one in parts if one not in {"", ".", ".."}), said


def _is_labelme(head: bytes) -> bool:
    known = (b'"imagePath"', b'"shape_type"', b'"flags"', b'"imageData"')
    return b'"shapes"' in head and any(one in head for one in known)


_LINES: Final = frozenset({"line", "linestrip"})
_AREAS: Final = frozenset({"polygon", "quadrilateral"})
_READ: Final = {
    "rectangle": _box,
    "rotation": _turned,
    "oriented_rectangle": _turned,
    "polygon": _polygon,
    "quadrilateral": _polygon,
    "circle": _circle,
    "point": _points,
    "points": _points,
}
