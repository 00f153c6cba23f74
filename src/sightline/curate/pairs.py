"""All pairs of rows that are nearly equal, exact, without looking at most of them.

Orthogonal projection never lengthens a difference, and neither does the difference of what it cut
off. So the distance in the 63 directions of most variance and the length of the rest is never more
than the whole: a pair farther apart there than asked for is no pair (the lower bound of Agrawal,
Faloutsos & Swami 1993). The few that pass are measured in full.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from sightline.core.progress import Progress, Silent
from sightline.curate.knn import Table
from sightline.heads.threads import cores, one_thread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sightline.core.arrays import F32, I64

BLOCK: Final = 1024
KEPT: Final = 63
"""Directions that are kept; the length of the rest is one more coordinate."""
SAMPLE: Final = 4096
"""Rows that the directions are learnt from."""
SLACK: Final = np.float32(2e-5)
"""Rounding in single precision."""
GATHER: Final = 4096
"""Pairs that are measured at once."""
DENSE: Final = 64
"""When more than 1/64 of a block passes, the whole block is multiplied."""
PARTNERS: Final = 64
"""Of a row that has more partners in one block only the first are kept: they connect it."""


class Pairs(NamedTuple):
    """P pairs of rows, left < right, ascending."""

    left: I64
    """(P,)"""
    right: I64
    """(P,)"""
    likeness: F32
    """(P,) cosine."""

    def only(self, which: NDArray[Any]) -> Pairs:
        """Return some of them, by a mask or by places."""
        return Pairs(self.left[which], self.right[which], self.likeness[which])

    def sorted(self) -> Pairs:
        """Return them ascending; of a pair that is there twice, only the more alike."""
        ordered = self.only(np.lexsort((-self.likeness, self.right, self.left)))
        new = np.ones(len(self.left), np.bool_)
        new[1:] = (np.diff(ordered.left) != 0) | (np.diff(ordered.right) != 0)
        return ordered.only(new)


def joined(parts: Sequence[Pairs]) -> Pairs:
    """Return the pairs of all parts, ascending, each once."""
    left = np.concatenate([np.zeros(0, np.int64), *(one.left for one in parts)])
    right = np.concatenate([np.zeros(0, np.int64), *(one.right for one in parts)])
    likeness = np.concatenate([np.zeros(0, np.float32), *(one.likeness for one in parts)])
    return Pairs(left, right, likeness).sorted()


def pairs(
    rows: NDArray[Any],
    at_least: float,
    *,
    progress: Progress | None = None,
    threads: int = 0,
) -> Pairs:
    """Return the pairs of rows whose cosine is at least so much.

    Args:
        rows: (N, D) float16 or float32; one that is zero or not finite is in no pair.
        at_least: Above 0. Time grows with the number of pairs; below about 0.7, with all.
        progress: Is told of rows that are done and may stop the work.
        threads: 0: all cores.

    A row keeps at most 64 partners in each block of 1,024: what is alike by the thousand stays
    connected without a million pairs.
    """
    told = Silent() if progress is None else progress
    table = Table.of(rows, "cosine")
    n = len(table)
    with (
        one_thread(),
        ThreadPoolExecutor(threads or cores(), thread_name_prefix="pairs") as pool,
    ):
        sketch = _sketch(table) if rows.shape[1] > KEPT + 3 else None
        starts = range(0, n, BLOCK)
        running = [pool.submit(_stripe, table, sketch, at_least, start) for start in starts]
        found = []
        try:
            for start, one in zip(starts, running, strict=True):
                found.append(one.result())
                told.advance(min(start + BLOCK, n), n, "compared")
                told.check()
        finally:
            for one in running:
                one.cancel()
    return joined(found)


class _Sketch(NamedTuple):
    """Rows in few coordinates; left @ right.T is -(lower bound of the squared distance) / 2."""

    left: F32
    """(N, KEPT + 3)"""
    right: F32
    """(N, KEPT + 3)"""


def _sketch(table: Table) -> _Sketch:
    n = len(table)
    rng = np.random.default_rng(0)
    places = np.sort(rng.choice(n, min(n, SAMPLE), replace=False))
    sample = table.some(places).part(0, len(places))
    mean = sample.mean(axis=0)
    sample -= mean
    _, axes = np.linalg.eigh(sample.T @ sample)
    axes = np.ascontiguousarray(axes[:, -KEPT:])
    low = np.empty((n, KEPT + 1), np.float32)
    for at in range(0, n, BLOCK):
        part = table.part(at, BLOCK) - mean
        kept = part @ axes
        rest = np.einsum("nd,nd->n", part, part) - np.einsum("nd,nd->n", kept, kept)
        low[at : at + BLOCK, :KEPT] = kept
        low[at : at + BLOCK, KEPT] = np.sqrt(np.maximum(rest, 0.0))
    half = -0.5 * np.einsum("nd,nd->n", low, low)[:, None]
    one = np.ones((n, 1), np.float32)
    return _Sketch(
        np.concatenate([low, half, one], axis=1), np.concatenate([low, one, half], axis=1)
    )


def _stripe(table: Table, sketch: _Sketch | None, at_least: float, start: int) -> Pairs:
    """Return the pairs of BLOCK rows from `start` on with all from there on."""
    found = []
    whole = table.part(start, BLOCK)
    for at in range(start, len(table), BLOCK):
        rows: F32 | None = None
        if sketch is None:
            rows = table.part(at, BLOCK)
            passed = whole @ rows.T >= at_least
        else:
            near = sketch.left[start : start + BLOCK] @ sketch.right[at : at + BLOCK].T
            passed = near >= np.float32(at_least - 1.0) - SLACK
        left, right = np.divmod(np.flatnonzero(passed), passed.shape[1])
        keep = right + at > left + start
        left, right = left[keep], right[keep]
        if len(left):
            rows = table.part(at, BLOCK) if rows is None else rows
            left, right, likeness = _measured(whole, rows, left, right, at_least)
            found.append(Pairs(left + start, right + at, likeness))
    return joined(found)


def _measured(whole: F32, rows: F32, left: I64, right: I64, at_least: float) -> Pairs:
    """Return those of the pairs of a block that are alike in full; places in the block."""
    if len(left) * DENSE > len(whole) * len(rows):
        likeness = (whole @ rows.T)[left, right]
    else:
        likeness = np.empty(len(left), np.float32)
        for at in range(0, len(left), GATHER):
            part = slice(at, at + GATHER)
            likeness[part] = np.einsum("nd,nd->n", whole[left[part]], rows[right[part]])
    found = Pairs(left, right, likeness).only(likeness >= at_least)
    first = np.searchsorted(found.left, found.left)  # `left` ascends
    return found.only(np.arange(len(found.left)) - first < PARTNERS)
