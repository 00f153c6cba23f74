"""The shapes that an object in a picture can have, and how they look as JSON.

Coordinates are floats in pixels of the upright picture: (0, 0) is the corner of the top left pixel,
(1, 1) the opposite corner of the same pixel. Nothing is rounded.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, TypeAlias, get_args

import numpy as np

from sightline.core.errors import InvalidInputError, did_you_mean
from sightline.core.geometry import rle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Kind = Literal["box", "obb", "polygon", "mask", "keypoints", "point"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
Bounds: TypeAlias = tuple[float, float, float, float]
"""x1, y1, x2, y2 with x1 <= x2 and y1 <= y2."""
Ring: TypeAlias = tuple[float, ...]
"""x0, y0, x1, y1, ...: three points or more, the first not repeated at the end."""
Part: TypeAlias = tuple[Ring, ...]
"""An outer ring, then its holes."""
MIN_POINTS: Final = 3
MAX_PIXELS: Final = 1 << 32
"""Of one mask."""
MAX_NUMBERS: Final = 2_000_000
"""Numbers of one shape: more is a mistake or an attack."""


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle."""

    x1: float
    y1: float
    x2: float
    y2: float
    kind: ClassVar[Kind] = "box"

    def bounds(self) -> Bounds:
        """Return the box itself."""
        return self.x1, self.y1, self.x2, self.y2

    def to_json(self) -> list[float]:
        """Return x1, y1, x2, y2."""
        return [self.x1, self.y1, self.x2, self.y2]


@dataclass(frozen=True, slots=True)
class OrientedBox:
    """A rectangle that is turned about its centre."""

    cx: float
    cy: float
    width: float
    height: float
    angle: float
    """Degrees clockwise as seen, from the x axis to the side `width`; -180 <= angle < 180."""
    kind: ClassVar[Kind] = "obb"

    def corners(self) -> list[tuple[float, float]]:
        """Return the four corners, clockwise as seen, from the one that was top left unturned."""
        cos, sin = math.cos(math.radians(self.angle)), math.sin(math.radians(self.angle))
        half = ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5))
        sides = [(x * self.width, y * self.height) for x, y in half]
        return [(self.cx + x * cos - y * sin, self.cy + x * sin + y * cos) for x, y in sides]

    def bounds(self) -> Bounds:
        """Return the smallest upright rectangle about it."""
        return _bounds(self.corners())

    def to_json(self) -> list[float]:
        """Return cx, cy, width, height, angle."""
        return [self.cx, self.cy, self.width, self.height, self.angle]


@dataclass(frozen=True, slots=True)
class Polygon:
    """One area or several, each with any number of holes."""

    parts: tuple[Part, ...]
    kind: ClassVar[Kind] = "polygon"

    def bounds(self) -> Bounds:
        """Return the smallest upright rectangle about the outer rings."""
        xs = [x for part in self.parts for x in part[0][::2]]
        ys = [y for part in self.parts for y in part[0][1::2]]
        return min(xs), min(ys), max(xs), max(ys)

    def to_json(self) -> list[list[list[float]]]:
        """Return a list of parts, each a list of rings, each x0, y0, x1, y1, ..."""
        return [[list(ring) for ring in part] for part in self.parts]


@dataclass(frozen=True, slots=True)
class Mask:
    """Pixels, run-length encoded as COCO does: column by column, compressed to text."""

    height: int
    width: int
    counts: str
    extent: Bounds
    """The smallest upright rectangle about the pixels; derived from `counts`."""
    kind: ClassVar[Kind] = "mask"

    def bounds(self) -> Bounds:
        """Return the smallest upright rectangle about the pixels."""
        return self.extent

    def to_json(self) -> dict[str, Any]:
        """Return {"size": [height, width], "counts": text}."""
        return {"size": [self.height, self.width], "counts": self.counts}


@dataclass(frozen=True, slots=True)
class Keypoints:
    """Named places of one object, in the order of its class's skeleton."""

    points: tuple[tuple[float, float, int], ...]
    """x, y, and 0 for not given, 1 for hidden, 2 for seen; x = y = 0 where it is 0."""
    kind: ClassVar[Kind] = "keypoints"

    def bounds(self) -> Bounds:
        """Return the smallest upright rectangle about the points that are given."""
        return _bounds([(x, y) for x, y, seen in self.points if seen])

    def to_json(self) -> list[list[float]]:
        """Return a list of x, y, visibility."""
        return [[x, y, seen] for x, y, seen in self.points]


@dataclass(frozen=True, slots=True)
class Point:
    """One place."""

    x: float
    y: float
    kind: ClassVar[Kind] = "point"

    def bounds(self) -> Bounds:
        """Return a rectangle without area."""
        return self.x, self.y, self.x, self.y

    def to_json(self) -> list[float]:
        """Return x, y."""
        return [self.x, self.y]


