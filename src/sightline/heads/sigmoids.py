"""Rising sigmoids through scores, one for each class, all at once (Platt 1999)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from sightline.core.arrays import F64, Bool

STEPS: Final = 50
_HALVINGS: Final = 14
_SMALL: Final = 1e-9
_RIDGE: Final = (1e-3, 1e-6)
"""Of scale and offset: what keeps a class finite whose scores part its rows perfectly."""


def sigmoid(values: F64) -> F64:
    """Return 1 / (1 + exp(-values)), safe for large values."""
    return 0.5 * (1.0 + np.tanh(0.5 * values))


def fit_sigmoids(
    scores: F64, positive: Bool, weights: F64, *, offset: bool = True
) -> tuple[F64, F64]:
    """Return scales (K,), none below 0, and offsets (K,) of sigmoid(scale * score + offset).

    By damped Newton on Platt's smoothed targets. A class whose sigmoid would fall, which would
    turn the order round, keeps its share alone: scale 0.

    Args:
        scores: (n, K)
        positive: (n, K) which rows are of the class.
        weights: (n,) how much each row counts, of mean 1.
        offset: False: the scale alone is fitted, as one temperature for each class.
    """
    weight = weights[:, None]
    ones, zeros = (weight * positive).sum(axis=0), (weight * ~positive).sum(axis=0)
    target = np.where(positive, (ones + 1.0) / (ones + 2.0), 1.0 / (zeros + 2.0))
    spread = scores.std(axis=0)
    spread[spread == 0] = 1.0
    x = scores / spread
    a, b = np.ones(x.shape[1]), np.log((ones + 1.0) / (zeros + 1.0)) if offset else 0.0 * ones

    def loss(a: F64, b: F64) -> F64:
        z = a * x + b
        value: F64 = (weight * (np.logaddexp(0.0, z) - target * z)).sum(axis=0)
        return value + 0.5 * (_RIDGE[0] * a * a + _RIDGE[1] * b * b)

    now = loss(a, b)
    for _ in range(STEPS):
        step_a, step_b = _newton_step(x, target, weight, a, b)
        if not offset:
            step_b = np.zeros_like(b)
        size, then = np.ones_like(a), loss(a - step_a, b - step_b)
        for _ in range(_HALVINGS):
            worse = then > now
            if not worse.any():
                break
            size[worse] /= 2
            then = np.where(worse, loss(a - size * step_a, b - size * step_b), then)
        better = then < now
        a, b = np.where(better, a - size * step_a, a), np.where(better, b - size * step_b, b)
        gained = np.where(better, now - then, 0.0)
        now = np.minimum(now, then)
        if gained.max(initial=0.0) < _SMALL * max(1.0, float(now.max(initial=0.0))):
            break
    return _rising(a / spread, b, target, weights)


def _newton_step(x: F64, target: F64, weight: F64, a: F64, b: F64) -> tuple[F64, F64]:
    p = sigmoid(a * x + b)
    pull, bend = weight * (p - target), weight * p * (1 - p)
    slope_a = (pull * x).sum(axis=0) + _RIDGE[0] * a
    slope_b = pull.sum(axis=0) + _RIDGE[1] * b
    aa = (bend * x * x).sum(axis=0) + _RIDGE[0]
    ab = (bend * x).sum(axis=0)
    bb = bend.sum(axis=0) + _RIDGE[1]
    under = np.maximum(aa * bb - ab * ab, 1e-12)
    return (bb * slope_a - ab * slope_b) / under, (aa * slope_b - ab * slope_a) / under


def _rising(scale: F64, offset: F64, target: F64, weights: F64) -> tuple[F64, F64]:
    falls = scale < 0
    share = np.average(target, axis=0, weights=weights)
    return np.where(falls, 0.0, scale), np.where(falls, np.log(share / (1 - share)), offset)
