"""The likeliest class of every image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sightline.curate.pool import Tops

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightline.core.arrays import F32
    from sightline.curate.pool import Table


def tops_of(table: Table, n: int) -> Tops:
    """Return probability and column of the likeliest class of the ordinals 0 .. n - 1.

    Half precision is compared as whole numbers: for what is not negative that is the same order,
    and several times quicker.
    """
    p, place = np.full(n, np.nan, np.float32), np.zeros(n, np.int32)
    for start, rows, valid in table.iter_chunks(n):
        if not rows.shape[1]:
            continue
        best = (rows.view(np.uint16) if rows.dtype == np.float16 else rows).argmax(axis=1)
        top = rows[np.arange(len(rows)), best].astype(np.float32)
        here = slice(start, start + len(rows))
        p[here] = np.where(valid, top, np.float32(np.nan))
        place[here] = best
    return Tops(p, place)


def column_of(table: Table, n: int, column: int) -> F32:
    """Return one class's probability of the ordinals 0 .. n - 1, NaN where there is none."""
    p = np.full(n, np.nan, np.float32)
    for start, rows, valid in table.iter_chunks(n):
        values: NDArray[Any] = rows[:, column].astype(np.float32)
        p[start : start + len(rows)] = np.where(valid, values, np.float32(np.nan))
    return p
