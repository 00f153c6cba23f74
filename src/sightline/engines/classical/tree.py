"""A picture as trees of regions: superpixels, merged two by two until one is left.

Whatever is pointed at lies in a chain of regions, each within the next: the candidates. There are
three trees: one goes by colours, one by edges, one joins small regions first. Where one errs,
others may not.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightline.core.arrays import F32, I32, I64, U8

SIDE_PX: Final = 256
"""Longer side of the picture that is cut into superpixels."""
PIECES: Final = 600
SMALLEST: Final = 20
"""Cells of a superpixel, about, where the picture is small."""
_ROUNDS: Final = 4
_COMPACT: Final = 8.0
_COLOURS: Final = (10, 16, 16)
"""Bins of L*, a*, b*."""
WAYS: Final = ((1.4, 0.5, 0.25), (0.3, 1.1, 0.25), (1.4, 0.3, 0.5))
"""Of each tree: what histograms apart and an edge between count for, and the power of the size."""


@dataclass(frozen=True, slots=True)
class Trees:
    """N superpixels and what they merge to: 2N - 1 regions, the last of which is the picture."""

    labels: I32
    """(h, w) the superpixel of each cell."""
    parent: I32
    """(ways, 2N - 1) the region that each became part of; -1 for the last."""
    cost: F32
    """(ways, 2N - 1) how unlike the two were that merged to it; 0 for superpixels."""
    lab: U8
    """(h, w, 3) colours."""
    edge: F32
    """(h, w) change of colour; 1 is strong for this picture."""

    def chain(self, way: int, column: int, row: int) -> list[int]:
        """Return the regions that hold a cell, from its superpixel to the whole picture."""
        parent, at = self.parent[way], int(self.labels[row, column])
        found = []
        while at >= 0:
            found.append(at)
            at = int(parent[at])
        return found

    def joined_at(self, way: int, chain: list[int]) -> I32:
        """Return (N,): the place in a chain at which each superpixel becomes part of it."""
        parent = self.parent[way].tolist()
        place = [-1] * len(parent)
        for number, region in enumerate(chain):
            place[region] = number
        for region in range(len(parent) - 1, -1, -1):
            if place[region] < 0:
                place[region] = place[parent[region]]
        return np.array(place[: (len(parent) + 1) // 2], np.int32)


def grow(picture: U8) -> Trees:
    """Return the trees of an RGB picture (H, W, 3).

    Superpixels are SLIC's (Achanta et al. 2012) on the picture at 256 px, smoothed by a bilateral
    filter; neighbours merge in the order of a dissimilarity of colour, of the edge between them
    and of the size of the smaller, as in the hierarchies of Arbelaez et al. (2011).
    """
    import cv2
    from skimage.segmentation import slic

    small = shrink(picture)
    smooth = cv2.bilateralFilter(small, 5, 25, 5)
    lab: Any = cv2.cvtColor(smooth, cv2.COLOR_RGB2LAB)
    colours = lab.astype(np.float32)
    edge = edges(colours)
    labels = np.asarray(
        slic(
            colours,
            n_segments=min(PIECES, max(1, colours.size // (3 * SMALLEST))),
            compactness=_COMPACT,
            convert2lab=False,
            start_label=0,
            max_num_iter=_ROUNDS,
            channel_axis=2,
        ),
        dtype=np.int32,
    )
    merged = [_Merger(labels, colours, edge, way).run() for way in WAYS]
    parent, cost = (np.stack(one) for one in zip(*merged, strict=True))
    return Trees(labels, parent, cost, lab, edge)


def shrink(picture: U8) -> U8:
    """Return a picture at no more than SIDE_PX, each side at least 2 px."""
    import cv2

    height, width = picture.shape[:2]
    scale = min(1.0, SIDE_PX / max(height, width))
    size = (max(2, round(width * scale)), max(2, round(height * scale)))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST
    return np.asarray(cv2.resize(picture, size, interpolation=way), dtype=np.uint8)


def edges(lab: F32) -> F32:
    """Return the gradient's length, of which 1 is exceeded by a twentieth of the cells."""
    import cv2

    across, down = cv2.Sobel(lab, cv2.CV_32F, 1, 0), cv2.Sobel(lab, cv2.CV_32F, 0, 1)
    length = np.sqrt((across**2 + down**2).sum(axis=2))
    return np.asarray(length / (np.percentile(length, 95) + 1.0), dtype=np.float32)


