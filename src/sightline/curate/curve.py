"""How accuracy grows with labels: measured on subsets of those there are, and fitted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from sightline.core.arrays import F64

RATES: Final = np.geomspace(0.1, 2.5, 40)
"""The exponents c that are tried: each gives the best a and b at once."""
RATE_MIDDLE: Final = 0.3
RATE_SPREAD: Final = 1.0
"""What exponents of learning curves are like, in the logarithm: a weak pull, for few points say
little about how a curve bends (Hestness et al. 2017; Viering and Loog 2023)."""


@dataclass(frozen=True, slots=True)
class Curves:
    """Inverse power laws, one for each of B samples: accuracy a - b n^-c with n labels."""

    a: F64
    """(B,) where it levels off, at most 1."""
    b: F64
    """(B,) not below 0."""
    c: F64
    """(B,)"""

    def at(self, labels: F64) -> F64:
        """Return the accuracy of each curve with so many labels: (B, m) for (m,)."""
        n = np.asarray(labels, dtype=np.float64)[None, :]
        found: F64 = self.a[:, None] - self.b[:, None] * n ** -self.c[:, None]
        return found

    def with_errors(self, shares: F64) -> Curves:
        """Return curves with their errors multiplied: (B,) shares."""
        return Curves(1.0 - shares * (1.0 - self.a), shares * self.b, self.c)

    def labels(self, target: float) -> F64:
        """Return how many labels each curve needs, (B,); infinity where it never gets there."""
        gap = self.a - target
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            found = (self.b / np.maximum(gap, 0.0)) ** (1.0 / self.c)
        return np.where(gap > 0, found, np.inf)


def fit_curves(sizes: F64, values: F64, spread: F64, rates: F64 | None = None) -> Curves:
    """Return the power laws of least squares through curves.

    For a given exponent the best a and b solve a linear problem, so every exponent of a grid is
    tried, exactly, instead of a descent that may end in the wrong valley (variable projection,
    Golub and Pereyra 1973).

    Args:
        sizes: (S,) ascending.
        values: (B, S) accuracies, 0..1.
        spread: (S,) standard errors: how far each point may be off.
        rates: (B,) the exponent that each curve is pulled to; None: the usual one.
    """
    weight = 1.0 / np.maximum(spread, 1e-4) ** 2
    powers = sizes[None, :] ** -RATES[:, None]  # (C, S)
    a, b = _lines(powers, values, weight)
    left = values[:, None, :] - a[:, :, None] + b[:, :, None] * powers[None]
    middle = np.full(len(values), RATE_MIDDLE) if rates is None else rates
    pull = (np.log(RATES[None, :] / middle[:, None]) / RATE_SPREAD) ** 2
    loss = (weight * left**2).sum(axis=2) + pull
    best = loss.argmin(axis=1)
    at = np.arange(len(values))
    return Curves(a[at, best], b[at, best], RATES[best])


def _lines(powers: F64, values: F64, weight: F64) -> tuple[F64, F64]:
    """Return a and b, (B, C), of values = a - b * powers, with a <= 1 and b >= 0."""
    total = weight.sum()
    mean_x, mean_y = powers @ weight / total, values @ weight / total  # (C,), (B,)
    off = powers - mean_x[:, None]
    bend = (off * off) @ weight
    b = -(values * weight) @ off.T / bend
    b = np.maximum(b, 0.0)
    a = mean_y[:, None] + b * mean_x[None, :]
    # Where a passes 1 it stays at 1, and b is the best one with it.
    square = (powers * powers) @ weight
    held = ((1.0 - values) * weight) @ powers.T / square
    over = a > 1.0
    return np.where(over, 1.0, a), np.where(over, np.maximum(held, 0.0), b)
