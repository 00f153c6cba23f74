"""From a head's logits to probabilities that can be believed.

Both methods keep order: temperature divides all logits by one number (Guo et al. 2017), Platt maps
each class's logit through its own rising sigmoid, one class against the rest, and renormalises
(Platt 1999; Zadrozny and Elkan 2002).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

    from sightline.core.arrays import F64, I64, Bool

Method = Literal["none", "temperature", "platt"]
T_MIN: Final = 0.02
T_MAX: Final = 50.0
FLOOR: Final = 1e-12
_GOLDEN: Final = (5**0.5 - 1) / 2
_NEWTON_STEPS: Final = 50
_MIN_PER_CLASS: Final = 5
"""Platt scaling fits two numbers per class: with fewer labels it is not tried."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """How logits become probabilities. `scale` and `offset` are (K,), of Platt scaling only."""

    method: Method = "none"
    temperature: float = 1.0
    scale: tuple[float, ...] = ()
    offset: tuple[float, ...] = ()

    def apply(self, logits: ArrayLike) -> F64:
        """Return probabilities (N, K), rows sum to 1, for logits (N, K)."""
        values = np.asarray(logits, dtype=np.float64)
        if self.method != "platt":
            return softmax(values / self.temperature)
        raw = sigmoid(values * np.asarray(self.scale) + np.asarray(self.offset)) + FLOOR
        shares: F64 = raw / raw.sum(axis=1, keepdims=True)
        return shares

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "method": self.method,
            "temperature": self.temperature,
            "scale": list(self.scale),
            "offset": list(self.offset),
        }

    @staticmethod
    def from_dict(data: dict[str, Any]) -> Calibration:
        """Read it from JSON.

        Raises:
            InvalidInputError: A value is missing or has the wrong type.
        """
        try:
            method = data["method"]
            if method not in {"none", "temperature", "platt"}:
                raise ValueError(f"no method {method!r}")  # noqa: TRY301
            scale = tuple(float(one) for one in data["scale"])
            offset = tuple(float(one) for one in data["offset"])
            return Calibration(method, float(data["temperature"]), scale, offset)
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidInputError(
                f"not a calibration: {error}", hint="train the head again"
            ) from error


def softmax(logits: F64) -> F64:
    """Return exp(logits) with rows scaled to sum 1, safe for large logits."""
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: F64 = shifted / shifted.sum(axis=1, keepdims=True)
    return shares


def sigmoid(values: F64) -> F64:
    """Return 1 / (1 + exp(-values)), safe for large values."""
    return 0.5 * (1.0 + np.tanh(0.5 * values))


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
    pairs = [_sigmoid_fit(values[:, k], labels == k, weight) for k in range(values.shape[1])]
    return Calibration(
        "platt", 1.0, tuple(scale for scale, _ in pairs), tuple(offset for _, offset in pairs)
    )


def choose(
    logits: ArrayLike,
    y: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    folds: int = 5,
    seed: int = 0,
) -> Calibration:
    """Return the method of the lowest cross-validated log-loss, fitted on all rows.

    Platt scaling is tried only where every class has five rows, and a method must win on rows it
    was not fitted on, so that a method with more numbers has no advantage.

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
    methods: list[Method] = ["none", "temperature"]
    if np.bincount(labels, minlength=values.shape[1]).min() >= _MIN_PER_CLASS:
        methods.append("platt")
    losses: dict[Method, float] = {}
    for method in methods:
        probs = cross_calibrate(method, values, labels, weight, folds=folds, seed=seed)
        true = np.maximum(probs[np.arange(labels.size), labels], FLOOR)
        losses[method] = float(-np.log(true) @ weight)
    return _FITS[min(losses, key=losses.__getitem__)](values, labels, weight)


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


def _by_temperature(logits: F64, y: I64, weight: F64) -> Calibration:
    return Calibration("temperature", fit_temperature(logits, y, weight))


_FITS: Final[dict[Method, Callable[[F64, I64, F64], Calibration]]] = {
    "none": lambda _logits, _y, _weight: Calibration(),
    "temperature": _by_temperature,
    "platt": fit_platt,
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


def _sigmoid_fit(score: F64, positive: Bool, weight: F64) -> tuple[float, float]:
    """Return (scale >= 0, offset) of the sigmoid, by damped Newton on Platt's smoothed targets."""
    ones, zeros = float(weight[positive].sum()), float(weight[~positive].sum())
    high, low = (ones + 1.0) / (ones + 2.0), 1.0 / (zeros + 2.0)
    target = np.where(positive, high, low)
    spread = float(score.std()) or 1.0
    x = np.stack([score / spread, np.ones_like(score)], axis=1)
    w = np.array([1.0, float(np.log((ones + 1.0) / (zeros + 1.0)))])
    ridge = np.diag([1e-3, 1e-6])

    def loss(v: F64) -> float:
        z = x @ v
        return float((np.logaddexp(0.0, z) - target * z) @ weight + 0.5 * v @ ridge @ v)

    now = loss(w)
    for _ in range(_NEWTON_STEPS):
        p = sigmoid(x @ w)
        gradient = x.T @ (weight * (p - target)) + ridge @ w
        curvature = (x.T * (weight * p * (1 - p))) @ x + ridge
        step, size = np.linalg.solve(curvature, gradient), 1.0
        while size > 1e-4 and (then := loss(w - size * step)) > now:  # noqa: PLR2004
            size /= 2
        if size <= 1e-4 or now - then < 1e-9:  # noqa: PLR2004
            break
        w, now = w - size * step, then
    if w[0] < 0:  # a falling sigmoid would turn the order round: keep the class's share alone
        share = float(np.average(target, weights=weight))
        return 0.0, float(np.log(share / (1 - share)))
    return float(w[0] / spread), float(w[1])
