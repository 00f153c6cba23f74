"""Where pictures that came later belong on a map that is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.core.progress import Progress, Silent
from sightline.curate.map_clusters import OUTLIER
from sightline.heads.threads import cores, one_thread

if TYPE_CHECKING:
    from sightline.core.arrays import F32, I64

NEIGHBOURS: Final = 5
QUERIES: Final = 2_048
ANCHORS: Final = 50_000
"""Without faiss newcomers are compared with so many of those that are on the map."""
LISTS_FROM: Final = 20_000
PROBES: Final = 16


def place(
    known: F32,
    on_map: F32,
    newcomers: F32,
    *,
    seed: int = 0,
    progress: Progress | None = None,
) -> F32:
    """Return where newcomers go: x, y and cluster, (Q, 3).

    Each goes to the mean place of those of its five nearest neighbours that lie in the cluster
    most of them share, weighted by nearness; so it lands inside a group and not between two.

    Args:
        known: (M, C) rows that are on the map, M from 1.
        on_map: (M, 3) their x, y and cluster.
        newcomers: (Q, C)
        seed: Of the anchors, when there are too many to compare with.
        progress: Is told of newcomers that are placed and may stop the work.
    """
    told = Silent() if progress is None else progress
    index, gap = _nearest(known, newcomers, min(NEIGHBOURS, len(known)), seed, told)
    cluster = on_map[index, 2].astype(np.int64)
    same = cluster[:, :, None] == cluster[:, None, :]
    votes = same.sum(axis=2)
    leader = cluster[np.arange(len(cluster)), votes.argmax(axis=1)]
    weight = np.where(cluster == leader[:, None], 1 / (gap + 1e-6), 0.0)
    weight /= weight.sum(axis=1, keepdims=True)
    xy = (on_map[index, :2] * weight[:, :, None]).sum(axis=1)
    return np.column_stack([xy, leader]).astype(np.float32)


def centres(on_map: F32) -> list[tuple[int, float, float, int]]:
    """Return (cluster, x, y, size) of each cluster on a map (M, 3), largest first; no outliers.

    The place is the median of the members', so that it lies among them.
    """
    cluster = on_map[:, 2].astype(np.int64)
    order = np.argsort(cluster, kind="stable")
    ids, starts, count = np.unique(cluster[order], return_index=True, return_counts=True)
    found = []
    for one, start, size in zip(ids.tolist(), starts.tolist(), count.tolist(), strict=True):
        if one != OUTLIER:
            x, y = np.median(on_map[order[start : start + size], :2], axis=0).tolist()
            found.append((one, x, y, size))
    return sorted(found, key=lambda group: (-group[3], group[0]))


def _nearest(known: F32, newcomers: F32, k: int, seed: int, told: Progress) -> tuple[I64, F32]:
    """Return the k nearest known rows and the squared distances, (Q, k) each."""
    if len(known) >= LISTS_FROM:
        found = _by_lists(known, newcomers, k, told)
        if found is not None:
            return found
    anchors = np.arange(len(known))
    if len(known) > ANCHORS:
        anchors = np.sort(np.random.default_rng(seed).choice(len(known), ANCHORS, replace=False))
    rows = known[anchors]
    half = np.square(rows).sum(axis=1) / 2
    index = np.empty((len(newcomers), k), np.int64)
    gap = np.empty((len(newcomers), k), np.float32)
    for at in range(0, len(newcomers), QUERIES):
        part = newcomers[at : at + QUERIES]
        distance = half - part @ rows.T
        best = np.argpartition(distance, k - 1, axis=1)[:, :k]
        here = slice(at, at + len(part))
        index[here] = anchors[best]
        gap[here] = np.square(rows[best] - part[:, None]).sum(axis=2)
        told.advance(at + len(part), len(newcomers), "placing")
        told.check()
    return index, gap


def _by_lists(known: F32, newcomers: F32, k: int, told: Progress) -> tuple[I64, F32] | None:
    """Return what faiss' inverted file finds in 16 of its lists; None without faiss."""
    try:
        import faiss
    except ImportError:
        return None
    faiss.omp_set_num_threads(cores())
    lists = int(2 * np.sqrt(len(known)))
    index = faiss.index_factory(known.shape[1], f"IVF{lists},Flat")
    with one_thread():
        index.train(known[:: max(1, len(known) // (40 * lists))])
        index.add(known)
    faiss.extract_index_ivf(index).nprobe = PROBES
    nearest = np.empty((len(newcomers), k), np.int64)
    gap = np.empty((len(newcomers), k), np.float32)
    for at in range(0, len(newcomers), QUERIES * 8):
        part = newcomers[at : at + QUERIES * 8]
        here = slice(at, at + len(part))
        gap[here], nearest[here] = index.search(part, k)
        told.advance(at + len(part), len(newcomers), "placing")
        told.check()
    missing = nearest < 0
    gap[missing] = np.inf
    return np.where(missing, nearest[:, :1], nearest), gap
