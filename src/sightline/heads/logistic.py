"""Multinomial logistic regression with an L2 penalty, quick enough to refit after every label."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import InvalidInputError
from sightline.heads.calibration import Calibration
from sightline.heads.half import widen
from sightline.heads.lbfgs import minimise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightline.core.arrays import F32, F64, I64

STRENGTHS: Final = (3.0, 30.0, 300.0)
"""C of the penalty |W|^2 / 2C, for rows of mean square length 1."""
FOLDS: Final = 5
SINGLE_FOLD_ROWS: Final = 3000
"""From this many labels on, one held-out fifth says enough."""
CHUNK_ROWS: Final = 512
UNCALIBRATED: Final = Calibration()


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A linear classifier on one encoder's embeddings (N, D)."""

    weights: F32
    """(D, K), for embeddings as the encoder gives them."""
    bias: F32
    """(K,)"""
    class_ids: tuple[int, ...]
    """K ids of classes, ascending: the columns of the answer."""
    encoder: str
    """Key of the encoder."""
    calibration: Calibration = UNCALIBRATED
    strength: float = STRENGTHS[1]

    @property
    def dim(self) -> int:
        """Return D."""
        return int(self.weights.shape[0])

    def logits(self, rows: NDArray[Any]) -> F32:
        """Return (N, K) for rows (N, D), float16 or float32.

        Raises:
            InvalidInputError: D is not the head's.
        """
        if rows.ndim != 2 or rows.shape[1] != self.dim:  # noqa: PLR2004
            raise InvalidInputError(
                f"embeddings of shape {rows.shape} do not fit a head for {self.dim} numbers",
                hint="train the head again for this encoder",
            )
        out = np.empty((len(rows), len(self.class_ids)), np.float32)
        buffer = np.empty((min(CHUNK_ROWS, len(rows)), self.dim), np.float32)
        for at in range(0, len(rows), CHUNK_ROWS):
            part = rows[at : at + CHUNK_ROWS]
            np.matmul(widen(part, buffer[: len(part)]), self.weights, out=out[at : at + len(part)])
        out += self.bias
        return out

    def score(self, rows: NDArray[Any]) -> F32:
        """Return calibrated probabilities (N, K), rows sum to 1, for rows (N, D)."""
        return self.calibration.apply(self.logits(rows)).astype(np.float32)

    def calibrated(self, calibration: Calibration) -> Head:
        """Return the same head with another calibration."""
        return replace(self, calibration=calibration)


@dataclass(frozen=True, slots=True)
class Task:
    """Labelled embeddings, standardised and, where labels are few, turned into fewer numbers.

    With an L2 penalty the best weights lie in the span of the rows, so n rows of D numbers can be
    replaced by their n coordinates in an orthonormal basis of that span: same answer, less work.
    """

    rows: F32
    """(n, r) coordinates, r = min(n, D)."""
    y: I64
    """(n,) place in class_ids."""
    class_ids: tuple[int, ...]
    basis: F32 | None
    """(D, r); None where the coordinates are the standardised embeddings."""
    mean: F32
    """(D,)"""
    scale: float
    """Root mean square length of the centred embeddings."""

    @property
    def counts(self) -> I64:
        """Return labels per class, (K,)."""
        return np.bincount(self.y, minlength=len(self.class_ids)).astype(np.int64)


def prepare(embeddings: NDArray[Any], labels: NDArray[Any]) -> Task:
    """Return the task of telling the labelled classes apart.

    Args:
        embeddings: (n, D), float16 or float32.
        labels: (n,) class ids.

    Raises:
        InvalidInputError: Fewer than two classes have a label, or a value is not finite.
    """
    ids, y = np.unique(np.asarray(labels, dtype=np.int64), return_inverse=True)
    if len(ids) < 2:  # noqa: PLR2004
        raise InvalidInputError(
            f"a head needs labels of two classes or more, there are {len(ids)}",
            hint="label pictures of at least two classes",
        )
    rows = widen(embeddings) if embeddings.dtype == np.float16 else embeddings.astype(np.float32)
    if not np.isfinite(rows).all():
        raise InvalidInputError("an embedding is not finite", hint="embed the images again")
    mean = rows.mean(axis=0, dtype=np.float64).astype(np.float32)
    rows = rows - mean
    scale = float(np.sqrt((rows**2).sum(axis=1).mean())) or 1.0
    rows /= np.float32(scale)
    basis = None
    if len(rows) < rows.shape[1]:
        basis, coordinates = np.linalg.qr(rows.T)
        rows = np.ascontiguousarray(coordinates.T)
    class_ids = tuple(int(one) for one in ids)
    return Task(rows, y.astype(np.int64), class_ids, basis, mean, scale)


