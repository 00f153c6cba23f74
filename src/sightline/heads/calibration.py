"""From a head's logits to probabilities that can be believed.

Temperature divides all logits by one number (Guo et al. 2017). Platt maps each class's logit
through its own rising sigmoid, one class against the rest, and renormalises; isotonic does so with
a rising curve of any shape (Platt 1999; Zadrozny and Elkan 2002). What is used is what has the
lowest log loss on rows that it was not fitted on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

import numpy as np

from sightline.core.errors import InvalidInputError
from sightline.heads.isotonic import Curve, fit_isotonic
from sightline.heads.sigmoids import fit_sigmoids, sigmoid

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

    from sightline.core.arrays import F64, I64

Method = Literal["none", "temperature", "platt", "isotonic"]
METHODS: Final[tuple[Method, ...]] = get_args(Method)
T_MIN: Final = 0.02
T_MAX: Final = 50.0
FLOOR: Final = 1e-12
_GOLDEN: Final = (5**0.5 - 1) / 2
PLATT_PER_CLASS: Final = 5
"""Platt scaling fits two numbers per class: with fewer labels it is not tried."""
ISOTONIC_ROWS: Final = 400
ISOTONIC_PER_CLASS: Final = 30
"""An isotonic curve bends wherever chance bends the labels: it is tried with many only."""
MANY_CLASSES: Final = 60
"""Above so many classes one temperature for all is what is tried: the others cost by the class."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """How logits become probabilities; `scale` and `offset` are of Platt, `curves` of isotonic."""

    method: Method = "none"
    temperature: float = 1.0
    scale: tuple[float, ...] = ()
    """(K,)"""
    offset: tuple[float, ...] = ()
    """(K,)"""
    curves: tuple[Curve, ...] = ()
    """(K,) over `odds`"""

    def apply(self, logits: ArrayLike) -> F64:
        """Return probabilities (N, K), rows sum to 1, for logits (N, K)."""
        values = np.asarray(logits, dtype=np.float64)
        if self.method in {"none", "temperature"}:
            return softmax(values / self.temperature)
        if self.method == "platt":
            raw = sigmoid(values * np.asarray(self.scale) + np.asarray(self.offset)) + FLOOR
        else:
            score = odds(values)
            raw = np.stack([curve.apply(score[:, k]) for k, curve in enumerate(self.curves)], 1)
        shares: F64 = raw / raw.sum(axis=1, keepdims=True)
        return shares

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "method": self.method,
            "temperature": self.temperature,
            "scale": list(self.scale),
            "offset": list(self.offset),
            "curves": [curve.to_dict() for curve in self.curves],
        }

    @staticmethod
    def from_dict(data: dict[str, Any]) -> Calibration:
        """Read it from JSON.

        Raises:
            InvalidInputError: A value is missing or has the wrong type.
        """
        try:
            method = data["method"]
            if method not in METHODS:
                raise ValueError(f"no method {method!r}")  # noqa: TRY301
            scale = tuple(float(one) for one in data["scale"])
            offset = tuple(float(one) for one in data["offset"])
            curves = tuple(Curve.from_dict(one) for one in data.get("curves", ()))
            return Calibration(method, float(data["temperature"]), scale, offset, curves)
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidInputError(
                f"not a calibration: {error}", hint="train the head again"
            ) from error


def softmax(logits: F64) -> F64:
    """Return exp(logits) with rows scaled to sum 1, safe for large logits."""
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: F64 = shifted / shifted.sum(axis=1, keepdims=True)
    return shares


def odds(logits: F64) -> F64:
    """Return the logarithm of p / (1 - p) of each class's share, (N, K): what a curve maps."""
    top = logits.max(axis=1, keepdims=True)
    shares = np.exp(logits - top)
    rest = np.maximum(shares.sum(axis=1, keepdims=True) - shares, FLOOR)
    difference: F64 = logits - top - np.log(rest)
    return difference


