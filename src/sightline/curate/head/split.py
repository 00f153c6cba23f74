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

    A picture's side follows from its hash, so that more pictures move none; but a class that would
    have no row left to learn from gets its first picture back.

    Args:
        groups: (N,) what stays together.
        y: (N,) class indices.
        share: Of the groups, 0..1.
        seed: Another one holds out others.
    """
    names, group = np.unique(groups, return_inverse=True)
    place = places(names, seed)
    out = place < share
    for one in np.unique(y):
        own = np.unique(group[y == one])
        if out[own].all():
            out[own[np.argmax(place[own])]] = False
    return np.asarray(out[group], np.bool_)


def folds(groups: NDArray[Any], *, count: int, seed: int) -> I64:
    """Return the fold (N,), 0..count-1, of each row; groups are dealt evenly."""
    names, group = np.unique(groups, return_inverse=True)
    rank = np.argsort(np.argsort(places(names, seed + 1), kind="stable"), kind="stable")
    return np.asarray((rank % count)[group], np.int64)


def places(names: NDArray[Any], seed: int) -> F64:
    """Return where the hash of each name lies, (N,) 0..1."""
    return np.fromiter((place_of(str(one), seed=seed) for one in names), np.float64, len(names))
