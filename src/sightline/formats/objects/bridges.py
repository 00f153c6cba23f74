"""Several rings as one: what formats with a single ring for each object can hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.arrays import F64
    from sightline.core.geometry.shapes import Polygon


def one_ring(polygon: Polygon) -> Sequence[float]:
    """Return one ring x0, y0, x1, y1, ... with the area of all.

    Rings are joined by lines that go there and back between their nearest corners, so that the area
    stays as it is; holes run the other way about.
    """
    rings = [(ring, place > 0) for part in polygon.parts for place, ring in enumerate(part)]
    if len(rings) == 1:
        return rings[0][0]
    whole = _turned(rings[0][0], is_hole=False)
    for ring, is_hole in rings[1:]:
        whole = _joined(whole, _turned(ring, is_hole=is_hole))
    return [float(value) for value in whole.ravel()]


def _turned(ring: Sequence[float], *, is_hole: bool) -> F64:
    """Return (N, 2) corners, clockwise as seen, those of a hole the other way."""
    points = np.asarray(ring, np.float64).reshape(-1, 2)
    after = np.roll(points, -1, axis=0)
    area = float((points[:, 0] * after[:, 1] - after[:, 0] * points[:, 1]).sum())
    return points[::-1] if (area < 0) != is_hole else points


def _joined(whole: F64, ring: F64) -> F64:
    """Return (N + M + 2, 2): along `whole` to the corner nearest to `ring`, around it, and on."""
    best, at, start = np.inf, 0, 0
    for place, corner in enumerate(whole):
        off = ((ring - corner) ** 2).sum(axis=1)
        nearest = int(off.argmin())
        if off[nearest] < best:
            best, at, start = float(off[nearest]), place, nearest
    round_trip = np.concatenate([ring[start:], ring[:start], ring[start : start + 1]])
    return np.concatenate([whole[: at + 1], round_trip, whole[at:]])
