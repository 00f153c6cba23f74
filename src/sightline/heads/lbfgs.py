"""L-BFGS for smooth convex losses (Liu and Nocedal 1989; Nocedal and Wright, chapter 7).

Our own because SciPy's brings linear algebra threads that spin: on busy cores its steps, on
vectors of a few thousand numbers, took a hundred times as long as these.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.core.arrays import F64

MEMORY: Final = 12
_ENOUGH: Final = 1e-4
"""Armijo: the share of the promised decrease that a step must reach."""
_SHORTEST: Final = 1e-12


def minimise(
    loss: Callable[[F64], tuple[float, F64]],
    start: F64,
    *,
    steps: int = 300,
    gradient_tolerance: float = 1e-5,
    value_tolerance: float = 1e-9,
    after: Callable[[F64, float], object] = lambda _place, _value: None,
) -> F64:
    """Return where a smooth convex function is lowest.

    Args:
        loss: From a place (n,) to the value and the gradient (n,).
        start: (n,)
        steps: At most so many.
        gradient_tolerance: Stop when no part of the gradient is larger.
        value_tolerance: Stop when a step lowers the value by a smaller share.
        after: Is told place and value after each step, and may raise to stop.
    """
    place = start.astype(np.float64)
    value, gradient = loss(place)
    pairs: deque[tuple[F64, F64, float]] = deque(maxlen=MEMORY)
    for _ in range(steps):
        if np.abs(gradient).max(initial=0.0) <= gradient_tolerance:
            break
        direction = _direction(gradient, pairs)
        slope = _dot(gradient, direction)
        size = 1.0 if pairs else min(1.0, 1.0 / float(np.abs(gradient).sum()))
        while True:
            there = place + size * direction
            value_there, gradient_there = loss(there)
            if value_there <= value + _ENOUGH * size * slope or size < _SHORTEST:
                break
            size *= 0.5
        if size < _SHORTEST:
            break
        step, change = there - place, gradient_there - gradient
        bend = _dot(step, change)
        if bend > 1e-12 * _dot(change, change):
            pairs.append((step, change, 1.0 / bend))
        gained = value - value_there
        place, value, gradient = there, value_there, gradient_there
        after(place, value)
        if gained <= value_tolerance * max(abs(value), abs(value + gained), 1e-3):
            break
    return place


def _direction(gradient: F64, pairs: deque[tuple[F64, F64, float]]) -> F64:
    """Return minus the inverse curvature, as far as it is known, times the gradient."""
    way = -gradient
    shares = []
    for step, change, rho in reversed(pairs):
        share = rho * _dot(step, way)
        shares.append(share)
        way -= share * change
    if pairs:
        step, change, rho = pairs[-1]
        way /= rho * _dot(change, change)
    for (step, change, rho), share in zip(pairs, reversed(shares), strict=True):
        way += step * (share - rho * _dot(change, way))
    return way


def _dot(a: F64, b: F64) -> float:
    return float(np.einsum("i,i->", a, b))
