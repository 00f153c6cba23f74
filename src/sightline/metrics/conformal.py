"""Sets of classes that hold the true one as often as was promised.

Split conformal prediction with the score 1 - p of the true class (Sadinle, Lei and Wasserman,
"Least Ambiguous Set-Valued Classifiers", JASA 2019). A picture whose set holds exactly one class
is clear; one with several, or with none, is worth a person's look.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from sightline.core.arrays import F32, I64, Bool

LEAST: Final = 30
"""Calibration pictures below which a threshold would say nothing."""


def conformal_threshold(probabilities: F32, labels: I64, *, risk: float) -> float | None:
    """Return the probability from which on a class belongs to the set; None: too few pictures.

    Args:
        probabilities: (N, K) of pictures that nothing was learned from.
        labels: (N,) their classes.
        risk: How often the true class may be missing, 0..1.
    """
    count = len(labels)
    place = math.ceil((count + 1) * (1 - risk))
    if count < LEAST or place > count:
        return None
    scores = np.sort(1.0 - probabilities[np.arange(count), labels])
    return float(1.0 - scores[place - 1])


def prediction_set(probabilities: F32, threshold: float) -> Bool:
    """Return which classes belong to the set, of the shape of the probabilities (..., K)."""
    return probabilities >= threshold
