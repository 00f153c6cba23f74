"""One line of a YOLO label file: a box, an oriented box, a polygon or a pose, in fractions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from sightline.core.geometry.shapes import Box, Keypoints, Polygon
from sightline.formats.objects.outlines import part_of
from sightline.formats.objects.reading import number
from sightline.formats.objects.records import ObjectRecord

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.formats.objects.yolo_classes import Card

BOX: Final = 5
"""Tokens of a box: class, centre, size."""
QUAD: Final = 9
LEAST_RING: Final = 7
JOINED: Final = 16
"""Numbers of a ring with a hole joined to it: three corners, three, and the bridge's two."""
SEEN: Final = 2


class Lines:
    """Reads lines of one data set.

    Args:
        card: What the data set says of itself.
        task: detect, segment, obb or pose.
    """

    def __init__(self, card: Card, task: str) -> None:
        self._names = card.names
        self._card = card
        self._task = task
        self._labels: dict[str, str] = {}

    def read(self, line: str) -> ObjectRecord | None:
        """Return the object of a line, None for an empty one.

        Raises:
            ValueError: It is none; the message says why.
        """
        tokens = line.split()
        if not tokens:
            return None
        label = self._labels.get(tokens[0])
        if label is None:
            label = self._labels[tokens[0]] = self._label(tokens[0])
        try:
            values = [float(one) for one in tokens[1:]]
        except ValueError:
            values = [_value(one) for one in tokens[1:]]
        if not math.isfinite(sum(values)) and not all(map(math.isfinite, values)):
            raise ValueError("a number is infinite or none")
        if len(tokens) == BOX:
            return ObjectRecord(label, _box(values))
        return self._more(label, values)

    def _more(self, label: str, values: list[float]) -> ObjectRecord:
        count = len(values) + 1
        if self._task == "pose":
            return self._pose(label, values)
        if count == BOX + 1:
            return ObjectRecord(label, _box(values), score=_score(values[-1]))
        if count < LEAST_RING:
            raise ValueError(f"{count} numbers: a box takes 5, a polygon 7 or more")
        score = None
        if count % 2 == 0:
            score = _score(values.pop())
        ring = tuple(values)
        _check_area(ring[::2], ring[1::2])
        oriented = self._task == "obb" and len(ring) == QUAD - 1
        part = (ring,) if len(ring) < JOINED else part_of(ring)
        return ObjectRecord(label, Polygon((part,)), score=score, oriented=oriented)

    def _pose(self, label: str, values: list[float]) -> ObjectRecord:
        box, rest = _box(values), values[4:]
        dims = self._card.dims if self._card.points else (2 if len(rest) % 3 else 3)
        points = self._card.points or len(rest) // dims
        score = _score(rest[-1]) if len(rest) == points * dims + 1 else None
        if len(rest) - (score is not None) != points * dims or not points:
            raise ValueError(f"{len(rest)} numbers after the box are not {points} x {dims}")
        shape = _points(rest[: points * dims], dims)
        if shape is None:
            return ObjectRecord(label, box, score=score)
        return ObjectRecord(label, shape, score=score, box=box.bounds())

    def _label(self, token: str) -> str:
        code = number(token)
        if code != int(code) or code < 0:
            raise ValueError(f"{token[:40]!r} is no class: 0, 1, 2, ... are")
        if not self._names:
            return str(int(code))
        name = self._names.get(int(code))
        if name is None:
            raise ValueError(f"class {int(code)} is beyond the {len(self._names):,} names")
        return name


def task_of(samples: Sequence[str], card: Card) -> str:
    """Return the task that lines look like; the data set's own word comes first."""
    if card.task:
        return card.task
    if card.points:
        return "pose"
    counts = {len(line.split()) for line in samples} - {0, BOX, BOX + 1}
    if counts and counts <= {QUAD, QUAD + 1}:
        return "obb"
    return "segment" if counts else "detect"


def looks_like_labels(text: str) -> bool:
    """Say whether the first lines of a text are labels; an empty one may be."""
    lines = [one.split() for one in text.splitlines()[:3] if one.strip()]
    try:
        return all(len(one) >= BOX and int(number(one[0])) >= 0 and _all(one[1:]) for one in lines)
    except (ValueError, OverflowError):
        return False


def _all(tokens: Sequence[str]) -> bool:
    return all(math.isfinite(number(one)) or True for one in tokens)


def _value(token: str) -> float:
    try:
        return number(token)
    except ValueError:
        raise ValueError(f"{token[:40]!r} is no number") from None


def _box(values: Sequence[float]) -> Box:
    cx, cy, width, height = values[:4]
    if not (width > 0 and height > 0):
        raise ValueError("the box has no area")
    return Box(cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2)


def _points(values: Sequence[float], dims: int) -> Keypoints | None:
    """Return keypoints; without visibility, what lies at (0, 0) is not given. None: none is."""
    points: list[tuple[float, float, int]] = []
    for at in range(0, len(values), dims):
        x, y = values[at], values[at + 1]
        seen = int(values[at + 2]) if dims > SEEN else (SEEN if x or y else 0)
        if seen not in {0, 1, 2}:
            raise ValueError("visibility is 0, 1 or 2")
        points.append((x, y, seen) if seen else (0.0, 0.0, 0))
    return Keypoints(tuple(points)) if any(seen for _, _, seen in points) else None


def _check_area(xs: Sequence[float], ys: Sequence[float]) -> None:
    if not (max(xs) > min(xs) and max(ys) > min(ys)):
        raise ValueError("the polygon has no area")


def _score(value: float) -> float:
    if not 0 <= value <= 1:
        raise ValueError(f"{value:g} is no score: 0 to 1")
    return value
