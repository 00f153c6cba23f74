"""Write tasks as Label Studio imports them, with the configuration of its editor."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any, Final
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

import orjson

from sightline.core.geometry.shapes import Box, Keypoints, Mask, OrientedBox, Point, Polygon
from sightline.formats.objects import outlines
from sightline.formats.objects.brush import brush_of
from sightline.formats.objects.writing import Output

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from sightline.core.geometry.shapes import Shape
    from sightline.formats.objects.records import ClassInfo, ObjectRecord, PictureRecord
    from sightline.formats.sinks import Sink

NAME: Final = "tasks.json"
CONFIG: Final = "label_config.xml"
META: Final = "attributes"
"""Key of a region's meta data that holds its attributes."""
TAGS: Final = "tags"
"""Name of the choices that are tags; those of the class are called `class`."""
ORIENTED: Final = "oriented"
"""Attribute of a rectangle that is an oriented box, though it may not be turned."""
IMAGE: Final = "image"
POINT_PERCENT: Final = 0.5
"""How large a point is drawn."""
_KINDS: Final = ("rectanglelabels", "polygonlabels", "brushlabels", "keypointlabels")
_TAGS: Final = {
    "rectanglelabels": "RectangleLabels",
    "polygonlabels": "PolygonLabels",
    "brushlabels": "BrushLabels",
    "keypointlabels": "KeyPointLabels",
}
_COLOURS: Final = ("#e6194b", "#3cb44b", "#4363d8", "#f58231", "#911eb4", "#42d4f4", "#bfef45")


def write(
    sink: Sink,
    pictures: Iterable[PictureRecord],
    classes: tuple[ClassInfo, ...],
    scratch: Path,
    *,
    images: str = "none",
    **_: Any,
) -> dict[str, int]:
    """Write pictures; coordinates in percent, exact to a millionth of a pixel.

    Args:
        sink: Where to: `tasks.json`, `label_config.xml`, pictures below `images/`.
        pictures: In pixels, with their size.
        classes: For the configuration.
        scratch: A folder for temporary files.
        images: none, copy or link.

    Returns:
        Counts: pictures, objects, files, missing, bytes.
    """
    out = Output(sink, images)
    path = scratch / NAME
    names: tuple[dict[str, None], dict[str, None]] = ({}, {})
    with path.open("wb", buffering=1 << 20) as file:
        _tasks(file, out, pictures, names)
    out.file(NAME, path)
    path.unlink()
    out.text(CONFIG, _config(classes, *names))
    return out.counts


def _tasks(
    file: IO[bytes],
    out: Output,
    pictures: Iterable[PictureRecord],
    names: tuple[dict[str, None], dict[str, None]],
) -> None:
    """Write the tasks; `names` learns classes and tags of whole pictures."""
    before = b"["
    for number, one in enumerate(pictures, start=1):
        name = out.claim(one)
        out.place(one, f"images/{name}")
        names[0].update(dict.fromkeys([one.label] if one.label else []))
        names[1].update(dict.fromkeys(one.tags))
        file.write(before + orjson.dumps(_task(number, name, one)))
        before = b",\n"
    file.write(b"[]\n" if before == b"[" else b"]\n")


def _task(number: int, name: str, one: PictureRecord) -> dict[str, Any]:
    groups = outlines.Groups(one.objects)
    results = [_choices("class", [one.label])] if one.label else []
    results += [_choices(TAGS, list(one.tags))] if one.tags else []
    for thing in one.objects:
        results += _results(thing, groups.of(thing, joints=True), one.width, one.height)
    for place, result in enumerate(results):
        result["id"] = f"r{number}-{place + 1}"
    data = {"image": f"/data/local-files/?d={quote(f'images/{name}')}", "path": name}
    if one.split:
        data["split"] = one.split
    return {"id": number, "data": data, "annotations": [{"result": results}], "predictions": []}


def _choices(name: str, choices: list[str]) -> dict[str, Any]:
    return {
        "id": "",
        "type": "choices",
        "from_name": name,
        "to_name": IMAGE,
        "value": {"choices": choices},
    }


