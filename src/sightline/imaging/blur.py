"""Blurring that cannot be undone: of regions, and of faces wherever they are found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sightline.core.arrays import U8
    from sightline.core.geometry.shapes import Bounds
    from sightline.core.media import Blur

    FindFaces = Callable[[U8], Sequence[Bounds]]
    """Boxes in pixels of a picture (H, W, 3) RGB."""

CELLS: Final = 5
"""Along the longer side of what is blurred: all that is left of it are at most 25 colours."""
_LEVELS: Final = 16
"""Steps by which those colours are rounded."""
HELD_FRAMES: Final = 12
"""A face that is found in one frame is blurred at its place in so many more."""
_MOST_HELD: Final = 200


def blurred(image: U8, boxes: Sequence[Bounds]) -> U8:
    """Return a copy of (H, W, 3) RGB in which boxes (xyxy, pixels) cannot be recognised.

    Each is reduced to a few cells, whose mean colours are rounded, then smoothed. Nothing but those
    means is left in the picture, so no filter brings the rest back.
    """
    import cv2

    out = image.copy()
    height, width = image.shape[:2]
    for box in boxes:
        x1, y1 = max(0, int(np.floor(box[0]))), max(0, int(np.floor(box[1])))
        x2, y2 = min(width, int(np.ceil(box[2]))), min(height, int(np.ceil(box[3])))
        if x2 <= x1 or y2 <= y1:
            continue
        side = max(x2 - x1, y2 - y1)
        cells = (max(1, (x2 - x1) * CELLS // side), max(1, (y2 - y1) * CELLS // side))
        few = cv2.resize(out[y1:y2, x1:x2], cells, interpolation=cv2.INTER_AREA)
        few = (few // _LEVELS * _LEVELS + _LEVELS // 2).astype(np.uint8)
        smooth = cv2.resize(few, (x2 - x1, y2 - y1), interpolation=cv2.INTER_LINEAR)
        out[y1:y2, x1:x2] = smooth
    return out


def in_pixels(regions: Sequence[Bounds], width: int, height: int) -> list[Bounds]:
    """Return regions of shares (0..1, xyxy) as boxes in pixels."""
    return [(x1 * width, y1 * height, x2 * width, y2 * height) for x1, y1, x2, y2 in regions]


class Blurrer:
    """Blurs the frames of one medium, one after the other; not thread safe.

    Args:
        blur: What is to be blurred.
        find: Finds faces; None: only regions are blurred.
        every: Faces are looked for in every so many frames; between, and for `HELD_FRAMES` after,
            they are blurred where they were.
    """

    def __init__(self, blur: Blur, find: FindFaces | None, *, every: int = 1) -> None:
        self._regions = blur.regions
        self._find = find if blur.faces else None
        self._every = every
        self._count = 0
        self._held: list[tuple[int, Bounds]] = []
        self.faces = 0
        """How many were found so far, the same one in every frame counted again."""

    def __call__(self, image: U8) -> U8:
        """Return a frame (H, W, 3) RGB in which nobody can be recognised."""
        height, width = image.shape[:2]
        boxes = in_pixels(self._regions, width, height)
        if self._find is not None:
            boxes += self._faces(image, self._find)
        self._count += 1
        return blurred(image, boxes) if boxes else image

    def _faces(self, image: U8, find: FindFaces) -> list[Bounds]:
        if self._count % self._every == 0:
            found = list(find(image))
            self.faces += len(found)
            until = self._count + max(HELD_FRAMES, self._every)
            self._held = [(last, box) for last, box in self._held if last >= self._count]
            self._held = [*((until, box) for box in found), *self._held][:_MOST_HELD]
        return [box for _, box in self._held]