def fit_temperature(logits: ArrayLike, y: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Return the temperature of the lowest log-loss, within 0.02..50.

    Args:
        logits: (N, K) of images that the model was not fitted on.
        y: (N,) class indices.
        weights: (N,) how much each row counts; None: all the same.
    """
    values, labels = np.asarray(logits, dtype=np.float64), np.asarray(y, dtype=np.int64)
    if not labels.size:
        return 1.0
    share = _weights(weights, labels.size) / labels.size
    values = values - values.max(axis=1, keepdims=True)
    true = values[np.arange(labels.size), labels]

    def loss(log_t: float) -> float:
        cold = float(np.exp(-log_t))
        return float((np.log(np.exp(values * cold).sum(axis=1)) - true * cold) @ share)

    return float(np.exp(_golden(loss, float(np.log(T_MIN)), float(np.log(T_MAX)))))


def fit_platt(logits: ArrayLike, y: ArrayLike, weights: ArrayLike | None = None) -> Calibration:
    """Return one rising sigmoid per class, fitted one against the rest.

    Args:
        logits: (N, K) of images that the model was not fitted on.
        y: (N,) class indices.
        weights: (N,) how much each row counts; None: all the same.
    """
    values, labels = np.asarray(logits, dtype=np.float64), np.asarray(y, dtype=np.int64)
    weight = _weights(weights, labels.size)
    positive = labels[:, None] == np.arange(values.shape[1])
    scale, offset = fit_sigmoids(values, positive, weight)
    return Calibration("platt", 1.0, tuple(scale.tolist()), tuple(offset.tolist()))


def fit_curves(logits: ArrayLike, y: ArrayLike, weights: ArrayLike | None = None) -> Calibration:
    """Return one rising curve per class, fitted one against the rest.

    Args:
        logits: (N, K) of images that the model was not fitted on.
        y: (N,) class indices.
        weights: (N,) how much each row counts; None: all the same.
    """
    score, labels = odds(np.asarray(logits, dtype=np.float64)), np.asarray(y, dtype=np.int64)
    weight = _weights(weights, labels.size)
    curves = [fit_isotonic(score[:, k], labels == k, weight) for k in range(score.shape[1])]
    return Calibration("isotonic", curves=tuple(curves))


def choose(
    logits: ArrayLike,
    y: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    folds: int = 5,
    seed: int = 0,
) -> Calibration:
    """Return the method of the lowest cross-validated log-loss, fitted on all rows.

    A method must win on rows it was not fitted on, so that one with more numbers has no advantage.
    Platt scaling is tried only where every class has five rows, isotonic curves where there are
    400 rows and 30 of every class, and none of both with very many classes.

    Args:
        logits: (N, K) held-out or out-of-fold logits.
        y: (N,) class indices.
        weights: (N,) how much each row counts; None: all the same.
        folds: Parts of the cross-validation.
        seed: Deals the rows to the folds.
    """
    values, labels = np.asarray(logits, dtype=np.float64), np.asarray(y, dtype=np.int64)
    if labels.size < 2 * folds:
        return Calibration()
    weight = _weights(weights, labels.size)
    losses: dict[Method, F64] = {}
    for method in _worth_trying(labels, values.shape[1]):
        probs = cross_calibrate(method, values, labels, weight, folds=folds, seed=seed)
        true = np.maximum(probs[np.arange(labels.size), labels], FLOOR)
        losses[method] = -np.log(true) * weight
    return _FITS[best(losses)](values, labels, weight)


def cross_calibrate(
    method: Method,
    logits: ArrayLike,
    y: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    folds: int = 5,
    seed: int = 0,
) -> F64:
    """Return probabilities (N, K), each row's calibration fitted on the other folds' rows.

    So a calibration error measured on them is honest, though the labels are few.
    """
    values, labels = np.asarray(logits, dtype=np.float64), np.asarray(y, dtype=np.int64)
    weight = _weights(weights, labels.size)
    part = np.random.default_rng(seed).permutation(labels.size) % folds
    out = np.empty_like(values)
    for fold in np.unique(part):
        rest, held = part != fold, part == fold
        fitted = _FITS[method](values[rest], labels[rest], weight[rest])
        out[held] = fitted.apply(values[held])
    return out


def _worth_trying(y: I64, k: int) -> list[Method]:
    methods: list[Method] = ["none", "temperature"]
    fewest = int(np.bincount(y, minlength=k).min())
    if k <= MANY_CLASSES and fewest >= PLATT_PER_CLASS:
        methods.append("platt")
    if k <= MANY_CLASSES and fewest >= ISOTONIC_PER_CLASS and len(y) >= ISOTONIC_ROWS:
        methods.append("isotonic")
    return methods


def best(losses: dict[Method, F64]) -> Method:
    """Return the method of the lowest mean loss, of losses (n,) on rows that it had not seen.

    A curve of any shape must be better than the best of the others by a standard error of the
    difference: it bends to chance.
    """
    first = min((one for one in losses if one != "isotonic"), key=lambda one: losses[one].mean())
    if "isotonic" not in losses:
        return first
    gained = losses[first] - losses["isotonic"]
    return "isotonic" if gained.mean() > gained.std() / gained.size**0.5 else first


def _by_temperature(logits: F64, y: I64, weight: F64) -> Calibration:
    return Calibration("temperature", fit_temperature(logits, y, weight))


_FITS: Final[dict[Method, Callable[[F64, I64, F64], Calibration]]] = {
    "none": lambda _logits, _y, _weight: Calibration(),
    "temperature": _by_temperature,
    "platt": fit_platt,
    "isotonic": fit_curves,
}


def _weights(weights: ArrayLike | None, n: int) -> F64:
    """Return (n,) weights of mean 1."""
    if weights is None or not n:
        return np.ones(n)
    values = np.asarray(weights, dtype=np.float64)
    scaled: F64 = values / values.mean()
    return scaled


def _golden(loss: Callable[[float], float], low: float, high: float, steps: int = 48) -> float:
    """Return the place of the minimum of a function that falls, then rises."""
    a, b = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_a, at_b = loss(a), loss(b)
    for _ in range(steps):
        if at_a <= at_b:
            high, b, at_b = b, a, at_a
            a = high - _GOLDEN * (high - low)
            at_a = loss(a)
        else:
            low, a, at_a = a, b, at_b
            b = low + _GOLDEN * (high - low)
            at_b = loss(b)
    return (low + high) / 2
