"""Shapes of a picture as its file holds it, in the picture as EXIF turns it upright."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from sightline.core.geometry import masks
from sightline.core.geometry.shapes import (
    Box,
    Keypoints,
    Mask,
    OrientedBox,
    Point,
    Polygon,
    box_of,
)
from sightline.formats.objects.frames import rectangle

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.core.geometry.shapes import Shape
    from sightline.formats.objects.records import ObjectRecord

SIDEWAYS: Final = 5
"""Orientations from which on x and y change places, before anything is mirrored."""
_FLIPS: Final[dict[int, tuple[bool, bool]]] = {
    1: (False, False),
    2: (True, False),
    3: (True, True),
    4: (False, True),
    5: (False, False),
    6: (True, False),
    7: (True, True),
    8: (False, True),
}
"""Whether x and y are mirrored, for each EXIF orientation."""


def turned(one: ObjectRecord, orientation: int, width: int, height: int) -> ObjectRecord:
    """Return an object in the upright picture.

    Args:
        one: In pixels of the raw picture.
        orientation: EXIF's, 1 to 8.
        width: Of the raw picture.
        height: Of the raw picture.
    """
    flip_x, flip_y = _FLIPS[orientation]
    sideways = orientation >= SIDEWAYS
    across, down = (height, width) if sideways else (width, height)

    def move(x: float, y: float) -> tuple[float, float]:
        if sideways:
            x, y = y, x
        return across - x if flip_x else x, down - y if flip_y else y

    shape = one.shape
    moved = _mask(shape, orientation) if isinstance(shape, Mask) else _moved(shape, move)
    box = None if one.box is None else _box(Box(*one.box), move).bounds()
    return replace(one, shape=moved, box=box)


def _moved(shape: Shape, move: Callable[[float, float], tuple[float, float]]) -> Shape:
    if isinstance(shape, Box):
        return _box(shape, move)
    if isinstance(shape, OrientedBox):
        corners = [move(x, y) for x, y in shape.corners()]
        return rectangle(corners) or shape
    if isinstance(shape, Polygon):
        return Polygon(tuple(tuple(_ring(ring, move) for ring in part) for part in shape.parts))
    if isinstance(shape, Keypoints):
        return Keypoints(
            tuple((*move(x, y), seen) if seen else (0.0, 0.0, 0) for x, y, seen in shape.points)
        )
    return Point(*move(shape.x, shape.y)) if isinstance(shape, Point) else shape


def _box(shape: Box, move: Callable[[float, float], tuple[float, float]]) -> Box:
    return box_of(*move(shape.x1, shape.y1), *move(shape.x2, shape.y2))


def _ring(
    ring: tuple[float, ...], move: Callable[[float, float], tuple[float, float]]
) -> tuple[float, ...]:
    pairs = zip(ring[::2], ring[1::2], strict=True)
    return tuple(value for x, y in pairs for value in move(x, y))


def _mask(shape: Mask, orientation: int) -> Mask:
    pixels = masks.decode(shape)
    if orientation >= SIDEWAYS:
        pixels = pixels.T
    flip_x, flip_y = _FLIPS[orientation]
    return masks.encode(pixels[:: -1 if flip_y else 1, :: -1 if flip_x else 1])
