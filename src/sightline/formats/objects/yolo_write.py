"""Write YOLO's text files, as Ultralytics reads them: `images/`, `labels/`, `data.yaml`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sightline.core.geometry.shapes import Box, Keypoints, OrientedBox, Polygon
from sightline.core.labels import SPLITS
from sightline.formats.objects.bridges import joined_rings
from sightline.formats.objects.source import stem_of
from sightline.formats.objects.writing import Output

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from sightline.core.geometry.shapes import Bounds
    from sightline.formats.objects.records import ClassInfo, ObjectRecord, PictureRecord
    from sightline.formats.sinks import Sink


def write(
    sink: Sink,
    pictures: Iterable[PictureRecord],
    classes: tuple[ClassInfo, ...],
    scratch: Path,
    *,
    images: str = "none",
    task: str = "detect",
    **_: Any,
) -> dict[str, int]:
    """Write pictures in pixels as lines in fractions, to twelve digits.

    Returns:
        Counts: pictures, objects, files, missing, bytes.
    """
    del scratch
    out = Output(sink, images)
    numbers = {one.name: place for place, one in enumerate(classes)}
    points = most_points(classes) if task == "pose" else 0
    for one in pictures:
        name = f"{one.split or 'train'}/{out.claim(one)}"
        out.place(one, f"images/{name}")
        lines = [
            line_of(thing, numbers[thing.label], one.width, one.height, points)
            for thing in one.objects
        ]
        out.text(f"labels/{stem_of(name)}.txt", "".join(lines))
    out.text("data.yaml", data_yaml(classes, task, points))
    return out.counts


def line_of(one: ObjectRecord, code: int, width: int, height: int, points: int = 0) -> str:
    """Return an object's line, with its end.

    Args:
        one: In pixels; a box, an oriented box, a polygon, or keypoints.
        code: Place of its class.
        width: Of the picture.
        height: Of the picture.
        points: Keypoints of each line; 0: it is no pose.
    """
    shape = one.shape
    if isinstance(shape, OrientedBox):
        flat = [value for corner in shape.corners() for value in corner]
        return _line(code, _fractions(flat, width, height))
    if isinstance(shape, Polygon):
        return _line(code, _fractions(joined_rings(shape), width, height))
    values = _centre(_with_area(one.box or shape.bounds()), width, height)
    if points:
        given = shape.points[:points] if isinstance(shape, Keypoints) else ()
        for x, y, seen in given:
            values += [x / width, y / height, seen]
        values += [0] * (3 * (points - len(given)))
    elif isinstance(shape, Box) and one.score is not None:
        values.append(one.score)
    return _line(code, values)


def most_points(classes: Iterable[ClassInfo]) -> int:
    """Return how many keypoints an object has at most."""
    return max((len((one.skeleton or {}).get("names", ())) for one in classes), default=0)


def _line(code: int, values: Sequence[float]) -> str:
    return f"{code} {' '.join([f'{one:.12g}' for one in values])}\n"


def _with_area(box: Bounds) -> Bounds:
    """Return a box; that of keypoints on one line or place is a pixel wide."""
    x1, y1, x2, y2 = box
    more_x, more_y = (0.5 if x2 <= x1 else 0.0), (0.5 if y2 <= y1 else 0.0)
    return x1 - more_x, y1 - more_y, x2 + more_x, y2 + more_y


def _centre(box: Bounds, width: int, height: int) -> list[float]:
    x1, y1, x2, y2 = box
    return [
        (x1 + x2) / 2 / width,
        (y1 + y2) / 2 / height,
        (x2 - x1) / width,
        (y2 - y1) / height,
    ]


def _fractions(flat: Sequence[float], width: int, height: int) -> list[float]:
    return [value / (height if place % 2 else width) for place, value in enumerate(flat)]


def data_yaml(
    classes: Sequence[ClassInfo], task: str, points: int = 0, *, place: str = "images/{}"
) -> str:
    """Return data.yaml; JSON strings are YAML strings.

    `place`: where the pictures of a split lie.
    """
    lines = ["path: .", *(f"{one}: {place.format(one)}" for one in SPLITS), f"task: {task}"]
    if points:
        skeleton: dict[str, Any] = next((one.skeleton for one in classes if one.skeleton), {})
        lines.append(f"kpt_shape: [{points}, 3]")
        lines.append(f"skeleton: {json.dumps(skeleton.get('edges', []))}")
        lines.append(f"kpt_names: {{0: {json.dumps(skeleton.get('names', []))}}}")
    lines += [f"nc: {len(classes)}", "names:"]
    lines += [f"  {n}: {json.dumps(one.name)}" for n, one in enumerate(classes)]
    return "\n".join(lines) + "\n"
