"""A box drawn by hand, made tight."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sightline.engines.classical.evidence import FIRST, PLACES, curves
from sightline.engines.classical.learned import convolved, weights
from sightline.engines.classical.patch import SPAN

if TYPE_CHECKING:
    from sightline.core.arrays import F32
    from sightline.core.geometry.shapes import Bounds
    from sightline.engines.classical.evidence import Evidence


def refine(seen: Evidence, box: Bounds) -> tuple[Bounds, float]:
    """Return the tight box within a loose one, and the IoU that is to be expected of it, 0..1.

    A small convolutional network reads, for each side, 12 curves of evidence over 24 places, and
    what the four sides say together (all of them tight, or all of them loose). It gives a
    distribution over the places, whose mean is taken: it was fitted so that this has a high IoU.
    """
    sides = distributions(curves(seen))
    places = np.arange(PLACES, dtype=np.float32) + FIRST
    inwards = sides @ places
    doubt = np.abs(places - inwards[:, None])
    spread = (sides * doubt).sum(axis=1)
    x1, y1, x2, y2 = box
    dx, dy = (x2 - x1) / SPAN, (y2 - y1) / SPAN
    left, top, right, bottom = (float(one) for one in inwards)
    width, height = SPAN - left - right, SPAN - top - bottom
    across = max(0.0, 1 - float(spread[0] + spread[2]) / width)
    down = max(0.0, 1 - float(spread[1] + spread[3]) / height)
    tight = (x1 + left * dx, y1 + top * dy, x2 - right * dx, y2 - bottom * dy)
    return tight, across * down


def distributions(found: F32) -> F32:
    """Return (4, PLACES), rows of sum 1: how probable it is that a side is at each place.

    `found` is (4, CURVES, PLACES).
    """
    learned = weights()
    scaled = (found - learned["sides.mean"][:, None]) / learned["sides.scale"][:, None]
    along = np.linspace(-1, 1, PLACES, dtype=np.float32)
    where = np.broadcast_to(np.stack([along, along**2]), (len(found), 2, PLACES))
    first, second, last = learned.layers("sides")
    own = np.maximum(convolved(np.concatenate([scaled, where], axis=1), *first), 0)
    all_four = np.broadcast_to(own.mean(axis=0), own.shape)
    joined = np.maximum(convolved(np.concatenate([own, all_four], axis=1), *second), 0)
    logits = convolved(joined, *last)[:, 0] + learned["sides.prior"]
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True), dtype=np.float32)
