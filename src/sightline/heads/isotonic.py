"""A rising curve through scores, of whatever shape the labels ask for.

Pool-adjacent-violators (Ayer et al. 1955), as Zadrozny and Elkan (2002) use it to calibrate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from sightline.core.arrays import F64, I64, Bool

_ONE: Final = 1.0
"""Labels that are added to the two ends, one of each kind: no curve reaches 0 or 1."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A curve by its corners, (m,) each; straight between them, level outside."""

    x: tuple[float, ...]
    """Ascending scores."""
    y: tuple[float, ...]
    """Probabilities, never falling."""

    def apply(self, scores: F64) -> F64:
        """Return the probability of each score, of the same shape."""
        return np.interp(scores, self.x, self.y)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {"x": list(self.x), "y": list(self.y)}

    @staticmethod
    def from_dict(data: dict[str, Any]) -> Curve:
        """Read it from JSON.

        Raises:
            KeyError, TypeError, ValueError: It is none.
        """
        x, y = tuple(float(one) for one in data["x"]), tuple(float(one) for one in data["y"])
        if not x or len(x) != len(y):
            raise ValueError(f"a curve of {len(x)} and {len(y)} corners")
        return Curve(x, y)


def fit_isotonic(scores: F64, positive: Bool, weights: F64) -> Curve:
    """Return the rising curve of least squares, each of its steps drawn at the step's mean score.

    Args:
        scores: (n,)
        positive: (n,)
        weights: (n,) above 0, how much each row counts.
    """
    at, place = np.unique(scores, return_inverse=True)
    mass = np.bincount(place, weights=weights, minlength=len(at))
    hits = np.bincount(place, weights=weights * positive, minlength=len(at))
    means, ends = pool(hits / mass, mass.astype(np.float64))
    starts = np.concatenate([[0], ends[:-1]])
    block = np.repeat(np.arange(len(ends)), ends - starts)
    total = np.bincount(block, weights=mass)
    middle = np.bincount(block, weights=mass * at) / total
    high, low = positive @ weights, (~positive) @ weights
    # One row of each kind more than there are bounds a perfect split, as in Platt's targets.
    bounded = np.clip(means, _ONE / (low + 2 * _ONE), (high + _ONE) / (high + 2 * _ONE))
    return Curve(tuple(middle.tolist()), tuple(bounded.tolist()))


def pool(values: F64, weights: F64) -> tuple[F64, I64]:
    """Return the means (m,) of the never falling steps nearest to the values, and their ends (m,).

    Args:
        values: (n,)
        weights: (n,) above 0.
    """
    mean: list[float] = []
    mass: list[float] = []
    end: list[int] = []
    for at, (value, weight) in enumerate(zip(values.tolist(), weights.tolist(), strict=True)):
        mean.append(value)
        mass.append(weight)
        end.append(at + 1)
        while len(mean) > 1 and mean[-2] >= mean[-1]:
            both = mass[-2] + mass[-1]
            mean[-2:] = [(mean[-2] * mass[-2] + mean[-1] * mass[-1]) / both]
            mass[-2:] = [both]
            end[-2:] = [end[-1]]
    return np.asarray(mean), np.asarray(end, dtype=np.int64)
