"""One shape as another: what is nearest to it, and whether that loses anything.

A mask becomes a polygon in `imaging.contours`, a shape becomes a mask in `imaging.rasters`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sightline.core.geometry import masks, polygons
from sightline.core.geometry.oriented import smallest_about
from sightline.core.geometry.shapes import Box, Keypoints, Mask, OrientedBox, Point, Polygon

if TYPE_CHECKING:
    from sightline.core.arrays import F64
    from sightline.core.geometry.shapes import Shape


def to_box(shape: Shape) -> Box | None:
    """Return the smallest upright box about a shape; None: it has no extent."""
    x1, y1, x2, y2 = shape.bounds()
    return Box(x1, y1, x2, y2) if x2 > x1 and y2 > y1 else None


def to_oriented(shape: Shape) -> OrientedBox | None:
    """Return the smallest rectangle, turned as it needs to be; None: the shape has no extent."""
    if isinstance(shape, OrientedBox):
        return shape
    if isinstance(shape, Box):
        x1, y1, x2, y2 = shape.bounds()
        return OrientedBox((x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1, 0.0)
    try:
        return smallest_about(_outermost(shape))
    except ValueError:
        return None


def to_polygon(shape: Shape) -> Polygon | None:
    """Return a box or an oriented box as its corners, a polygon as it is; None: of others."""
    if isinstance(shape, Polygon):
        return shape
    if isinstance(shape, OrientedBox):
        return Polygon(((polygons.ring_of(shape.corners()),),))
    if isinstance(shape, Box):
        x1, y1, x2, y2 = shape.bounds()
        return Polygon((((x1, y1, x2, y1, x2, y2, x1, y2),),))
    return None


def to_point(shape: Shape) -> Point:
    """Return the centre of gravity of an area, else the middle of the bounds."""
    if isinstance(shape, Polygon):
        return Point(*polygons.centroid(shape))
    if isinstance(shape, Mask):
        return Point(*masks.centroid(shape))
    x1, y1, x2, y2 = shape.bounds()
    return Point((x1 + x2) / 2, (y1 + y2) / 2)


def area_of(shape: Shape) -> float:
    """Return the area in square pixels; that of keypoints is their bounds', as in COCO."""
    if isinstance(shape, Polygon):
        return polygons.area(shape)
    if isinstance(shape, Mask):
        return float(masks.area(shape))
    if isinstance(shape, OrientedBox):
        return shape.width * shape.height
    x1, y1, x2, y2 = shape.bounds()
    return (x2 - x1) * (y2 - y1)


def _outermost(shape: Shape) -> F64:
    if isinstance(shape, Polygon):
        return np.concatenate([polygons.points_of(part[0]) for part in shape.parts])
    if isinstance(shape, Mask):
        return _mask_corners(shape)
    if isinstance(shape, Keypoints):
        return np.array([(x, y) for x, y, seen in shape.points if seen], np.float64)
    return np.array([shape.bounds()[:2]], np.float64)


def _mask_corners(mask: Mask) -> F64:
    """Return the corners of the first and the last pixel of each column."""
    pixels = masks.decode(mask)
    columns = np.flatnonzero(pixels.any(axis=0))
    top = pixels[:, columns].argmax(axis=0)
    bottom = mask.height - pixels[::-1, columns].argmax(axis=0)
    x, y = np.concatenate([columns, columns]), np.concatenate([top, bottom])
    return np.concatenate([np.stack([x, y], axis=1), np.stack([x + 1, y], axis=1)]).astype(float)
