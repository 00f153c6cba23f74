"""The built-in segmenter: boxes made tight, outlines from boxes and clicks, without a download."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.core.errors import InvalidInputError
from sightline.engines.classical.boxes import from_box
from sightline.engines.classical.clicks import CANDIDATES, from_points, refined
from sightline.engines.classical.tree import Trees, grow

if TYPE_CHECKING:
    from sightline.core.arrays import U8
    from sightline.core.assist import Candidate, Encoding, Prompt
    from sightline.core.geometry.shapes import Bounds
    from sightline.engines.classical.clicks import Points

KEY: Final = "classical-2048-v2"
CLICKED: Final = 0.5
"""Score of an outline that clicks have corrected: what the person makes of it says more."""
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
        """Return an upright RGB picture (H, W, 3), at most 2048 px long, and its regions.

        Raises:
            InvalidInputError: It has no pixels or is not RGB of 8 bits.
        """
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or not image.size:  # noqa: PLR2004
            raise InvalidInputError(
                f"cannot encode a picture of {image.dtype} {image.shape}",
                hint="give (H, W, 3) uint8",
            )
        height, width = image.shape[:2]
        picture = fitted(image, SIDE_PX)
        trees = grow(picture)
        return {
            "size": np.array([width, height]),
            "picture": picture,
            "labels": trees.labels.astype(np.int16),
            "parent": trees.parent.astype(np.int16),
            "cost": trees.cost,
            "lab": trees.lab,
            "edge": trees.edge.astype(np.float16),
        }

    def predict(self, encoding: Encoding, prompt: Prompt) -> list[Candidate]:
        """Return candidates, the best first.

        A box gives one: its tight box and, if asked for, the outline within, which agrees with
        the points that go with it. One point gives up to three outlines; several points, or a
        point and what was answered before, give one.

        Raises:
            InvalidInputError: A number is no number, the box or a point lies outside, or no
                point is on the object.
        """
        width, height = size = int(encoding["size"][0]), int(encoding["size"][1])
        picture: U8 = encoding["picture"]
        fx, fy = picture.shape[1] / width, picture.shape[0] / height
        points = tuple((x * fx, y * fy, on) for x, y, on in checked_points(prompt.points, size))
        if points and prompt.previous is not None:
            soft = 1 / (1 + np.exp(-prompt.previous.astype(np.float32).clip(-30, 30)))
            return [refined(picture, soft, points, CLICKED, size=size)]
        if prompt.box is not None:
            box = checked_box(prompt.box, size)
            return [from_box(encoding, box, prompt.want, points, above=prompt.threshold)]
        if not points:
            return []
        most = CANDIDATES if prompt.multimask else 1
        return from_points(picture, trees_of(encoding), points, size=size, most=most)


def trees_of(encoding: Encoding) -> Trees:
    """Return the regions that an encoding holds."""
    return Trees(
        encoding["labels"].astype(np.int32),
        encoding["parent"].astype(np.int32),
        encoding["cost"],
        encoding["lab"],
        encoding["edge"].astype(np.float32),
    )


def checked_points(points: Points, size: tuple[int, int]) -> Points:
    """Return points that lie in a picture of (width, height); its border counts.

    Raises:
        InvalidInputError: One does not.
    """
    for x, y, _ in points:
        if not (0 <= x <= size[0] and 0 <= y <= size[1]):
            raise InvalidInputError(
                f"the point {x}, {y} lies outside the picture",
                hint=f"the picture is {size[0]} x {size[1]} pixels",
            )
    return points


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
