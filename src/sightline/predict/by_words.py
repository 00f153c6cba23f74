"""What words name in a picture, at full size and, for what is small, tile by tile.

Akyon et al. 2022, "Slicing Aided Hyper Inference and Fine-tuning for Small Object Detection".
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.core.assist import Detections
from sightline.core.geometry.boxes import strongest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sightline.core.arrays import U8, Bool
    from sightline.core.ports import TextDetector

OVERLAP: Final = 0.2
"""Share of a tile that its neighbour sees too."""
DOUBLES: Final = 0.5
"""Boxes of one text that overlap more are the same object, seen in two tiles."""
EDGE_PX: Final = 1.0
"""A box so near to the border of a tile is cut there."""


def detect_by_words(
    detector: TextDetector,
    picture: U8,
    texts: Sequence[str],
    *,
    min_score: float,
    limit: int = 300,
    tile_px: int = 0,
) -> Detections:
    """Return what the texts name in an upright RGB picture (H, W, 3), by descending score.

    Args:
        detector: Asked once for the picture, and once for each tile.
        picture: (H, W, 3)
        texts: What is to be found.
        min_score: Below it nothing is.
        limit: So many at most.
        tile_px: Side of tiles; 0: none. A picture that is not larger is not cut.
    """
    whole = detector.detect_text(picture, texts, min_score=min_score, limit=limit)
    height, width = picture.shape[:2]
    if tile_px <= 0 or max(height, width) <= tile_px:
        return whole
    found = [whole]
    for x, y, wide, high in tiles(width, height, tile_px):
        part = picture[y : y + high, x : x + wide]
        said = detector.detect_text(part, texts, min_score=min_score, limit=limit)
        found.append(_moved(said, (x, y, wide, high), (width, height)))
    return _merged(found, min_score=min_score, limit=limit)


def tiles(width: int, height: int, side: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield x, y, width and height of tiles that overlap and cover a picture evenly."""
    for y in _starts(height, side):
        for x in _starts(width, side):
            yield x, y, min(side, width), min(side, height)


def _starts(length: int, side: int) -> list[int]:
    if length <= side:
        return [0]
    count = math.ceil((length - side) / (side * (1 - OVERLAP))) + 1
    return [round(at) for at in np.linspace(0, length - side, count)]


def _moved(found: Detections, tile: tuple[int, int, int, int], size: tuple[int, int]) -> Detections:
    """Return what a tile shows in the picture's pixels, less what its inner borders cut."""
    x, y, *_ = tile
    kept = np.flatnonzero(~_cut(found, tile, size))
    shift = np.array([x, y, x, y], np.float32)
    masks = tuple(found.masks[at] for at in kept) if found.masks else ()
    return Detections(
        found.boxes[kept] + shift,
        found.scores[kept],
        found.class_index[kept],
        tuple((mask, (left + x, top + y)) for mask, (left, top) in masks),
    )


def _cut(found: Detections, tile: tuple[int, int, int, int], size: tuple[int, int]) -> Bool:
    x, y, wide, high = tile
    boxes = found.boxes
    sides = (
        (boxes[:, 0] < EDGE_PX) & (x > 0),
        (boxes[:, 1] < EDGE_PX) & (y > 0),
        (boxes[:, 2] > wide - EDGE_PX) & (x + wide < size[0]),
        (boxes[:, 3] > high - EDGE_PX) & (y + high < size[1]),
    )
    return np.asarray(np.logical_or.reduce(sides), np.bool_)


def _merged(found: Sequence[Detections], *, min_score: float, limit: int) -> Detections:
    boxes = np.concatenate([one.boxes for one in found])
    scores = np.concatenate([one.scores for one in found])
    index = np.concatenate([one.class_index for one in found])
    masks = [mask for one in found for mask in one.masks]
    kept = strongest(boxes, scores, index, min_score=min_score, iou=DOUBLES, limit=limit)
    drawn = tuple(masks[at] for at in kept) if masks else ()
    return Detections(boxes[kept], scores[kept], index[kept], drawn)
