"""The built-in segmenter: boxes made tight, outlines from boxes and clicks, without a download."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.core.errors import InvalidInputError
from sightline.engines.classical.boxes import from_box

if TYPE_CHECKING:
    from sightline.core.arrays import U8
    from sightline.core.assist import Candidate, Encoding, Prompt
    from sightline.core.geometry.shapes import Bounds

KEY: Final = "classical-2048-v1"
SIDE_PX: Final = 2048
"""Longer side of the picture that is kept; a larger one is averaged down."""


class ClassicalSegmenter:
    """Watersheds, GrabCut and a tree of regions, and what a few thousand numbers make of them."""

    key: Final = KEY

    def __init__(self) -> None:
        import cv2

        # Patches are of 96 x 96: OpenCV's threads would only double the processor time.
        cv2.setNumThreads(1)

    def encode(self, image: U8) -> Encoding:
        """Return the picture, at most 2048 px long, for an upright RGB picture (H, W, 3).

        Raises:
            InvalidInputError: It has no pixels or is not RGB of 8 bits.
        """
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or not image.size:  # noqa: PLR2004
            raise InvalidInputError(
                f"cannot encode a picture of {image.dtype} {image.shape}",
                hint="give (H, W, 3) uint8",
            )
        height, width = image.shape[:2]
        return {"size": np.array([width, height]), "picture": fitted(image, SIDE_PX)}

    def predict(self, encoding: Encoding, prompt: Prompt) -> list[Candidate]:
        """Return candidates, the best first.

        A box without points gives one: its tight box and, if asked for, the outline within.

        Raises:
            InvalidInputError: A number is no number, or the box or a point lies outside.
        """
        if prompt.box is None:
            return []
        width, height = (int(one) for one in encoding["size"])
        box = checked_box(prompt.box, (width, height))
        return [from_box(encoding, box, prompt.want)]


def fitted(image: U8, side: int) -> U8:
    """Return a picture averaged down to at most `side` pixels along its longer side."""
    import cv2

    height, width = image.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return np.ascontiguousarray(image)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def checked_box(box: Bounds, size: tuple[int, int]) -> Bounds:
    """Return the part of a box that lies in a picture of (width, height), corners in order.

    Raises:
        InvalidInputError: A number is no number, or no part of it does.
    """
    if not all(math.isfinite(one) for one in box):
        raise InvalidInputError("a box is of four numbers", hint="give x1, y1, x2, y2 in pixels")
    (left, right), (top, bottom) = sorted((box[0], box[2])), sorted((box[1], box[3]))
    kept = max(left, 0.0), max(top, 0.0), min(right, float(size[0])), min(bottom, float(size[1]))
    if kept[2] <= kept[0] or kept[3] <= kept[1]:
        raise InvalidInputError(
            f"the box {box} has no area in the picture",
            hint=f"the picture is {size[0]} x {size[1]} pixels",
        )
    return kept
