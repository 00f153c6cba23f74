"""Groups of points on a map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.heads.threads import one_thread

if TYPE_CHECKING:
    from sightline.core.arrays import F32, I32, I64

OUTLIER: Final = -1
DENSITY_ROWS: Final = 8_000
"""HDBSCAN's time grows with the square of its points; the others follow the nearest of these."""
SMALLEST_SHARE: Final = 80
"""A cluster holds at least 1/80 of the points."""
SMALLEST: Final = 5
KMEANS_ROWS: Final = 10_000
KMEANS_MOST: Final = 12
KMEANS_ROUNDS: Final = 30
CHUNK: Final = 16_384


def by_density(xy: F32, *, seed: int = 0) -> I32:
    """Return the cluster of each point (M,), -1 for outliers; 0 is the largest.

    HDBSCAN (Campello, Moulavi & Sander, Density-based clustering based on hierarchical density
    estimates, 2013). Above DENSITY_ROWS it sees a sample, and each other point takes the cluster
    of the nearest one that was seen.

    Args:
        xy: (M, 2)
        seed: Of the sample.
    """
    from scipy.spatial import cKDTree
    from sklearn.cluster import HDBSCAN

    m = len(xy)
    if m < 2 * SMALLEST:
        return np.zeros(m, np.int32)
    seen = np.arange(m)
    if m > DENSITY_ROWS:
        seen = np.sort(np.random.default_rng(seed).choice(m, DENSITY_ROWS, replace=False))
    smallest = max(SMALLEST, len(seen) // SMALLEST_SHARE)
    model = HDBSCAN(
        min_cluster_size=smallest, min_samples=min(10, smallest), algorithm="kd_tree", copy=True
    )
    with one_thread():
        found = model.fit_predict(xy[seen].astype(np.float64)).astype(np.int32)
    if m > len(seen):
        _, nearest = cKDTree(xy[seen]).query(xy)
        found = found[nearest]
    return _by_size(found)


def by_means(rows: F32, *, seed: int = 0) -> I32:
    """Return the cluster of each row (M,); 0 is the largest.

    k-means (Lloyd, Least squares quantization in PCM, 1982) from k-means++ seeds (Arthur &
    Vassilvitskii 2007) on a sample; k grows with the rows up to 12.

    Args:
        rows: (M, C) principal components.
        seed: Of the sample and the first centres.
    """
    m = len(rows)
    k = max(1, min(KMEANS_MOST, m // 10))
    rng = np.random.default_rng(seed)
    taken = rows
    if m > KMEANS_ROWS:
        taken = rows[np.sort(rng.choice(m, KMEANS_ROWS, replace=False))]
    with one_thread():
        centres = _first_centres(taken, k, rng)
        for _ in range(KMEANS_ROUNDS):
            moved = _means(taken, _nearest(taken, centres), centres)
            if np.allclose(moved, centres, rtol=1e-4, atol=1e-6):
                break
            centres = moved
        return _by_size(_nearest(rows, centres))


def _first_centres(rows: F32, k: int, rng: np.random.Generator) -> F32:
    chosen = [rows[int(rng.integers(len(rows)))]]
    gap = np.square(rows - chosen[0]).sum(axis=1, dtype=np.float64)
    while len(chosen) < k and gap.sum() > 0:
        place = int(np.searchsorted(np.cumsum(gap), rng.random() * gap.sum()))
        chosen.append(rows[min(place, len(rows) - 1)])
        gap = np.minimum(gap, np.square(rows - chosen[-1]).sum(axis=1, dtype=np.float64))
    return np.stack(chosen)


def _nearest(rows: F32, centres: F32) -> I64:
    half = np.square(centres).sum(axis=1) / 2
    parts = [
        (half - rows[at : at + CHUNK] @ centres.T).argmin(axis=1)
        for at in range(0, len(rows), CHUNK)
    ]
    return np.concatenate(parts)


def _means(rows: F32, nearest: I64, centres: F32) -> F32:
    order = np.argsort(nearest, kind="stable")
    groups = np.split(rows[order], np.searchsorted(nearest[order], np.arange(1, len(centres))))
    moved = centres.copy()
    for at, group in enumerate(groups):
        if len(group):
            moved[at] = group.mean(axis=0)
    return moved


def _by_size(found: I32 | I64) -> I32:
    """Return clusters numbered from the largest; outliers stay -1."""
    ids, count = np.unique(found[found >= 0], return_counts=True)
    order = np.lexsort((ids, -count))
    number = np.full(int(found.max(initial=OUTLIER)) + 2, OUTLIER, np.int32)
    number[ids[order]] = np.arange(len(ids))
    return number[found]
