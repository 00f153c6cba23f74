"""Shapes from one frame into another: fractions into pixels, one size into another."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from sightline.core.geometry.shapes import (
    Box,
    Keypoints,
    Mask,
    OrientedBox,
    Point,
    Polygon,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.geometry.shapes import Shape
    from sightline.formats.objects.records import ObjectRecord, PictureRecord

SLACK_PX: Final = 1.0
"""How far a corner may lie from the rectangle about it: label files round to whole pixels."""
SLACK_SHARE: Final = 0.02
"""The same, as a part of the longer side."""


def in_pixels(picture: PictureRecord, width: int, height: int) -> PictureRecord:
    """Return a picture with its objects in a frame of `width` x `height` pixels.

    A picture that does not tell its frame is taken to be in this one.

    Raises:
        ValueError: It has a mask, and that is of another size.
    """
    fx = width / picture.width if picture.width else 1.0
    fy = height / picture.height if picture.height else 1.0
    if fx == fy == 1 and not any(one.oriented for one in picture.objects):
        return replace(picture, width=width, height=height)
    objects = tuple(_object(one, fx, fy) for one in picture.objects)
    return replace(picture, width=width, height=height, objects=objects)


def scaled(shape: Shape, fx: float, fy: float) -> Shape:
    """Return a shape in a frame whose sides are `fx` and `fy` times as long.

    An oriented box becomes the polygon of its corners where they would be no rectangle.

    Raises:
        ValueError: It is a mask, and the size changes.
    """
    if isinstance(shape, Box):
        return Box(shape.x1 * fx, shape.y1 * fy, shape.x2 * fx, shape.y2 * fy)
    if isinstance(shape, Polygon):
        return Polygon(tuple(tuple(_ring(ring, fx, fy) for ring in part) for part in shape.parts))
    if isinstance(shape, Keypoints):
        return Keypoints(tuple((x * fx, y * fy, seen) for x, y, seen in shape.points))
    if isinstance(shape, Point):
        return Point(shape.x * fx, shape.y * fy)
    if isinstance(shape, Mask):
        if fx == fy == 1:
            return shape
        raise ValueError(f"a mask of {shape.width} x {shape.height} pixels, as the file says")
    return _turned(shape, fx, fy)


def rectangle(corners: Sequence[tuple[float, float]]) -> OrientedBox | None:
    """Return the oriented box with four corners in their order; None: they are no rectangle.

    The first side is its width. Corners may lie off by what rounding to pixels makes.
    """
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = corners
    ux, uy = (x1 - x0 + x2 - x3) / 2, (y1 - y0 + y2 - y3) / 2
    vx, vy = (x3 - x0 + x2 - x1) / 2, (y3 - y0 + y2 - y1) / 2
    width, height = math.hypot(ux, uy), math.hypot(vx, vy)
    if not (width > 0 and height > 0):
        return None
    if ux * vy - uy * vx < 0:  # counter-clockwise: the same rectangle the other way about
        return rectangle([corners[one] for one in (1, 0, 3, 2)])
    angle = math.degrees(math.atan2(uy, ux))
    cx, cy = (x0 + x1 + x2 + x3) / 4, (y0 + y1 + y2 + y3) / 4
    found = OrientedBox(cx, cy, width, height, (angle + 180) % 360 - 180)
    slack = max(SLACK_PX, SLACK_SHARE * max(width, height))
    off = max(math.dist(a, b) for a, b in zip(found.corners(), corners, strict=True))
    return found if off <= min(slack, min(width, height) / 2) else None


def _object(one: ObjectRecord, fx: float, fy: float) -> ObjectRecord:
    shape = scaled(one.shape, fx, fy)
    box = None
    if one.box is not None:
        x1, y1, x2, y2 = one.box
        box = (x1 * fx, y1 * fy, x2 * fx, y2 * fy)
    if one.oriented and isinstance(shape, Polygon):
        ring = shape.parts[0][0]
        shape = rectangle(list(zip(ring[::2], ring[1::2], strict=True))) or shape
    return replace(one, shape=shape, box=box, oriented=False)


def _turned(shape: OrientedBox, fx: float, fy: float) -> Shape:
    if fx == fy:
        return OrientedBox(
            shape.cx * fx, shape.cy * fx, shape.width * fx, shape.height * fx, shape.angle
        )
    corners = [(x * fx, y * fy) for x, y in shape.corners()]
    ring = tuple(value for corner in corners for value in corner)
    return rectangle(corners) or Polygon(((ring,),))


def _ring(ring: Sequence[float], fx: float, fy: float) -> tuple[float, ...]:
    out = [0.0] * len(ring)
    out[::2] = [x * fx for x in ring[::2]]
    out[1::2] = [y * fy for y in ring[1::2]]
    return tuple(out)
