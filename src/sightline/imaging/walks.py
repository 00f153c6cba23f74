"""An outline made simpler: corners where it bends, sides as the lines that fit it best."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.core.geometry.polygons import ring_area

if TYPE_CHECKING:
    from sightline.core.arrays import F64, I64
    from sightline.imaging.outlines import Outline

GRID: Final = 16
"""Corners lie on sixteenths of a pixel: short to write, exact to shift."""
INNER: Final = 3
"""Steps from which on a side's line leaves out its ends, of which one may lie on the next side."""
STRAY_PX: Final = 1.5
"""A corner farther than this, or the tolerance, from where the outline bends is put back."""
PARALLEL: Final = 1e-6


class Walk:
    """An outline, with what every tolerance needs of it worked out once."""

    def __init__(self, outline: Outline) -> None:
        self.area = outline.area
        self._points = middles = outline.middles
        self._low = middles.min(axis=0)
        self._row = np.array([1, int(middles[:, 0].max() - self._low[0]) + 1])
        keys = (middles - self._low) @ self._row
        self._order = np.argsort(keys)
        self._keys = keys[self._order]
        self._drawn = middles.astype(np.int32)[:, None]
        x, y = np.concatenate([middles, middles]).T / 2.0
        moments = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y])
        self._total = np.concatenate([np.zeros((6, 1)), np.cumsum(moments, axis=1)], axis=1)

    def simplify(self, tolerance: float) -> F64 | None:
        """Return the ring (K, 2) that stays within about `tolerance` pixels; None: it vanishes."""
        import cv2

        kept = cv2.approxPolyDP(self._drawn, 2 * tolerance, closed=True)[:, 0]
        if len(kept) < 3:  # noqa: PLR2004 - fewer enclose nothing
            return None
        found = np.searchsorted(self._keys, (kept - self._low) @ self._row)
        places = np.sort(self._order[found])
        ring = np.round(self._meet(places, max(STRAY_PX, tolerance)) * GRID) / GRID
        return ring if ring_area(ring) * self.area > 0 else None

    def _meet(self, places: I64, most: float) -> F64:
        """Return where the least squares lines of neighbouring sides meet: (K, 2).

        Where that is more than `most` pixels from the place itself, the place stays.
        """
        old = self._points[places] / 2.0
        centre, normal = self._lines(places)
        before = np.concatenate([normal[-1:], normal[:-1]])
        offset = normal[:, 0] * centre[:, 0] + normal[:, 1] * centre[:, 1]
        past = np.concatenate([offset[-1:], offset[:-1]])
        det = before[:, 0] * normal[:, 1] - before[:, 1] * normal[:, 0]
        level = np.abs(det) < PARALLEL
        safe = np.where(level, 1.0, det)
        x = (past * normal[:, 1] - offset * before[:, 1]) / safe
        y = (offset * before[:, 0] - past * normal[:, 0]) / safe
        stray = level | (np.hypot(x - old[:, 0], y - old[:, 1]) > most)
        return np.where(stray[:, None], old, np.stack([x, y], axis=1))

    def _lines(self, places: I64) -> tuple[F64, F64]:
        """Return a point (K, 2) and a normal (K, 2) of the line through each side's points."""
        first, last = places, np.append(places[1:], places[0] + len(self._points))
        inner = last - first > INNER
        n, sx, sy, sxx, sxy, syy = self._total[:, last - inner + 1] - self._total[:, first + inner]
        x, y = sx / n, sy / n
        angle = np.arctan2(2 * (sxy / n - x * y), sxx / n - x * x - syy / n + y * y) / 2
        return np.stack([x, y], axis=1), np.stack([-np.sin(angle), np.cos(angle)], axis=1)
