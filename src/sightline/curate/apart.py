"""Keeps pictures that are nearly the same out of one batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.curate.coverage import bandwidth, likeness
from sightline.curate.pool import WHYS, unit_rows
from sightline.heads.threads import one_thread

if TYPE_CHECKING:
    from sightline.core.arrays import F32, I64
    from sightline.curate.pool import Rows

BATCH: Final = 50
"""So many pictures a person labels before looking up."""
NEAR: Final = 0.95
"""Likeness from which two pictures are nearly the same: their squared distance is a sixtieth of the
median one."""


def apart(rows: Rows, front: I64, *, limit: int | None = None) -> I64:
    """Return the order with near copies of what is in a batch of 50 moved to a later batch.

    Only the first 200 places are looked after; nothing is lost and nothing added.

    Args:
        rows: Embeddings by ordinal.
        front: (M,) an order.
        limit: Of how many places the caller will see the front.
    """
    near = front[: 2 * min(WHYS, len(front) if limit is None else max(limit, BATCH))]
    if len(near) < 2:  # noqa: PLR2004
        return front
    with one_thread():
        values, there = unit_rows(rows, near)
        kernel = likeness(values, values, bandwidth(values[there])) if there.any() else None
    if kernel is None:
        return front
    kernel[~there], kernel[:, ~there] = 0.0, 0.0
    return np.concatenate([near[_batches(kernel)], front[len(near) :]])


def _batches(kernel: F32) -> I64:
    """Return places (M,): batch by batch the first that are unlike those before them in it."""
    left = list(range(len(kernel)))
    order: list[int] = []
    while left:
        batch: list[int] = []
        later: list[int] = []
        for at, place in enumerate(left):
            if len(batch) == BATCH:
                later += left[at:]
                break
            alike = bool(batch) and float(kernel[place, batch].max()) > NEAR
            (later if alike else batch).append(place)
        order += batch
        if len(batch) < BATCH or len(order) >= WHYS:
            return np.asarray(order + later, dtype=np.int64)
        left = later
    return np.asarray(order, dtype=np.int64)
