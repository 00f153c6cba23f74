"""Objects as the arrays that metrics are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sightline.core.errors import InvalidInputError
from sightline.core.geometry import boxes, masks
from sightline.core.geometry.convert import area_of, to_box
from sightline.imaging.rasters import mask_of_shape
from sightline.metrics.detection import Side

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sightline.core.geometry.shapes import Mask, Shape
    from sightline.metrics.detection import By

OUTLINES = frozenset({"polygon", "mask"})
"""Kinds of shapes whose pixels say more than their bounds."""


class Item(NamedTuple):
    """One object."""

    class_index: int
    shape: Shape
    score: float = 1.0
    crowd: bool = False


@dataclass(slots=True)
class Sides:
    """Makes sides, and counts what cannot be compared."""

    by: By
    no_area: int = 0
    """Points, and what lies outside of its picture."""

    def side(self, items: Iterable[Item], size_wh: tuple[int, int]) -> Side:
        """Return objects of a picture as arrays; with their masks where pixels count."""
        rows: list[tuple[Item, Mask | None]] = []
        for item in items:
            try:
                rows.append((item, self._mask(item.shape, size_wh)))
            except InvalidInputError:
                self.no_area += 1
        kept = [item for item, _ in rows]
        drawn = tuple(mask for _, mask in rows if mask is not None)
        return Side(
            np.array([item.class_index for item in kept], np.int64),
            boxes.bounds_of([item.shape for item in kept]),
            np.array([_area(item.shape, mask) for item, mask in rows], np.float64),
            np.array([item.score for item in kept], np.float64),
            np.array([item.crowd for item in kept], np.bool_),
            drawn,
        )

    def _mask(self, shape: Shape, size_wh: tuple[int, int]) -> Mask | None:
        """Return the mask where pixels count.

        Raises:
            InvalidInputError: It has no area.
        """
        box = to_box(shape)
        if box is None:
            raise InvalidInputError("it has no area", hint="draw a box, polygon or mask")
        if self.by == "box":
            return None
        return mask_of_shape(box if shape.kind == "keypoints" else shape, *size_wh)


def _area(shape: Shape, mask: Mask | None) -> float:
    return area_of(shape) if mask is None else float(masks.area(mask))
