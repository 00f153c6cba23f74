"""Shapes as a format can hold them: the nearest that it has, or nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from sightline.core.geometry.shapes import Box, Mask, OrientedBox, Polygon

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from sightline.core.arrays import F64
    from sightline.core.geometry.shapes import Kind, Shape
    from sightline.formats.objects.records import ObjectRecord, PictureRecord

NEAREST: Final[dict[str, tuple[Kind, ...]]] = {
    "box": ("box", "polygon", "obb", "mask"),
    "obb": ("obb", "polygon", "box", "mask"),
    "polygon": ("polygon", "mask", "obb", "box"),
    "mask": ("mask", "polygon", "obb", "box"),
    "keypoints": ("keypoints", "box"),
    "point": ("point",),
}
"""What a shape becomes, the first that the format holds."""


class Tools(Protocol):
    """What needs pixels."""

    def fill(self, shape: Shape, width: int, height: int) -> Mask | None:
        """Return the pixels of a shape, None if it covers none."""
        ...

    def outline(self, mask: Mask) -> Polygon:
        """Return the outline of a mask."""
        ...


class Fitting:
    """Makes objects fit a format and counts what that did."""

    def __init__(self, holds: Collection[Kind], tools: Tools) -> None:
        self.changed: Counter[str] = Counter()
        """Objects by what became of them, as in "polygon as box"."""
        self.left_out: Counter[str] = Counter()
        """Objects that have no place, by kind."""
        self._holds = frozenset(holds)
        self._tools = tools

    def pictures(self, pictures: Iterable[PictureRecord]) -> Iterator[PictureRecord]:
        """Yield each picture with what fits."""
        for one in pictures:
            if all(thing.shape.kind in self._holds for thing in one.objects):
                yield one
            else:
                found = [self._object(thing, one.width, one.height) for thing in one.objects]
                yield replace(one, objects=tuple(thing for thing in found if thing is not None))

    def _object(self, one: ObjectRecord, width: int, height: int) -> ObjectRecord | None:
        kind = one.shape.kind
        if kind in self._holds:
            return one
        wanted = next((near for near in NEAREST[kind] if near in self._holds), None)
        shape = None if wanted is None else self._as(wanted, one, width, height)
        if shape is None:
            self.left_out[kind] += 1
            return None
        self.changed[f"{kind} as {wanted}"] += 1
        return replace(one, shape=shape, box=None)

    def _as(self, wanted: Kind, one: ObjectRecord, width: int, height: int) -> Shape | None:
        shape = one.shape
        if wanted == "mask":
            return self._tools.fill(shape, width, height)
        if wanted == "box":
            return _box(one)
        outline = self._tools.outline(shape) if isinstance(shape, Mask) else _polygon(shape)
        if wanted == "polygon":
            return outline
        return _hugging(shape, outline)


def _box(one: ObjectRecord) -> Box | None:
    x1, y1, x2, y2 = one.box or one.shape.bounds()
    return Box(x1, y1, x2, y2) if x2 > x1 and y2 > y1 else None


def _polygon(shape: Shape) -> Polygon:
    if isinstance(shape, Polygon):
        return shape
    if isinstance(shape, OrientedBox):
        return Polygon(((tuple(v for corner in shape.corners() for v in corner),),))
    x1, y1, x2, y2 = shape.bounds()
    return Polygon((((x1, y1, x2, y1, x2, y2, x1, y2),),))


def _hugging(shape: Shape, outline: Polygon) -> OrientedBox | None:
    """Return the smallest oriented box about a shape; of a box it is the box, not turned."""
    if isinstance(shape, Box):
        x1, y1, x2, y2 = shape.bounds()
        return OrientedBox((x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1, 0.0)
    return smallest_about(np.array([v for part in outline.parts for v in part[0]]).reshape(-1, 2))


def smallest_about(points: F64) -> OrientedBox | None:
    """Return the smallest oriented box about (N, 2) points; None: they lie on one line.

    One of its sides lies along a side of the convex hull (Freeman and Shapira, 1975).
    """
    from scipy.spatial import ConvexHull, QhullError

    try:
        hull = points[ConvexHull(points).vertices]
    except (QhullError, ValueError):
        return None
    sides = np.roll(hull, -1, axis=0) - hull
    angles = np.arctan2(sides[:, 1], sides[:, 0])
    along = np.stack([np.cos(angles), np.sin(angles)])  # (2, M)
    across = np.stack([-along[1], along[0]])
    u, v = hull @ along, hull @ across  # (N, M)
    widths, heights = np.ptp(u, axis=0), np.ptp(v, axis=0)
    best = int(np.argmin(widths * heights))
    if not (widths[best] > 0 and heights[best] > 0):
        return None
    middle_u = (u[:, best].max() + u[:, best].min()) / 2
    middle_v = (v[:, best].max() + v[:, best].min()) / 2
    cx, cy = middle_u * along[:, best] + middle_v * across[:, best]
    angle = (float(np.degrees(angles[best])) + 180) % 360 - 180
    return OrientedBox(float(cx), float(cy), float(widths[best]), float(heights[best]), angle)
