"""Objects that look like slips of the hand: too small, too large, outside, drawn twice.

A finding is a question, not a verdict. How large objects of a class are is judged on the logarithm
of their area by median and median absolute deviation (Leys et al. 2013), so that the slips that
are looked for do not hide themselves by widening the spread.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, get_args

import numpy as np

from sightline.core.geometry.boxes import overlap, pairs_above

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sightline.core.arrays import F64, I32, I64, Bool

Check = Literal["tiny", "huge", "outside", "duplicate", "overlap"]
CHECKS: Final[tuple[Check, ...]] = get_args(Check)
MAD_TO_SIGMA: Final = 1.4826
"""Of a normal distribution."""
_NEAR: Final = 48
"""Objects of one image that are compared all images at once; larger crowds go one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """From where on an object is worth a look."""

    least_px: float = 3.0
    """Its shorter side."""
    most_share: float = 0.95
    """Of the picture's area."""
    deviations: float = 5.0
    """Robust standard deviations of the logarithm of the area within its class."""
    least_of_class: int = 20
    """Objects that a class must have to be judged by itself."""
    outside_px: float = 0.5
    """How far it reaches over the picture's edge."""
    duplicate_iou: float = 0.9
    """Of the same class."""
    same_place_iou: float = 0.97
    """Of two classes."""
    overlap_iou: float = 0.5


@dataclass(frozen=True, slots=True)
class Drawn:
    """N objects, by image. What has no extent (points) is never tiny nor double."""

    ordinal: I64
    """(N,) ascending."""
    class_id: I32
    """(N,)"""
    bounds: F64
    """(N, 4) x1, y1, x2, y2."""
    size: I32
    """(N, 2) width and height of the image."""
    has_extent: Bool
    """(N,)"""


@dataclass(frozen=True, slots=True)
class Found:
    """M objects that a check is about, the worst first."""

    at: I64
    """(M,) places among the objects."""
    value: F64
    """(M,) what was measured: see `why`."""
    other: I64
    """(M,) the object that it is compared with; -1: none."""


def check(drawn: Drawn, bounds: Bounds | None = None) -> dict[Check, Found]:
    """Return what each check finds."""
    limits = bounds or Bounds()
    sides = np.stack(
        [drawn.bounds[:, 2] - drawn.bounds[:, 0], drawn.bounds[:, 3] - drawn.bounds[:, 1]], 1
    )
    scores = _scores(drawn, sides, limits)
    duplicate, overlapping = _pairs(drawn, limits)
    return {
        "tiny": _tiny(drawn, sides, scores, limits),
        "huge": _huge(drawn, sides, scores, limits),
        "outside": _outside(drawn, limits),
        "duplicate": duplicate,
        "overlap": overlapping,
    }


def why(kind: Check, value: float, *, class_name: str, other: str) -> str:
    """Return in words what was measured. `other`: the class of the object compared with."""
    if kind == "tiny":
        return f"{value:.2g} px wide" if value >= 0 else f"far smaller than most {class_name}"
    if kind == "huge":
        return f"{value:.0%} of the picture" if value >= 0 else f"far larger than most {class_name}"
    if kind == "outside":
        return f"{value:.3g} px outside"
    if kind == "duplicate" and other != class_name:
        return f"in the place of a {other} (IoU {value:.2f})"
    return f"IoU {value:.2f} with another {class_name}"


def _tiny(drawn: Drawn, sides: F64, scores: F64, limits: Bounds) -> Found:
    short = sides.min(1)
    thin = drawn.has_extent & (short < limits.least_px)
    return _sized(thin | (scores < -limits.deviations), np.where(thin, short, scores), short)


def _huge(drawn: Drawn, sides: F64, scores: F64, limits: Bounds) -> Found:
    share = sides.prod(1) / np.maximum(drawn.size.prod(1, dtype=np.float64), 1)
    whole = drawn.has_extent & (share >= limits.most_share)
    odd = whole | (scores > limits.deviations)
    return _sized(odd, np.where(whole, share, -scores), -share)


def _outside(drawn: Drawn, limits: Bounds) -> Found:
    over = np.maximum(-drawn.bounds[:, :2], drawn.bounds[:, 2:] - drawn.size).max(1, initial=0.0)
    return _sized(over > limits.outside_px, over, -over)


def _sized(odd: Bool, value: F64, order: F64) -> Found:
    at = np.flatnonzero(odd)
    at = at[np.argsort(order[at], kind="stable")]
    return Found(at, value[at].astype(np.float64), np.full(len(at), -1, np.int64))


def _scores(drawn: Drawn, sides: F64, limits: Bounds) -> F64:
    """Return how many robust deviations each object's log area is from its class's median, (N,)."""
    scores = np.zeros(len(sides))
    area = sides.prod(1)
    for class_id in np.unique(drawn.class_id):
        at = np.flatnonzero((drawn.class_id == class_id) & drawn.has_extent & (area > 0))
        if len(at) < limits.least_of_class:
            continue
        logs = np.log(area[at])
        middle = np.median(logs)
        spread = max(MAD_TO_SIGMA * float(np.median(np.abs(logs - middle))), 0.25)
        scores[at] = (logs - middle) / spread
    return scores


def _pairs(drawn: Drawn, limits: Bounds) -> tuple[Found, Found]:
    """Return the objects that are drawn twice and those that lie on one of their class."""
    parts = [part for part in _overlapping(drawn, limits.overlap_iou) if len(part[0])]
    if not parts:
        none = Found(np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.int64))
        return none, none
    first, second, iou = (np.concatenate(column) for column in zip(*parts, strict=True))
    same = drawn.class_id[first] == drawn.class_id[second]
    double = iou >= np.where(same, limits.duplicate_iou, limits.same_place_iou)
    return (
        _once(first[double], second[double], iou[double]),
        _once(first[same & ~double], second[same & ~double], iou[same & ~double]),
    )


def _once(first: I64, second: I64, iou: F64) -> Found:
    """Return each object once, the later of a pair, with the one that it lies on most."""
    order = np.argsort(-iou, kind="stable")
    _, places = np.unique(second[order], return_index=True)
    kept = order[np.sort(places)]
    return Found(second[kept], iou[kept], first[kept])


def _overlapping(drawn: Drawn, least: float) -> Iterator[tuple[I64, I64, F64]]:
    """Yield pairs (the earlier, the later, IoU) of objects of one image that overlap enough."""
    at = np.flatnonzero(drawn.has_extent)
    ordinal, boxes = drawn.ordinal[at], drawn.bounds[at]
    starts = np.flatnonzero(np.r_[True, ordinal[1:] != ordinal[:-1]]) if len(at) else at
    counts = np.diff(np.r_[starts, len(at)])
    crowded = np.repeat(counts > _NEAR, counts)
    few = np.flatnonzero(~crowded)
    for step in range(1, int(counts[counts <= _NEAR].max(initial=1))):
        i, j = few[:-step], few[step:]
        alike = ordinal[i] == ordinal[j]
        i, j = i[alike], j[alike]
        iou = overlap(boxes[i], boxes[j])
        yield at[i[iou >= least]], at[j[iou >= least]], iou[iou >= least]
    for start, count in zip(starts, counts, strict=True):
        if count > _NEAR:
            pairs, iou = pairs_above(boxes[start : start + count], least)
            yield at[start + pairs[:, 0]], at[start + pairs[:, 1]], iou
