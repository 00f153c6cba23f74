"""The outlines of a mask along the edges of its pixels, exactly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.core.geometry.polygons import ring_area

if TYPE_CHECKING:
    from sightline.core.arrays import I64, Bool

_RIGHT, _DOWN, _LEFT, _UP = range(4)
_STEP_X: Final = np.array([1, 0, -1, 0])
_STEP_Y: Final = np.array([0, 1, 0, -1])
_INNER_X: Final = np.array([0, -1, -1, 0])
"""From where a step begins to the pixel on its right hand."""
_INNER_Y: Final = np.array([0, 0, -1, -1])


@dataclass(frozen=True, slots=True)
class Outline:
    """One closed walk along pixel edges, the object on its right hand."""

    corners: I64
    """(N, 2) x, y of each step's beginning; (0, 0) is the mask's top left corner."""
    steps: I64
    """(N,) 0 right, 1 down, 2 left, 3 up."""

    @property
    def middles(self) -> I64:
        """(N, 2) the middle of each step, times two: whole numbers."""
        step = np.stack([_STEP_X[self.steps], _STEP_Y[self.steps]], axis=1)
        return np.asarray(2 * self.corners + step, np.int64)

    @property
    def turns(self) -> I64:
        """(K, 2) corners where the walk turns: the exact polygon."""
        return np.asarray(self.corners[self.steps != np.roll(self.steps, 1)], np.int64)

    @property
    def pixel(self) -> tuple[int, int]:
        """x, y of a pixel of the object beside the walk."""
        step = int(self.steps[0])
        x, y = self.corners[0]
        return int(x + _INNER_X[step]), int(y + _INNER_Y[step])

    @property
    def area(self) -> float:
        """Pixels within, negative for a hole."""
        return ring_area(self.corners)


def outlines_of(mask: Bool) -> list[Outline]:
    """Return all walks about (H, W) pixels; pixels that meet at a corner belong together."""
    starts_x, starts_y, steps = _edges(mask)
    order = _next_of(starts_x, starts_y, steps, mask.shape[1] + 1)
    corners = np.stack([starts_x, starts_y], axis=1)
    return [Outline(corners[walk], steps[walk]) for walk in _walks(order)]


def _edges(mask: Bool) -> tuple[I64, I64, I64]:
    """Return x, y and direction of each pixel edge between the object and the rest."""
    height, width = mask.shape
    padded = np.zeros((height + 2, width + 2), np.bool_)
    padded[1:-1, 1:-1] = mask
    row, x = np.divmod(np.flatnonzero(padded[1:] != padded[:-1]), width + 2)
    below = padded[row + 1, x]  # set there: the object's top, to be walked to the right
    y, down = np.divmod(np.flatnonzero(padded[:, 1:] != padded[:, :-1]), width + 1)
    right = padded[y, down + 1]  # set there: the object's left, to be walked up
    parts = [
        np.stack([x - below, row, np.where(below, _RIGHT, _LEFT)]),
        np.stack([down, y - 1 + right, np.where(right, _UP, _DOWN)]),
    ]
    edges = np.concatenate(parts, axis=1).astype(np.int64)
    return edges[0], edges[1], edges[2]


def _next_of(x: I64, y: I64, steps: I64, width: int) -> I64:
    """Return the edge (N,) that follows each edge; where two do, the one to the left."""
    begin = (y * width + x) * 4 + steps
    order = np.argsort(begin)
    ranked = begin[order]
    end = ((y + _STEP_Y[steps]) * width + x + _STEP_X[steps]) * 4
    left = end + (steps + 3) % 4
    at = np.searchsorted(ranked, left)
    at[at == len(ranked)] = 0
    turns_left = ranked[at] == left
    return np.asarray(order[np.where(turns_left, at, np.searchsorted(ranked, end))], np.int64)


def _walks(order: I64) -> list[I64]:
    follow = order.tolist()
    seen = bytearray(len(follow))
    walks = []
    for first in range(len(follow)):
        if seen[first]:
            continue
        walk, at = [], first
        while not seen[at]:
            seen[at] = 1
            walk.append(at)
            at = follow[at]
        walks.append(np.array(walk, np.int64))
    return walks
