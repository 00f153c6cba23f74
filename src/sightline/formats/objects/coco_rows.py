"""COCO's annotations in the order of their images: most are boxes, which are made in bulk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sightline.core.geometry.shapes import Box
from sightline.formats.objects.records import ObjectRecord

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterable

    from sightline.core.arrays import I64


class Rows:
    """All annotations in the order of their images, and which are boxes that stand.

    Args:
        order: (N,) annotations in that order.
        boxes: 4 N numbers: x, y, width, height of each.
        rest: Where more is said of each; -1: there is no more than a box.
        classes: Place of each one's class.
        labels: Names of the classes; None: it has none.
    """

    def __init__(
        self,
        order: I64,
        boxes: array[float],
        rest: array[int],
        classes: array[int],
        labels: list[str | None],
    ) -> None:
        self._order = order
        self._boxes = np.asarray(boxes, np.float64).reshape(-1, 4)[order]
        self._classes = np.asarray(classes, np.int64)[order]
        sides = self._boxes[:, 2:]
        named = np.array([one is not None for one in labels], np.bool_)
        self._stands = (np.asarray(rest, np.int64)[order] < 0) & np.isfinite(self._boxes).all(1)
        self._stands &= (sides > 0).all(1) & named[self._classes]
        self._labels = labels

    def plain(self, rows: slice) -> tuple[ObjectRecord, ...] | None:
        """Return the objects of an image if all are boxes that stand."""
        if not self._stands[rows].all():
            return None
        boxes, classes = self._boxes[rows].tolist(), self._classes[rows].tolist()
        labels = self._labels
        return tuple(
            [
                ObjectRecord(labels[code] or "", Box(x, y, x + width, y + height))
                for code, (x, y, width, height) in zip(classes, boxes, strict=True)
            ]
        )

    def all(self, rows: slice) -> Iterable[tuple[int, list[float]]]:
        """Return the places of an image's annotations, and their boxes."""
        return zip(self._order[rows].tolist(), self._boxes[rows].tolist(), strict=True)