Shape: TypeAlias = Box | OrientedBox | Polygon | Mask | Keypoints | Point


def shape_from_json(kind: str, data: Any) -> Shape:
    """Read what `to_json` wrote; what can be put in order (swapped corners, a whole turn) is.

    Raises:
        InvalidInputError: The kind is unknown, a number is none, or there is no area.
    """
    read = _READERS.get(kind)
    if read is None:
        raise InvalidInputError(f"no shape {kind!r}", hint=did_you_mean(kind, KINDS))
    try:
        return read(data)
    except (TypeError, ValueError, KeyError, IndexError, OverflowError) as error:
        raise InvalidInputError(
            f"this is no {kind}: {error or type(error).__name__}", hint=_FORMS[kind]
        ) from error


def box_of(x1: float, y1: float, x2: float, y2: float) -> Box:
    """Return the box between two opposite corners.

    Raises:
        ValueError: It has no area.
    """
    left, right = (x1, x2) if x1 <= x2 else (x2, x1)
    top, bottom = (y1, y2) if y1 <= y2 else (y2, y1)
    if not (right > left and bottom > top):
        raise ValueError("it has no area")
    return Box(left, top, right, bottom)


def mask_of(height: int, width: int, counts: Any) -> Mask:
    """Return the mask of a COCO RLE; `counts` is its text, or a list of run lengths.

    Raises:
        ValueError: The runs do not fill the picture, or none of them is set.
    """
    if not (height > 0 and width > 0 and height * width < MAX_PIXELS):
        raise ValueError(f"{width} x {height} is no size")
    runs = rle.counts_from_text(counts) if isinstance(counts, str) else np.asarray(counts, np.int64)
    if runs.ndim != 1 or (runs < 0).any() or runs.sum() != height * width:
        raise ValueError("the runs do not fill the picture")
    return Mask(height, width, rle.counts_to_text(runs), rle.extent(runs, height))


def _box(data: Any) -> Box:
    return box_of(*_numbers(data, 4))


def _obb(data: Any) -> OrientedBox:
    cx, cy, width, height, angle = _numbers(data, 5)
    if not (width > 0 and height > 0):
        raise ValueError("it has no area")
    return OrientedBox(cx, cy, width, height, (angle + 180) % 360 - 180)


def _polygon(data: Any) -> Polygon:
    parts = tuple(tuple(_ring(ring) for ring in part) for part in data)
    if not parts or not all(parts):
        raise ValueError("it has no ring")
    return Polygon(parts)


def _ring(data: Any) -> Ring:
    ring = tuple(_numbers(data, None))
    if len(ring) > 2 * MIN_POINTS and ring[:2] == ring[-2:]:
        ring = ring[:-2]
    if len(ring) % 2 or len(ring) < 2 * MIN_POINTS:
        raise ValueError("a ring has three points or more, as x, y, x, y, ...")
    return ring


def _mask(data: Any) -> Mask:
    height, width = data["size"]
    return mask_of(int(height), int(width), data["counts"])


def _keypoints(data: Any) -> Keypoints:
    points = []
    for x, y, seen in (_numbers(one, 3) for one in data):
        if seen not in (0, 1, 2):
            raise ValueError("visibility is 0, 1 or 2")
        points.append((x, y, int(seen)) if seen else (0.0, 0.0, 0))
    if not any(seen for _, _, seen in points):
        raise ValueError("no point is given")
    return Keypoints(tuple(points))


def _point(data: Any) -> Point:
    return Point(*_numbers(data, 2))


def _numbers(data: Any, count: int | None) -> list[float]:
    if isinstance(data, str) or (count is not None and len(data) != count):
        raise ValueError(f"it takes {count} numbers")
    if len(data) > MAX_NUMBERS:
        raise ValueError(f"more than {MAX_NUMBERS:,} numbers")
    numbers = [float(one) for one in data]
    if not all(map(math.isfinite, numbers)):
        raise ValueError("a number is infinite or none")
    return numbers


def _bounds(points: Iterable[tuple[float, float]]) -> Bounds:
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


_READERS: Final[dict[str, Callable[[Any], Shape]]] = {
    "box": _box,
    "obb": _obb,
    "polygon": _polygon,
    "mask": _mask,
    "keypoints": _keypoints,
    "point": _point,
}
_FORMS: Final = {
    "box": "a box is [x1, y1, x2, y2] in pixels",
    "obb": "an oriented box is [cx, cy, width, height, degrees]",
    "polygon": "a polygon is [[[x, y, x, y, ...], hole, ...], ...]",
    "mask": 'a mask is {"size": [height, width], "counts": "..."} as in COCO',
    "keypoints": "keypoints are [[x, y, 0 | 1 | 2], ...]",
    "point": "a point is [x, y]",
}