def fit(task: Task, *, encoder: str, strength: float, start: Head | None = None) -> Head:
    """Return the head fitted on all rows, not calibrated.

    Args:
        task: What `prepare` returned.
        encoder: Key of the encoder.
        strength: C of the penalty.
        start: An earlier head of the same encoder, to begin from.
    """
    v = solve(task.rows, task.y, len(task.class_ids), strength, _start(task, start))
    weights = v[:-1].astype(np.float32)
    if task.basis is not None:
        weights = task.basis @ weights
    weights /= np.float32(task.scale)
    bias = v[-1].astype(np.float32) - task.mean @ weights
    return Head(
        weights=np.ascontiguousarray(weights),
        bias=bias,
        class_ids=task.class_ids,
        encoder=encoder,
        strength=strength,
    )


def folds(y: I64, *, seed: int = 0) -> I64:
    """Return (n,) the fold that holds a row out, -1 for rows that never are.

    Each class is dealt to the folds in turn, so that each fold's rest has every class. A class's
    only label is never held out.
    """
    rng = np.random.default_rng(seed)
    part = np.full(len(y), -1, np.int64)
    offset = 0
    for one in np.unique(y):
        places = rng.permutation(np.flatnonzero(y == one))
        if len(places) > 1:
            part[places] = (np.arange(len(places)) + offset) % FOLDS
            offset += len(places)
    return np.where(part > 0, -1, part) if len(y) >= SINGLE_FOLD_ROWS else part


def held_out(task: Task, part: I64, strength: float) -> F64:
    """Return logits (n, K) by models that did not see the row; NaN where `part` is -1."""
    k = len(task.class_ids)
    out = np.full((len(task.y), k), np.nan)
    for fold in np.unique(part[part >= 0]):
        held = part == fold
        v = solve(task.rows[~held], task.y[~held], k, strength)
        out[held] = task.rows[held] @ v[:-1] + v[-1]
    return out


def solve(rows: F32, y: I64, k: int, strength: float, start: F64 | None = None) -> F64:
    """Return weights and, in the last row, bias: (r + 1, k), by L-BFGS."""
    n, r = rows.shape
    penalty, at = 1.0 / (strength * n), np.arange(n)

    def loss(flat: F64) -> tuple[float, F64]:
        v = flat.reshape(r + 1, k)
        logits = (rows @ v[:-1].astype(np.float32)).astype(np.float64) + v[-1]
        logits -= logits.max(axis=1, keepdims=True)
        shares = np.exp(logits)
        total = shares.sum(axis=1, keepdims=True)
        value = float((np.log(total[:, 0]) - logits[at, y]).mean())
        shares /= total
        shares[at, y] -= 1.0
        shares /= n
        gradient = np.empty_like(v)
        gradient[:-1] = rows.T @ shares.astype(np.float32)
        gradient[:-1] += penalty * v[:-1]
        gradient[-1] = shares.sum(axis=0)
        return value + 0.5 * penalty * float((v[:-1] ** 2).sum()), gradient.ravel()

    first = np.zeros((r + 1) * k) if start is None else start.ravel()
    return minimise(loss, first).reshape(r + 1, k)


def _start(task: Task, head: Head | None) -> F64 | None:
    """Return an earlier head in the task's coordinates, None when it does not fit."""
    if head is None or head.dim != len(task.mean):
        return None
    k = len(task.class_ids)
    known = [
        (task.class_ids.index(one), at)
        for at, one in enumerate(head.class_ids)
        if one in task.class_ids
    ]
    weights, bias = np.zeros((head.dim, k), np.float32), np.zeros(k, np.float32)
    for new, old in known:
        weights[:, new], bias[new] = head.weights[:, old], head.bias[old]
    bias = bias + task.mean @ weights
    weights *= np.float32(task.scale)
    inside = weights if task.basis is None else task.basis.T @ weights
    return np.vstack([inside, bias]).astype(np.float64)
