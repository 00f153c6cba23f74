"""Outlines put in order: crumbs away, holes filled, no more pixels than are set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.arrays import F32, Bool
    from sightline.core.geometry.shapes import Bounds

KEEP: Final = 0.15
"""Share of the largest piece from which another is kept."""


def tidy(soft: F32, held: Sequence[tuple[int, int]] = ()) -> F32:
    """Return a soft mask (h, w), 0..1, without crumbs and holes.

    Kept are the pieces that hold one of the cells `held` (column, row); without any, the largest
    and those near it in size.
    """
    import cv2

    count, labels, facts, _ = cv2.connectedComponentsWithStats(
        (soft > 0.5).astype(np.uint8),  # noqa: PLR2004
        connectivity=8,
    )
    if count == 1:
        return soft
    areas = facts[:, cv2.CC_STAT_AREA].astype(np.float64)
    areas[0] = 0
    kept = {int(labels[y, x]) for x, y in held} - {0}
    kept = kept or {int(one) for one in np.flatnonzero(areas >= KEEP * areas.max())} - {0}
    pieces = np.isin(labels, list(kept))
    found = np.where(pieces | (labels == 0), soft, 0).astype(np.float32)
    outer, _ = cv2.findContours(pieces.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = np.zeros(soft.shape, np.uint8)
    cv2.drawContours(filled, outer, -1, 1, -1)
    found[(filled > 0) & ~pieces] = 1
    return found


def trimmed(mask: Bool, window: tuple[int, int]) -> tuple[Bool, tuple[int, int], Bounds] | None:
    """Return a mask (h, w) without empty rows and columns, its window and bounds; None if empty.

    `window` is the x and y of the mask's first pixel in the picture; bounds are in its pixels.
    """
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    left, right = int(columns[0]), int(columns[-1]) + 1
    x, y = window[0] + left, window[1] + top
    bounds = (float(x), float(y), float(x + right - left), float(y + bottom - top))
    return mask[top:bottom, left:right], (x, y), bounds
