"""Label Studio's JSON: rectangles, polygons, brushes, ellipses, points, choices, in percent.

A rectangle is turned about its top left corner. What is said of a region besides, in results that
share its id, becomes attributes of the object.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError
from sightline.core.geometry.shapes import Box
from sightline.formats.archive import guarded
from sightline.formats.objects import outlines
from sightline.formats.objects.brush import mask_of_brush
from sightline.formats.objects.json_stream import parts_of
from sightline.formats.objects.labelstudio_tasks import Task, task_of
from sightline.formats.objects.labelstudio_write import META, ORIENTED, TAGS, write
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
from sightline.formats.records import split_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sightline.core.geometry.shapes import Shape
    from sightline.formats.objects.source import Source

__all__ = ["LabelStudioReader", "reader", "sniff", "write"]

ASKED: Final = 20
"""Files that are looked into to know the format."""
Size = tuple[int, int]


def sniff(source: Source) -> bool:
    """Say whether one of the first JSON files begins like Label Studio's."""
    return any(_is_labelstudio(source.head(one)) for one in source.ending(".json")[:ASKED])


def reader(source: Source) -> LabelStudioReader:
    """Return what reads it."""
    return LabelStudioReader(source)


class LabelStudioReader(Reading):
    """Reads all documents that a data set holds."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self._source = source
        self._files = source.ending(".json")
        if not self._files:
            raise InvalidInputError(
                f"{source.files.name} holds no JSON file", hint="name another --format"
            )

    def pictures(self) -> Iterator[PictureRecord]:
        """Yield picture after picture.

        Raises:
            InvalidInputError: A file is damaged, or holds no tasks.
        """
        for name in self._files:
            yield from self._file(name)

    def _file(self, name: str) -> Iterator[PictureRecord]:
        files = self._source.files
        alone: dict[str, Any] = {}
        with guarded(files.name, name), files.open(name) as file:
            for key, value in parts_of(file, name):
                if key:
                    alone[key] = value
                else:
                    for one in value:
                        yield from self._task(one, name)
        if alone:
            if not {"data", "result", "annotations", "image"} & alone.keys():
                raise InvalidInputError(
                    f"{name} holds no tasks of Label Studio", hint="name another --format"
                )
            yield from self._task(alone, name)

    def _task(self, one: Any, name: str) -> Iterator[PictureRecord]:
        number = one.get("id", "?") if isinstance(one, dict) else "?"
        where = f"{name}: task {number}"
        try:
            task = task_of(one, self._source.options.pictures)
        except FAULTS as error:
            self.refuse(where, reason_of(error))
            return
        for why in task.passed_over:
            self.refuse(where, why)
        regions = _regions(task.results)
        size = next((found for one in task.results if (found := _size(one))[0]), (0, 0))
        label, tags, objects = self._read(task, regions, size, where)
        yield PictureRecord(
            task.path,
            objects,
            *(size if size[0] else (1, 1)),
            label=label,
            tags=tags,
            split=split_name(task.split),
            file=near(self._source, name, task.path),
        )

    def _read(
        self, task: Task, regions: list[list[Mapping[str, Any]]], size: Size, where: str
    ) -> tuple[str, tuple[str, ...], tuple[ObjectRecord, ...]]:
        """Return class and tags of the picture, and its objects."""
        found = outlines.Gathered()
        names: tuple[list[str], list[str]] = ([], [])
        for parts in regions:
            kinds = [str(one.get("type", "")) for one in parts]
            try:
                if any(kind.removesuffix("labels") in _READ for kind in kinds):
                    self._region(parts, found, size, score_of(task.score))
                elif "choices" in kinds:
                    for one in parts:
                        is_tag = one.get("from_name") == TAGS
                        names[is_tag].extend(map(name_of, one["value"]["choices"]))
                elif not _PASSED_OVER.issuperset(kinds):
                    raise ValueError(f"a {kinds[0] or 'result'} is no object of a picture")
            except FAULTS as error:
                self.refuse(f"{where}: {kinds[0]}", reason_of(error))
        label, tags = image_level(*names)
        if label:
            self.learn(label)
        return label, tags, found.done()

    def _region(
        self,
        parts: list[Mapping[str, Any]],
        found: outlines.Gathered,
        size: Size,
        score: float | None,
    ) -> None:
        """Read the results of one region: its shape, its labels, and what is said besides."""
        main = next(one for one in parts if _base(one) in _READ)
        kind = _base(main)
        if main.get("image_rotation") or 0:
            raise ValueError("its picture was turned in Label Studio: turn it back there")
        own = _size(main)
        if own[0] and own != size:
            raise ValueError(f"its picture is of {own[0]} x {own[1]}, others of it are not")
        labels = [name_of(label) for one in parts for label in _labels(one)]
        shape = _READ[kind](main["value"], size)
        attributes = _attributes(parts, main)
        if attributes.pop(ORIENTED, False) and isinstance(shape, Box):
            shape = outlines.turned(*shape.bounds(), 0.0)
        group = attributes.get(outlines.GROUP)
        said = score_of(main.get("score", main["value"].get("score")))
        label = self.learn(labels[0] if labels else None)
        record = ObjectRecord(label, shape, attributes, score if said is None else said)
        if kind == "keypoint" and group and outlines.is_joint(attributes):
            found.add_joint(record, group)
        elif kind == "polygon":
            found.add_ring(record, group)
        else:
            found.add(record)


def _regions(results: list[Any]) -> list[list[Mapping[str, Any]]]:
    """Return results by the region that they speak of, in the order in which regions turn up."""
    found: dict[Any, list[Mapping[str, Any]]] = {}
    for place, one in enumerate(results):
        if not isinstance(one, dict) or not isinstance(one.get("value", {}), dict):
            found["none", place] = [{"type": "result", "value": {}}]
            continue
        key = one.get("id")
        found.setdefault(key if isinstance(key, str) else ("alone", place), []).append(one)
    return list(found.values())


def _base(one: Mapping[str, Any]) -> str:
    """Return the kind of a shape, whether it has its labels with it or not."""
    return str(one.get("type", "")).removesuffix("labels")


def _size(one: Any) -> Size:
    """Return width and height of the picture that a result was drawn on, zeros if unknown."""
    if not isinstance(one, dict):
        return 0, 0
    width, height = whole(one.get("original_width")), whole(one.get("original_height"))
    return (width, height) if width and height else (0, 0)


def _labels(one: Mapping[str, Any]) -> list[Any]:
    """Return the classes in a result: under its own kind's name, or as labels of a pair."""
    kind = str(one.get("type", ""))
    found = one.get("value", {}).get(kind) if kind.endswith("labels") else None
    return found if isinstance(found, list) else []


