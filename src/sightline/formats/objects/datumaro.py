"""Datumaro's JSON: a file for each subset below `annotations/`, pictures below `images/<subset>/`.

Items come as a stream. Oriented boxes are read both ways that are in use: as `rotated_bbox`, and as
a box with the attribute `rotation`, as CVAT exports them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError
from sightline.core.geometry.shapes import mask_of, shape_from_json
from sightline.formats.archive import guarded
from sightline.formats.objects import outlines
from sightline.formats.objects.datumaro_write import ROTATION, SCORE, TAG, write
from sightline.formats.objects.json_stream import parts_of
from sightline.formats.objects.reading import (
    FAULTS,
    Reading,
    box,
    image_level,
    name_of,
    near,
    plain,
    reason_of,
    score_of,
    whole,
)
from sightline.formats.objects.records import ObjectRecord, PictureRecord
from sightline.formats.objects.source import stem_of
from sightline.formats.records import split_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sightline.core.geometry.shapes import Shape
    from sightline.formats.objects.source import Source

__all__ = ["DatumaroReader", "reader", "sniff", "write"]

FOLDER: Final = "annotations"


def sniff(source: Source) -> bool:
    """Say whether a JSON file begins like Datumaro's."""
    return any(_is_datumaro(source, one) for one in source.ending(".json"))


def reader(source: Source) -> DatumaroReader:
    """Return what reads it."""
    return DatumaroReader(source)


class DatumaroReader(Reading):
    """Reads all subsets that a data set holds."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self._source = source
        every = source.ending(".json")
        self._files = [one for one in every if _is_datumaro(source, one)] or every[:1]
        self._labels: list[str] = []
        if not self._files:
            raise InvalidInputError(
                f"{source.files.name} holds no JSON file", hint="name another --format"
            )

    def pictures(self) -> Iterator[PictureRecord]:
        """Yield picture after picture.

        Raises:
            InvalidInputError: A file is damaged, or is none of Datumaro's.
        """
        for name in self._files:
            yield from self._file(name)

    def _file(self, name: str) -> Iterator[PictureRecord]:
        self._labels = []
        known = items = False
        for key, value in self._parts(name):
            if key == "categories":
                self._categories(value, name)
                known = True
            elif key == "items":
                if not known:  # they stand behind the items: a pass for them alone
                    rest = (one for other, one in self._parts(name) if other == "categories")
                    self._categories(next(rest, {}), name)
                    known = True
                items = True
                yield from self._items(value, name)
        if not known and not items:
            raise InvalidInputError(
                f"{name} holds no items of Datumaro", hint="name another --format"
            )

    def _parts(self, name: str) -> Iterator[tuple[str, Any]]:
        files = self._source.files
        with guarded(files.name, name), files.open(name) as file:
            yield from parts_of(file, name, ("items",))

    def _categories(self, value: Any, name: str) -> None:
        try:
            rows = (value.get("label") or {}).get("labels") or []
            self._labels = [self.learn(one["name"]) for one in rows]
            for one in (value.get("points") or {}).get("items") or []:
                self.describe(self._labels[one["label_id"]], _skeleton(one))
        except FAULTS as error:
            raise InvalidInputError(
                f"the categories of {name} are damaged: {reason_of(error)}", hint="export it again"
            ) from error

    def _items(self, items: Any, name: str) -> Iterator[PictureRecord]:
        for one in items if isinstance(items, list) else ():
            picture = self._item(one, name)
            if picture is not None:
                yield picture

    def _item(self, one: Any, name: str) -> PictureRecord | None:
        subset = stem_of(name.rpartition("/")[2])
        try:
            path, written, width, height = _picture(one)
            rows = one.get("annotations") or []
        except FAULTS as error:
            self.refuse(f"{name}: an item", reason_of(error))
            return None
        found = outlines.Gathered()
        orders: list[int] = []
        names: tuple[list[str], list[str]] = ([], [])
        for row in rows:
            try:
                self._annotation(row, found, names, orders)
            except FAULTS as error:
                kind = row.get("type") if isinstance(row, dict) else "annotation"
                self.refuse(f"{name}: {path}: {kind}", reason_of(error))
        objects = found.objects
        if any(orders):
            objects = [objects[at] for at in sorted(range(len(objects)), key=orders.__getitem__)]
        label, tags = image_level(*names)
        return PictureRecord(
            path,
            tuple(objects),
            width,
            height,
            label=label,
            tags=tags,
            split=split_name(subset),
            file=near(self._source, _beside(name), written, subset),
        )

    def _annotation(
        self,
        row: Mapping[str, Any],
        found: outlines.Gathered,
        names: tuple[list[str], list[str]],
        orders: list[int],
    ) -> None:
        """Read one annotation: an object, or what is said of the whole picture."""
        kind = row["type"]
        read = _READ.get(kind)
        if read is None and kind != "label":
            raise ValueError(_REASONS.get(kind, f"a {kind} has no place in a picture"))
        label = self._label(row.get("label_id"))
        attributes = plain(row.get("attributes"))
        if read is None:
            names[attributes.get(TAG) is True].append(label)
            return
        shape = read(row, attributes)
        order = int(row.get("z_order") or 0)
        group = row.get("group")
        if group:
            attributes[outlines.GROUP] = int(group)
        score = score_of(attributes.get(SCORE))
        if score is not None:
            del attributes[SCORE]
        record = ObjectRecord(label, shape, attributes, score)
        before = len(found.objects)
        if kind == "polygon":
            found.add_ring(record, group)
        else:
            found.add(record)
        orders += [order] * (len(found.objects) - before)

    def _label(self, number: Any) -> str:
        if number is None:
            return self.learn(None)
        if not isinstance(number, int) or not 0 <= number < len(self._labels):
            raise ValueError(f"its label_id {number!r} is beyond the {len(self._labels)} labels")
        return self._labels[number]


def _picture(one: Any) -> tuple[str, str, int, int]:
    """Return an item's path, that of its file, width and height."""
    name = str(one["id"]).replace("\\", "/")
    image = one.get("image") or {}
    path = str(image.get("path") or "").replace("\\", "/")
    height, width = image.get("size") or (0, 0)
    bare = path.rpartition("/")[2]
    stem = stem_of(bare)
    if not bare and not name:
        raise ValueError("it has neither an id nor a picture")
    whence = path or name
    if bare and stem in {name.replace("/", "_"), name.rpartition("/")[2]}:  # where it lay before
        whence = name + bare[len(stem) :]
    return whence, path or name, whole(width), whole(height)


