"""Calibration and thresholds where an image may have any number of tags: each tag for itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from sightline.core.errors import InvalidInputError
from sightline.heads.calibration import (
    FLOOR,
    ISOTONIC_PER_CLASS,
    ISOTONIC_ROWS,
    METHODS,
    PLATT_PER_CLASS,
    T_MAX,
    T_MIN,
    Method,
    best,
)
from sightline.heads.isotonic import Curve, fit_isotonic
from sightline.heads.sigmoids import fit_sigmoids, sigmoid

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

    from sightline.core.arrays import F64, I64, Bool

HALF: Final = 0.5
SHRINK: Final = 10.0
"""A threshold found on so many images with the tag counts as much as the one half it began at."""
LOWEST, HIGHEST = 0.05, 0.95
"""Thresholds outside say that a tag is always, or never, there."""


@dataclass(frozen=True, slots=True)
class TagCalibration:
    """How the logits (N, K) of K tags become probabilities, each by the method that suits it."""

    methods: tuple[Method, ...]
    scale: tuple[float, ...]
    """(K,) 1 / temperature, or Platt's; not looked at for isotonic."""
    offset: tuple[float, ...]
    """(K,)"""
    curves: tuple[Curve | None, ...]
    """(K,) of the isotonic tags."""

    @property
    def method(self) -> str:
        """Return the method that most tags have."""
        return max(METHODS, key=self.methods.count)

    def apply(self, logits: ArrayLike) -> F64:
        """Return the probability of each tag, (N, K), for logits (N, K)."""
        values = np.asarray(logits, dtype=np.float64)
        probs = sigmoid(values * np.asarray(self.scale) + np.asarray(self.offset))
        for k, curve in enumerate(self.curves):
            if curve is not None:
                probs[:, k] = curve.apply(values[:, k])
        return probs

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "methods": list(self.methods),
            "scale": list(self.scale),
            "offset": list(self.offset),
            "curves": [None if one is None else one.to_dict() for one in self.curves],
        }

    @staticmethod
    def from_dict(data: dict[str, Any]) -> TagCalibration:
        """Read it from JSON.

        Raises:
            InvalidInputError: A value is missing or has the wrong type.
        """
        known: dict[str, Method] = {one: one for one in METHODS}
        try:
            methods: list[Method] = [known[str(one)] for one in data["methods"]]
            return TagCalibration(
                tuple(methods),
                tuple(float(one) for one in data["scale"]),
                tuple(float(one) for one in data["offset"]),
                tuple(None if one is None else Curve.from_dict(one) for one in data["curves"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidInputError(
                f"not a calibration: {error}", hint="train the head again"
            ) from error


def plain(k: int) -> TagCalibration:
    """Return what leaves the logits of K tags as they are."""
    return TagCalibration(METHODS[:1] * k, (1.0,) * k, (0.0,) * k, (None,) * k)


def choose_tags(
    logits: F64, truth: Bool, weights: F64, *, folds: int = 5, seed: int = 0
) -> TagCalibration:
    """Return, for each tag, the method of the lowest cross-validated log loss, fitted on all rows.

    Platt scaling is tried where five rows have the tag and five have not, an isotonic curve from
    400 rows on where 30 have and 30 have not.

    Args:
        logits: (n, K) out of fold.
        truth: (n, K)
        weights: (n,) how much each row counts, of mean 1.
        folds: Parts of the cross-validation.
        seed: Deals the rows to the folds.
    """
    k = truth.shape[1]
    if len(truth) < 2 * folds:
        return plain(k)
    losses: list[dict[Method, F64]] = [{} for _ in range(k)]
    for method in METHODS:
        tried = _worth_trying(method, truth)
        if tried.any():
            probs = cross_calibrate_tags(
                [method] * k, logits, truth, weights, folds=folds, seed=seed, only=tried
            )
            each = _losses(probs, truth) * weights[:, None]
            for column in np.flatnonzero(tried).tolist():
                losses[column][method] = each[:, column]
    return _fitted([best(one) for one in losses], logits, truth, weights)


def cross_calibrate_tags(
    methods: list[Method],
    logits: F64,
    truth: Bool,
    weights: F64,
    *,
    folds: int = 5,
    seed: int = 0,
    only: Bool | None = None,
) -> F64:
    """Return probabilities (n, K), each row's calibration fitted on the other folds' rows.

    `only`: (K,) the tags that matter; the others stay at one half.
    """
    columns = np.arange(truth.shape[1]) if only is None else np.flatnonzero(only)
    out = np.full(logits.shape, HALF)
    part = np.random.default_rng(seed).permutation(len(truth)) % folds
    names = [methods[int(column)] for column in columns]
    for fold in np.unique(part):
        rest, held = part != fold, np.flatnonzero(part == fold)
        some = np.ix_(rest, columns)
        fitted = _fitted(names, logits[some], truth[some], weights[rest])
        out[np.ix_(held, columns)] = fitted.apply(logits[np.ix_(held, columns)])
    return out


def binary_loss(probabilities: F64, truth: Bool, weights: F64) -> F64:
    """Return the mean log loss of each tag, (K,), nats."""
    return np.asarray(weights @ _losses(probabilities, truth) / weights.sum(), dtype=np.float64)


def _losses(probabilities: F64, truth: Bool) -> F64:
    said = np.where(truth, probabilities, 1.0 - probabilities)
    return np.asarray(-np.log(np.maximum(said, FLOOR)), dtype=np.float64)


def thresholds(probabilities: F64, truth: Bool, weights: F64) -> F64:
    """Return (K,) from which probability on a tag counts as there: where its F1 is best.

    A tag that few images have is kept near one half: the best place on a handful of images is
    luck. With m of them it weighs m / (m + 10).

    Args:
        probabilities: (n, K) out of fold, calibrated.
        truth: (n, K)
        weights: (n,) how much each row counts.
    """
    found = np.full(truth.shape[1], HALF)
    for k in range(truth.shape[1]):
        some = int(truth[:, k].sum())
        if some:
            best = _best_f1(probabilities[:, k], truth[:, k], weights)
            found[k] = (some * best + SHRINK * HALF) / (some + SHRINK)
    return np.asarray(np.clip(found, LOWEST, HIGHEST))


def _best_f1(probs: F64, truth: Bool, weights: F64) -> float:
    """Return the middle of the gap between two probabilities at which F1 is highest."""
    order = np.argsort(-probs, kind="stable")
    p, w = probs[order], weights[order]
    hits, said = np.cumsum(w * truth[order]), np.cumsum(w)
    f1 = 2 * hits / (said + hits[-1])
    last = np.append(p[1:] < p[:-1], True)  # a threshold cannot part equal probabilities
    at = int(np.where(last, f1, -1.0).argmax())
    below = p[at + 1] if at + 1 < len(p) else 0.0
    return float((p[at] + below) / 2)


def _worth_trying(method: Method, truth: Bool) -> Bool:
    n, have = len(truth), truth.sum(axis=0)
    fewer: I64 = np.minimum(have, n - have)
    least = {"none": 0, "temperature": 1, "platt": PLATT_PER_CLASS, "isotonic": ISOTONIC_PER_CLASS}
    enough: Bool = fewer >= least[method]
    return enough & (n >= ISOTONIC_ROWS) if method == "isotonic" else enough


def _fitted(methods: list[Method], logits: F64, truth: Bool, weights: F64) -> TagCalibration:
    k = truth.shape[1]
    scale, offset = np.ones(k), np.zeros(k)
    curves: list[Curve | None] = [None] * k
    for method, fit in _FITS.items():
        columns = np.array([one for one in range(k) if methods[one] == method], np.int64)
        if len(columns):
            found = fit(logits[:, columns], truth[:, columns], weights)
            scale[columns], offset[columns] = found.scale, found.offset
            for column, curve in zip(columns, found.curves, strict=True):
                curves[column] = curve
    return TagCalibration(
        tuple(methods), tuple(scale.tolist()), tuple(offset.tolist()), tuple(curves)
    )


class _Fit(NamedTuple):
    """What some tags get, (k,) each."""

    scale: F64
    offset: F64
    curves: list[Curve | None]


def _temperature(logits: F64, truth: Bool, weights: F64) -> _Fit:
    scale, _ = fit_sigmoids(logits, truth, weights, offset=False)
    return _Fit(np.clip(scale, 1 / T_MAX, 1 / T_MIN), np.zeros(len(scale)), [None] * len(scale))


def _platt(logits: F64, truth: Bool, weights: F64) -> _Fit:
    scale, offset = fit_sigmoids(logits, truth, weights)
    return _Fit(scale, offset, [None] * len(scale))


def _isotonic(logits: F64, truth: Bool, weights: F64) -> _Fit:
    k = truth.shape[1]
    curves: list[Curve | None] = [
        fit_isotonic(logits[:, one], truth[:, one], weights) for one in range(k)
    ]
    return _Fit(np.ones(k), np.zeros(k), curves)


_FITS: Final[dict[Method, Callable[[F64, Bool, F64], _Fit]]] = {
    "temperature": _temperature,
    "platt": _platt,
    "isotonic": _isotonic,
}