def _attributes(parts: list[Mapping[str, Any]], main: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said of a region in other results, in its meta data, by further labels."""
    found: dict[str, Any] = {}
    for one in parts:
        value = one.get("value", {})
        for key in ("choices", "text", "number", "rating", "datetime"):
            if one is not main and key in value:
                said = value[key]
                text = ", ".join(map(str, said)) if isinstance(said, list) else said
                found[str(one.get("from_name") or key)] = text
    more = [name_of(label) for one in parts for label in _labels(one)][1:]
    if more:
        found["labels"] = ", ".join(more)
    meta = main.get("meta")
    if isinstance(meta, dict):
        own = meta.get(META)
        found |= own if isinstance(own, dict) else {}
        text = meta.get("text")
        if text:
            found["note"] = "\n".join(map(str, text)) if isinstance(text, list) else text
    return plain(found)


def _rectangle(value: Mapping[str, Any], size: Size) -> Shape:
    x, y, width, height = _scaled(value, size, ("x", "y", "width", "height"))
    degrees = float(value.get("rotation") or 0)
    if not degrees:
        return box(x, y, x + width, y + height)
    _known(size)
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    cx = x + width / 2 * cos - height / 2 * sin
    cy = y + width / 2 * sin + height / 2 * cos
    half = (width / 2, height / 2)
    return outlines.turned(cx - half[0], cy - half[1], cx + half[0], cy + half[1], degrees)


def _polygon(value: Mapping[str, Any], size: Size) -> Shape:
    across, down = _factors(size)
    ring: list[float] = []
    for x, y in value["points"]:
        ring += (x * across, y * down)
    return outlines.polygon_of([ring])


def _brush(value: Mapping[str, Any], size: Size) -> Shape:
    _known(size)
    if value.get("format", "rle") != "rle" or not isinstance(value.get("rle"), list):
        raise ValueError("its brush is no list of runs")
    return mask_of_brush(value["rle"], *size)


def _ellipse(value: Mapping[str, Any], size: Size) -> Shape:
    cx, cy, rx, ry = _scaled(value, size, ("x", "y", "radiusX", "radiusY"))
    degrees = float(value.get("rotation") or 0)
    if degrees:
        _known(size)
    return outlines.ellipse(cx, cy, rx, ry, degrees)


def _keypoint(value: Mapping[str, Any], size: Size) -> Shape:
    x, y = _scaled(value, size, ("x", "y"))
    return outlines.point(x, y)


def _scaled(value: Mapping[str, Any], size: Size, keys: tuple[str, ...]) -> list[float]:
    """Return values in percent as pixels: first across, then down, in turns."""
    factors = _factors(size)
    return [value[key] * factors[place % 2] for place, key in enumerate(keys)]


def _factors(size: Size) -> tuple[float, float]:
    """Return what makes percent into pixels, or into fractions of a picture of unknown size."""
    return (size[0] or 1) / 100, (size[1] or 1) / 100


def _known(size: Size) -> None:
    if not size[0]:
        raise ValueError("the size of its picture is not said, which turned shapes and masks need")


_READ: Final = {
    "rectangle": _rectangle,
    "polygon": _polygon,
    "brush": _brush,
    "ellipse": _ellipse,
    "keypoint": _keypoint,
}
_PASSED_OVER: Final = frozenset(
    {"relation", "textarea", "number", "rating", "datetime", "taxonomy", "pairwise"}
)
"""Results that say nothing of objects."""


def _is_labelstudio(head: bytes) -> bool:
    own = (b'"from_name"', b'"original_width"', b'"completed_by"', b'"was_cancelled"')
    return any(one in head for one in own)