class _Merger:
    """Merges the most alike neighbours until one region is left."""

    def __init__(self, labels: I32, lab: F32, edge: F32, way: tuple[float, float, float]) -> None:
        n = int(labels.max()) + 1
        self.n, self.area, self.way = n, float(labels.size), way
        self.shares = np.zeros((2 * n - 1, 0), np.float32)
        """(2N - 1, colours) the share of each colour in a region."""
        self.size = np.bincount(labels.ravel(), minlength=n).tolist() + [0] * (n - 1)
        self.near = _borders(labels, edge, n)
        if way[0]:
            bins = _bins(lab)
            colours = int(bins.max()) + 1
            paired = labels.ravel().astype(np.int64) * colours + bins.ravel()
            counts = np.bincount(paired, minlength=n * colours).reshape(n, colours)
            self.shares = np.zeros((2 * n - 1, colours), np.float32)
            self.shares[:n] = counts / np.maximum(counts.sum(axis=1), 1)[:, None]

    def run(self) -> tuple[I32, F32]:
        """Return parents and costs."""
        total = 2 * self.n - 1
        parent, cost = [-1] * total, [0.0] * total
        waiting = [pair for region in range(self.n) for pair in self._pairs(region, above=region)]
        heapq.heapify(waiting)
        made = self.n
        while waiting and made < total:
            unlike, a, b = heapq.heappop(waiting)
            if parent[a] >= 0 or parent[b] >= 0:
                continue
            parent[a] = parent[b] = made
            cost[made] = unlike
            self._join(a, b, made)
            for pair in self._pairs(made):
                heapq.heappush(waiting, pair)
            made += 1
        return np.array(parent, np.int32), np.array(cost, np.float32)

    def _join(self, a: int, b: int, made: int) -> None:
        first, second = self.size[a], self.size[b]
        self.size[made] = first + second
        weighed = self.shares[a] * np.float32(first) + self.shares[b] * np.float32(second)
        self.shares[made] = weighed / np.float32(first + second)
        mine = self.near[made]
        for old in (a, b):
            for other, (length, strength) in self.near[old].items():
                if other in (a, b):
                    continue
                before = mine.get(other, (0.0, 0.0))
                border = (before[0] + length, before[1] + strength)
                mine[other] = self.near[other][made] = border
                del self.near[other][old]
            self.near[old] = {}

    def _pairs(self, region: int, *, above: int = -1) -> list[tuple[float, int, int]]:
        """Return how unlike a region is to each neighbour of a higher number than `above`."""
        others = [other for other in self.near[region] if other > above]
        apart = self._apart(region, others) if self.way[0] else [0.0] * len(others)
        return [
            (self._unlike(region, other, colours), region, other)
            for other, colours in zip(others, apart, strict=True)
        ]

    def _unlike(self, region: int, other: int, colours: float) -> float:
        length, strength = self.near[region][other]
        smaller = min(self.size[region], self.size[other])
        unlike = colours + self.way[1] * min(strength / length, 1.5)
        unlike *= (smaller / self.area) ** self.way[2]
        return float(unlike - 0.05 * min(1.0, length / (4 * smaller**0.5)))

    def _apart(self, region: int, others: list[int]) -> list[float]:
        """Return how little the colours of a region and of others overlap, by the way's weight."""
        same = np.minimum(self.shares[others], self.shares[region]).sum(axis=1)
        return (self.way[0] * (1 - same)).tolist()  # type: ignore[no-any-return]


def _bins(lab: F32) -> I64:
    """Return (h, w): a number for each colour, counted through those that occur."""
    found = np.zeros(lab.shape[:2], np.int64)
    for band, levels in enumerate(_COLOURS):
        found = found * levels + (lab[..., band] * (levels / 256)).astype(np.int64)
    kept, numbers = np.unique(found, return_inverse=True)
    return np.asarray(numbers.reshape(found.shape) % max(1, len(kept)), dtype=np.int64)


def _borders(labels: I32, edge: F32, n: int) -> list[dict[int, tuple[float, float]]]:
    """Return each region's neighbours with the length of the border and the sum of its edge."""
    pairs: list[NDArray[Any]] = []
    strengths: list[NDArray[Any]] = []
    for a, b in ((np.s_[:, :-1], np.s_[:, 1:]), (np.s_[:-1], np.s_[1:])):
        apart = labels[a] != labels[b]
        low = np.minimum(labels[a], labels[b])[apart].astype(np.int64)
        pairs.append(low * n + np.maximum(labels[a], labels[b])[apart])
        strengths.append(np.maximum(edge[a], edge[b])[apart])
    keys, place = np.unique(np.concatenate(pairs), return_inverse=True)
    lengths = np.bincount(place, minlength=len(keys))
    sums = np.bincount(place, np.concatenate(strengths), len(keys))
    near: list[dict[int, tuple[float, float]]] = [{} for _ in range(2 * n - 1)]
    for key, length, strength in zip(keys.tolist(), lengths.tolist(), sums.tolist(), strict=True):
        near[key // n][key % n] = near[key % n][key // n] = (float(length), strength)
    return near