def _results(one: ObjectRecord, group: int, width: int, height: int) -> list[dict[str, Any]]:
    """Return an object as results: more than one for several areas and for keypoints."""
    attributes = {key: value for key, value in one.attributes.items() if key != outlines.GROUP}
    if group:
        attributes[outlines.GROUP] = group
    across, down = 100 / width, 100 / height
    shape = one.shape
    values: list[tuple[str, dict[str, Any], dict[str, Any]]]
    if isinstance(shape, Polygon):
        rings = [outlines.one_ring(part) for part in shape.parts]
        values = [("polygonlabels", _ring(ring, across, down), {}) for ring in rings]
    elif isinstance(shape, Keypoints):
        joints = outlines.joints_of(shape)
        values = [
            ("keypointlabels", _point(x * across, y * down), {**joint}) for x, y, joint in joints
        ]
    else:
        more = {ORIENTED: True} if isinstance(shape, OrientedBox) else {}
        values = [(*_value(shape, across, down), more)]
    return [
        _result(kind, one, value, attributes | more, (width, height))
        for kind, value, more in values
    ]


def _result(
    kind: str,
    one: ObjectRecord,
    value: dict[str, Any],
    attributes: dict[str, Any],
    size: tuple[int, int],
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": "",
        "type": kind,
        "from_name": kind,
        "to_name": IMAGE,
        "original_width": size[0],
        "original_height": size[1],
        "image_rotation": 0,
        "value": value | {kind: [one.label]},
    }
    if attributes:
        found["meta"] = {META: attributes}
    if one.score is not None:
        found["score"] = one.score
    return found


def _value(shape: Shape, across: float, down: float) -> tuple[str, dict[str, Any]]:
    """Return kind and value of a shape that is a single result."""
    if isinstance(shape, Box):
        sides = ((shape.x2 - shape.x1) * across, (shape.y2 - shape.y1) * down)
        return _rectangle(shape.x1 * across, shape.y1 * down, *sides, 0)
    if isinstance(shape, OrientedBox):
        (x, y), *_ = shape.corners()
        sides = (shape.width * across, shape.height * down)
        return _rectangle(x * across, y * down, *sides, shape.angle % 360)
    if isinstance(shape, Point):
        return "keypointlabels", _point(shape.x * across, shape.y * down)
    if not isinstance(shape, Mask):
        raise TypeError(f"Label Studio has no {type(shape).__name__}")
    return "brushlabels", {"format": "rle", "rle": brush_of(shape)}


def _rectangle(
    x: float, y: float, width: float, height: float, degrees: float
) -> tuple[str, dict[str, Any]]:
    value = {"x": x, "y": y, "width": width, "height": height, "rotation": degrees}
    return "rectanglelabels", value


def _point(x: float, y: float) -> dict[str, Any]:
    return {"x": x, "y": y, "width": POINT_PERCENT}


def _ring(ring: Sequence[float], across: float, down: float) -> dict[str, Any]:
    points = [[x * across, y * down] for x, y in zip(ring[::2], ring[1::2], strict=True)]
    return {"points": points, "closed": True}


def _config(classes: Sequence[ClassInfo], labels: Iterable[str], tags: Iterable[str]) -> str:
    """Return the configuration of an editor that shows all this."""
    lines = ["<View>", f'  <Image name="{IMAGE}" value="${IMAGE}"/>']
    for kind in _KINDS:
        lines.append(f'  <{_TAGS[kind]} name="{kind}" toName="{IMAGE}">')
        for place, one in enumerate(classes):
            colour = one.colour or _COLOURS[place % len(_COLOURS)]
            lines.append(f"    <Label value={quoteattr(one.name)} background={quoteattr(colour)}/>")
        lines.append(f"  </{_TAGS[kind]}>")
    for name, choice, found in (("class", "single", labels), (TAGS, "multiple", tags)):
        choices = [f"    <Choice value={quoteattr(one)}/>" for one in found]
        if choices:
            lines.append(f'  <Choices name="{name}" toName="{IMAGE}" choice="{choice}">')
            lines += [*choices, "  </Choices>"]
    return "\n".join([*lines, "</View>", ""])
