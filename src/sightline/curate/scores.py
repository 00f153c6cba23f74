"""Orders by a score, and the words for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from sightline.core.arrays import I64, Bool

SAMPLE: Final = 16_384
SAMPLE_MARGIN: Final = 64
_NOWHERE: Final = 0xFFFF
"""A bin that no number falls into."""
_SORT_ALL: Final = 4
"""Above this share (1/4) of the images, sorting all is as quick as choosing first."""


def by_score(ordinals: I64, score: NDArray[Any], limit: int | None) -> I64:
    """Return the `limit` ordinals of the lowest score, ascending; NaN last, ties by ordinal.

    Args:
        ordinals: (M,) ascending.
        score: (N,) by ordinal.
        limit: None: all.
    """
    values = score[ordinals]
    if limit is not None and limit * _SORT_ALL < len(values):
        # partition, then take all that ties with the last, so that ties fall by ordinal
        worst = np.partition(values, limit)[limit] if limit else 0.0
        near = np.flatnonzero(values <= worst) if np.isfinite(worst) else np.arange(len(values))
        ordinals, values = ordinals[near], values[near]
    return ordinals[np.argsort(values, kind="stable")][:limit]


def shuffled(ordinals: I64, seed: int) -> I64:
    """Return the ordinals in an order by chance that the seed decides."""
    return np.random.default_rng(seed).permutation(ordinals)


class Ranked:
    """An order of those that are wanted by a score, ascending; NaN last, ties by ordinal.

    It is never sorted as a whole. Scores fall into 65,534 bins from the lowest to the highest; the
    counts say in which bins the places asked for lie, and only what is in those is sorted.
    """

    def __init__(self, wanted: Bool, score: NDArray[Any]) -> None:
        """Take which are wanted (N,), and the score (N,) by ordinal."""
        self._wanted = wanted
        self._score = score
        self._codes: NDArray[np.uint16] | None = None
        self._ends: I64 = np.zeros(0, np.int64)

    def front(self, count: int) -> I64:
        """Return the first `count` places, without these being taken out: a few passes over N."""
        values = np.where(self._wanted, self._score, np.nan).astype(np.float32, copy=False)
        near = _lowest(values, count)
        front = near[np.lexsort((near, values[near]))][:count]
        if len(front) < count:  # images without a score make up the rest
            front = by_score(np.flatnonzero(self._wanted), self._score, count)
        return front

    def without(self, ordinals: I64) -> Ranked:
        """Return the order of those that are left when some are taken out."""
        left = self._wanted.copy()
        left[ordinals] = False
        return Ranked(left, self._score)

    def part(self, start: int, stop: int) -> I64:
        """Return the places start..stop of the order; fewer at its end."""
        if self._codes is None:
            self._codes, self._ends = _binned(self._wanted, self._score)
        stop = min(stop, int(self._ends[-1]))
        if start >= stop:
            return np.zeros(0, np.int64)
        low = int(np.searchsorted(self._ends, start, side="right"))
        high = int(np.searchsorted(self._ends, stop, side="left"))
        inside = self._codes == low if low == high else _between(self._codes, low, high)
        members = np.flatnonzero(inside)
        members = members[np.argsort(self._score[members], kind="stable")]
        before = int(self._ends[low - 1]) if low else 0
        return members[start - before : stop - before]


def followed(rest: Callable[[int, int], I64], count: int, last: I64) -> Callable[[int, int], I64]:
    """Return what gives parts of `count` places of `rest` and then of `last`."""

    def part(start: int, stop: int) -> I64:
        found = rest(min(start, count), min(stop, count))
        return np.concatenate([found, last[max(start - count, 0) : max(stop - count, 0)]])

    return part


def _between(codes: NDArray[np.uint16], low: int, high: int) -> Bool:
    inside: Bool = codes - np.uint16(low) <= np.uint16(high - low)
    return inside


def _binned(wanted: Bool, score: NDArray[Any]) -> tuple[NDArray[np.uint16], I64]:
    """Return each score's bin (N,), and how many are wanted up to the end of each bin."""
    low, high = np.fmin.reduce(score, initial=np.inf), np.fmax.reduce(score, initial=-np.inf)
    codes = np.full(len(score), _NOWHERE - 1, np.uint16)
    if np.isfinite(low) and np.isfinite(high):
        steps = np.float32((_NOWHERE - 2) / max(float(high) - float(low), 1e-30))
        values = (score - low) * steps  # rising with the score, also after rounding
        np.copyto(values, _NOWHERE - 1, where=np.isnan(values))
        codes = values.astype(np.uint16)
    codes |= (wanted.view(np.int8) - np.int8(1)).astype(np.int16).view(np.uint16)  # all ones: not
    ends = np.cumsum(np.bincount(codes, minlength=_NOWHERE + 1)[:_NOWHERE])
    return codes, ends


def _lowest(values: NDArray[Any], count: int) -> I64:
    """Return ordinals of a few more than the `count` lowest values, NaN left out.

    A threshold from a sample nearly always lets enough through; else the exact one is taken.
    """
    step = max(1, len(values) // SAMPLE)
    sample = values[::step]
    sample = sample[np.isfinite(sample)]
    if not len(sample):
        return np.flatnonzero(np.isfinite(values))
    place = min(len(sample) - 1, 2 * count // step + SAMPLE_MARGIN)
    near = np.flatnonzero(values <= np.partition(sample, place)[place])
    if len(near) >= count:
        return near
    worst = np.partition(values, min(count, len(values) - 1))[min(count, len(values) - 1)]
    return np.flatnonzero(values <= worst if np.isfinite(worst) else np.isfinite(values))
