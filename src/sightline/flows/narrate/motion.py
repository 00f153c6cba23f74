"""Where a moving box will be: a Kalman filter of constant velocity on each of its four numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from sightline.core.arrays import F64

_SPREAD: Final = 0.05
"""Standard deviation of a measured side or centre, in sides of the box."""
_SPEED: Final = 2.0
"""Standard deviation of the speed of what was seen once, in sides a second."""
_PUSH: Final = 4.0
"""Standard deviation of its acceleration, in sides a second squared."""


class Motion:
    """Centre, width and height of a box, each with its velocity (Kalman 1960).

    The four do not influence each other, so that each has a covariance of 2 x 2: `_xx`, `_xv`,
    `_vv`, (4,) each. What is uncertain grows with the box, as in SORT (Bewley et al. 2016).
    """

    def __init__(self, box: ArrayLike) -> None:
        self._at = _centred(box)
        self._speed = np.zeros(4)
        side = self._side()
        self._xx = np.full(4, (_SPREAD * side) ** 2)
        self._xv = np.zeros(4)
        self._vv = np.full(4, (_SPEED * side) ** 2)

    @property
    def box(self) -> F64:
        """Where it is thought to be: (4,) x1, y1, x2, y2."""
        half = np.maximum(self._at[2:], 1.0) / 2
        return np.concatenate([self._at[:2] - half, self._at[:2] + half])

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        push = (_PUSH * self._side()) ** 2
        self._at = self._at + self._speed * seconds
        self._xx = self._xx + seconds * (2 * self._xv + seconds * self._vv)
        self._xx = self._xx + push * seconds**4 / 4
        self._xv = self._xv + seconds * self._vv + push * seconds**3 / 2
        self._vv = self._vv + push * seconds**2

    def correct(self, box: ArrayLike) -> None:
        """Take in where it was seen: (4,) x1, y1, x2, y2."""
        seen = _centred(box)
        whole = self._xx + (_SPREAD * self._side()) ** 2
        off, gain, pull = seen - self._at, self._xx / whole, self._xv / whole
        self._at = self._at + gain * off
        self._speed = self._speed + pull * off
        self._vv = self._vv - pull * self._xv
        self._xv = (1 - gain) * self._xv
        self._xx = (1 - gain) * self._xx

    def _side(self) -> float:
        return float(np.sqrt(max(self._at[2], 1.0) * max(self._at[3], 1.0)))


def _centred(box: ArrayLike) -> F64:
    """Return (4,) x and y of the centre, width, height."""
    found = np.asarray(box, np.float64)
    return np.concatenate([(found[:2] + found[2:]) / 2, found[2:] - found[:2]])
