"""Which rows a head learns from, and which measure it: whole pictures on either side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sightline.core.splits import place_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightline.core.arrays import F64, I64, Bool


def held_out(groups: NDArray[Any], y: I64, *, share: float, seed: int) -> Bool:
    """Return which rows (N,) are held out.

    Pictures are ordered by a hash, and the first of them are held out, one of two at least; a class
    that would have no row left to learn from gets its last picture back.

    Args:
        groups: (N,) what stays together.
        y: (N,) class indices.
        share: Of the groups, 0..1.
        seed: Another one holds out others.
    """
    names, group = np.unique(groups, return_inverse=True)
    rank = _ranks(places(names, seed))
    count = max(round(share * len(names)), 1) if share > 0 and len(names) > 1 else 0
    out = rank < count
    for one in np.unique(y):
        own = np.unique(group[y == one])
        if out[own].all():
            out[own[np.argmax(rank[own])]] = False
    return np.asarray(out[group], np.bool_)


def folds(groups: NDArray[Any], *, count: int, seed: int) -> I64:
    """Return the fold (N,), 0..count-1, of each row; groups are dealt evenly."""
    names, group = np.unique(groups, return_inverse=True)
    return np.asarray((_ranks(places(names, seed + 1)) % count)[group], np.int64)


def _ranks(values: F64) -> I64:
    return np.argsort(np.argsort(values, kind="stable"), kind="stable").astype(np.int64)


def places(names: NDArray[Any], seed: int) -> F64:
    """Return where the hash of each name lies, (N,) 0..1."""
    return np.fromiter((place_of(str(one), seed=seed) for one in names), np.float64, len(names))
