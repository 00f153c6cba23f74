"""Where faces are: by a small cascade that is always there, by YuNet, by where people stand."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sightline.core.arrays import U8
    from sightline.core.geometry.shapes import Bounds
    from sightline.core.ports import Detector
    from sightline.imaging.blur import FindFaces

LONG_PX: Final = 480
"""Pictures are shrunk to this long side before the cascade looks: it costs by the pixel."""
_WINDOW: Final = 24
"""Pixels of the cascade's window."""
_LEAST: Final = 0.04
"""Smallest face, as a share of the long side."""
_LARGEST: Final = 0.9
_SCALE: Final = 1.2
_NEIGHBOURS: Final = 3
_YUNET_SCORE: Final = 0.5
PERSON: Final = frozenset({"person", "people", "man", "woman", "child"})
_PERSON_SCORE: Final = 0.2
"""Low on purpose: one who is blurred for nothing harms less than one who is not."""
_HEAD_OF_HEIGHT: Final = 0.25
_HEAD_OF_WIDTH: Final = 0.6
_HEAD_MOST: Final = 0.6
"""Shares of somebody's box: whoever is cut off by the frame is mostly head."""
_GROWN: Final = 0.25
_HEAD_GROWN: Final = 0.05
"""Shares by which a box is widened to each side: hair and chin belong to a face."""


class Cascade:
    """The frontal faces that local binary patterns find (Liao et al. 2007; scikit-image's file).

    It sees upright, frontal faces. Profiles, turned and covered ones it misses.
    """

    def __call__(self, image: U8) -> list[Bounds]:
        """Return boxes, xyxy in pixels, of (H, W, 3) RGB."""
        import cv2

        height, width = image.shape[:2]
        scale = min(1.0, LONG_PX / max(height, width))
        size = max(1, round(width * scale)), max(1, round(height * scale))
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        grey = cv2.equalizeHist(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY))
        side = max(size)
        least = max(_WINDOW, round(side * _LEAST))
        most = min(*size, round(side * _LARGEST))
        if most < least:
            return []
        found = _cascade().detect_multi_scale(
            img=grey,
            scale_factor=_SCALE,
            step_ratio=1,
            min_size=(least, least),
            max_size=(most, most),
            min_neighbor_number=_NEIGHBOURS,
        )
        boxes = ((one["c"], one["r"], one["width"], one["height"]) for one in found)
        return [_face(box, scale) for box in boxes]


@lru_cache(maxsize=1)
def _cascade() -> Any:
    from skimage import data
    from skimage.feature import Cascade as Machine

    file: Any = data.lbp_frontal_face_cascade_filename
    return Machine(file())


class YuNet:
    """A small network for faces (Wu, Peng & Yu 2023), from a file: OpenCV's zoo has it.

    Raises:
        InvalidInputError: The file is not that network.
    """

    def __init__(self, path: Path) -> None:
        import cv2

        self._size = (0, 0)
        try:
            self._net = cv2.FaceDetectorYN.create(
                str(path), "", (320, 320), score_threshold=_YUNET_SCORE
            )
        except cv2.error as error:
            raise InvalidInputError(
                f"{path} does not find faces", hint="face_model takes a YuNet file in ONNX"
            ) from error

    def __call__(self, image: U8) -> list[Bounds]:
        """Return boxes, xyxy in pixels, of (H, W, 3) RGB."""
        size = image.shape[1], image.shape[0]
        if size != self._size:
            self._net.setInputSize(size)
            self._size = size
        _, found = self._net.detect(np.ascontiguousarray(image[..., ::-1]))
        rows = [] if found is None else found[:, :4].tolist()
        return [_face(tuple(box), 1.0) for box in rows]


class Heads:
    """The upper part of everybody whom a detector sees: catches profiles and backs of heads."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self._people = {
            index for index, name in enumerate(detector.classes) if name.lower() in PERSON
        }

    def __call__(self, image: U8) -> list[Bounds]:
        """Return boxes, xyxy in pixels, of (H, W, 3) RGB."""
        found = self._detector.detect(image, min_score=_PERSON_SCORE)
        rows = zip(found.boxes.tolist(), found.class_index.tolist(), strict=True)
        return [head_of(tuple(box)) for box, index in rows if index in self._people]


def _face(xywh: tuple[float, ...], scale: float) -> Bounds:
    x, y, width, height = (one / scale for one in xywh)
    return _grown((x, y, x + width, y + height), _GROWN)


def head_of(person: Bounds) -> Bounds:
    """Return the part of somebody's box, xyxy, in which the head is."""
    x1, y1, x2, y2 = person
    width, height = x2 - x1, y2 - y1
    tall = max(_HEAD_OF_HEIGHT * height, _HEAD_OF_WIDTH * width)
    return _grown((x1, y1, x2, y1 + min(_HEAD_MOST * height, tall)), _HEAD_GROWN)


def _grown(box: Bounds, share: float) -> Bounds:
    """Return a box that is larger by a share of its sides to each side."""
    x1, y1, x2, y2 = box
    dx, dy = (x2 - x1) * share, (y2 - y1) * share
    return x1 - dx, y1 - dy, x2 + dx, y2 + dy


def all_of(finders: Sequence[FindFaces]) -> FindFaces:
    """Return what finds all that any of these finds."""

    def find(image: U8) -> list[Bounds]:
        return [box for one in finders for box in one(image)]

    return find
