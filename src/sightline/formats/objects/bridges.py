"""Several areas as one ring, for formats that know neither parts nor groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sightline.formats.objects.outlines import one_ring

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.arrays import F64
    from sightline.core.geometry.shapes import Polygon


def joined_rings(polygon: Polygon) -> Sequence[float]:
    """Return one ring x0, y0, x1, y1, ... with the area of all parts, holes left out.

    Parts are joined by lines that go there and back between their nearest corners.
    """
    first, *others = (one_ring(part) for part in polygon.parts)
    if not others:
        return first
    whole = _clockwise(first)
    for ring in others:
        whole = _joined(whole, _clockwise(ring))
    return [float(value) for value in whole.ravel()]


def _clockwise(ring: Sequence[float]) -> F64:
    """Return (N, 2) corners, clockwise as seen."""
    points = np.asarray(ring, np.float64).reshape(-1, 2)
    after = np.roll(points, -1, axis=0)
    area = float((points[:, 0] * after[:, 1] - after[:, 0] * points[:, 1]).sum())
    return points if area >= 0 else points[::-1]


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
