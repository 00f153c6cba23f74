"""How often what lies nearest is of the same kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sightline.core.arrays import F32, I64, Bool

ROWS = 512
"""Queries compared at a time."""


def neighbours(embeddings: NDArray[np.floating], count: int) -> tuple[I64, F32]:
    """Return the nearest others of each row by cosine, best first, and their cosines.

    Args:
        embeddings: (N, D)
        count: How many; fewer where there are fewer others.

    Returns:
        (N, m) places and (N, m) cosines, m = min(count, N - 1). Of equal cosines the lower place
        comes first.
    """
    n = len(embeddings)
    m = max(0, min(count, n - 1))
    rows = np.asarray(embeddings, dtype=np.float32)
    rows = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.float32(1e-12))
    places, cosines = np.zeros((n, m), np.int64), np.zeros((n, m), np.float32)
    for at in range(0, n if m else 0, ROWS):
        near = rows[at : at + ROWS] @ rows.T
        own = np.arange(len(near))
        near[own, at + own] = -np.inf
        kept = np.argsort(-near, axis=1, kind="stable")[:, :m]
        places[at : at + ROWS] = kept
        cosines[at : at + ROWS] = np.take_along_axis(near, kept, axis=1)
    return places, cosines


def has_mate(y: I64) -> Bool:
    """Return (N,) which rows share their class with another: only those can be found."""
    _, place, counts = np.unique(y, return_inverse=True, return_counts=True)
    found: Bool = counts[place] > 1
    return found


def recall_at(nearest: I64, y: I64, ks: Sequence[int]) -> dict[int, float] | None:
    """Return, by k, the share of rows with one of their class among their k nearest (recall@k).

    Rows whose class nobody shares are left out; None when that leaves none.

    Args:
        nearest: (N, m) as `neighbours` gives them; a k beyond m counts all m.
        y: (N,) classes.
        ks: Each at least 1.
    """
    asked = has_mate(y)
    if not asked.any():
        return None
    same = y[nearest[asked]] == y[asked][:, None]
    return {k: float(same[:, :k].any(axis=1).mean()) for k in ks}