def _box(row: Mapping[str, Any], attributes: dict[str, Any]) -> Shape:
    x, y, width, height = row["bbox"]
    turn = attributes.pop(ROTATION, None)
    if turn is None or isinstance(turn, str):
        return box(x, y, x + width, y + height)
    return outlines.turned(x, y, x + width, y + height, turn)


def _turned(row: Mapping[str, Any], _: dict[str, Any]) -> Shape:
    return shape_from_json("obb", row["points"])


def _polygon(row: Mapping[str, Any], _: dict[str, Any]) -> Shape:
    return outlines.polygon_of([row["points"]])


def _mask(row: Mapping[str, Any], _: dict[str, Any]) -> Shape:
    height, width = row["rle"]["size"]
    return mask_of(int(height), int(width), row["rle"]["counts"])


def _points(row: Mapping[str, Any], _: dict[str, Any]) -> Shape:
    """Return a single point as such, several as keypoints of one object."""
    flat = row["points"]
    seen = row.get("visibility") or [2] * (len(flat) // 2)
    if len(seen) == 1 and seen[0] == 2:  # noqa: PLR2004 - to be seen
        return outlines.point(*flat)
    return outlines.keypoints_of(zip(flat[::2], flat[1::2], seen, strict=True))


def _skeleton_points(row: Mapping[str, Any], _: dict[str, Any]) -> Shape:
    """Return the keypoints of CVAT's skeletons, whose points are annotations of their own."""
    points = []
    for one in row["elements"]:
        x, y = one["points"]
        points.append((x, y, (one.get("visibility") or [2])[0]))
    return outlines.keypoints_of(points)


def _ellipse(row: Mapping[str, Any], _: dict[str, Any]) -> Shape:
    x1, y1, x2, y2 = row["points"]
    return outlines.ellipse((x1 + x2) / 2, (y1 + y2) / 2, abs(x2 - x1) / 2, abs(y2 - y1) / 2)


_READ: Final = {
    "bbox": _box,
    "rotated_bbox": _turned,
    "polygon": _polygon,
    "mask": _mask,
    "points": _points,
    "skeleton": _skeleton_points,
    "ellipse": _ellipse,
}
_REASONS: Final = {
    "polyline": "a line has no area",
    "caption": "a caption is of no class",
}


def _skeleton(one: Mapping[str, Any]) -> dict[str, Any]:
    """Return the skeleton of a class; joints are counted from 1, or from 0 if one of them is 0."""
    names = [name_of(name) for name in one.get("labels") or []]
    joints = [(int(a), int(b)) for a, b in one.get("joints") or []]
    first = 0 if any(0 in pair for pair in joints) else 1
    edges = [[a - first, b - first] for a, b in joints]
    return {
        "names": names,
        "edges": [edge for edge in edges if all(0 <= at < len(names) for at in edge)],
    }


def _beside(name: str) -> str:
    """Return a name that lies where the folder of pictures lies."""
    folder, _, bare = name.rpartition("/")
    root = folder.removesuffix(FOLDER).rstrip("/")
    return f"{root}/{bare}" if root else bare


def _is_datumaro(source: Source, name: str) -> bool:
    head = source.head(name)
    if b'"dm_format_version"' in head:
        return True
    return b'"items"' in head and (b'"categories"' in head or b'"annotations"' in head)
