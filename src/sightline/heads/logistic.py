"""Logistic regression with an L2 penalty, quick enough to refit after every label.

One class per image: multinomial. Tags: one against the rest for each, all at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.heads.head import Head
from sightline.heads.lbfgs import minimise
from sightline.heads.tag_calibration import HALF, plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.core.arrays import F64, I64, Bool
    from sightline.heads.task import Task

STRENGTHS: Final = (3.0, 30.0, 300.0)
"""C of the penalty |W|^2 / 2C, for rows of mean square length 1."""
FOLDS: Final = 5
SINGLE_FOLD_ROWS: Final = 3000
"""From this many labels on, one held-out fifth says enough."""
CURVATURE: Final = 0.05
"""What p (1 - p) is expected to be on the way: of a head that is right most of the time."""
ROUGH: Final = 1e-6
"""Share of the loss by which a step must lower it, where a model is only measured."""


def fit(task: Task, *, encoder: str, strength: float, start: Head | None = None) -> Head:
    """Return the head fitted on all rows, not calibrated.

    Args:
        task: What `prepare` or `prepare_tags` returned.
        encoder: Key of the encoder.
        strength: C of the penalty.
        start: An earlier head of the same encoder, to begin from.
    """
    return as_head(task, solve(task, strength, warm(task, start)), encoder, strength)


def as_head(task: Task, v: F64, encoder: str, strength: float) -> Head:
    """Return the head of weights and bias (r + 1, K) in the task's coordinates."""
    weights = task.basis.vectors @ v[:-1].astype(np.float32)
    weights /= np.float32(task.scale)
    bias = v[-1].astype(np.float32) - task.mean @ weights
    head = Head(
        weights=np.ascontiguousarray(weights),
        bias=bias,
        class_ids=task.class_ids,
        encoder=encoder,
        strength=strength,
    )
    if task.tags is None:
        return head
    k = len(task.class_ids)
    return head.calibrated(plain(k), (HALF,) * k)


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
    return by_folds(task, part, strength)[0]


def by_folds(
    task: Task, part: I64, strength: float, start: F64 | None = None
) -> tuple[F64, tuple[F64, ...]]:
    """Return logits (n, K) by models that did not see the row, and these models, fold by fold.

    Logits are NaN where `part` is -1; models are (r + 1, K).

    `start`: (r + 1, K) where each model begins. The loss is convex: they end where they must.
    """
    out, models = np.full((len(task.y), len(task.class_ids)), np.nan), []
    for fold in np.unique(part[part >= 0]):
        held = part == fold
        v = solve(task.subset(~held), strength, start, tolerance=ROUGH)
        out[held] = task.rows[held] @ v[:-1].astype(np.float32) + v[-1]
        models.append(v)
    return out, tuple(models)


def solve(task: Task, strength: float, start: F64 | None = None, *, tolerance: float = 1e-9) -> F64:
    """Return weights and, in the last row, bias: (r + 1, K), by L-BFGS.

    The steps are taken in coordinates in which the loss bends about equally in all directions:
    divided by the root of each one's expected curvature.
    """
    r, k = task.rows.shape[1], len(task.class_ids)
    penalty = 1.0 / (strength * max(1, len(task.rows)))
    bend = np.append(CURVATURE * task.energy + penalty, CURVATURE)
    unit = (1.0 / np.sqrt(bend))[:, None]
    errors = _softmax_errors(task.y) if task.tags is None else _sigmoid_errors(task.tags)

    def loss(flat: F64) -> tuple[float, F64]:
        v = flat.reshape(r + 1, k) * unit
        logits = (task.rows @ v[:-1].astype(np.float32)).astype(np.float64)
        logits += v[-1]
        value, off = errors(logits)
        gradient = np.empty_like(v)
        gradient[:-1] = task.rows.T @ off.astype(np.float32)
        gradient[:-1] += penalty * v[:-1]
        gradient[-1] = off.sum(axis=0)
        gradient *= unit
        return value + 0.5 * penalty * float(np.einsum("rk,rk->", v[:-1], v[:-1])), gradient.ravel()

    first = np.zeros((r + 1) * k) if start is None else (start / unit).ravel()
    found: F64 = minimise(loss, first, value_tolerance=tolerance).reshape(r + 1, k) * unit
    return found


def warm(task: Task, head: Head | None) -> F64 | None:
    """Return an earlier head in the task's coordinates, (r + 1, K); None when it does not fit."""
    if head is None or head.dim != len(task.mean):
        return None
    k = len(task.class_ids)
    old = {one: at for at, one in enumerate(head.class_ids)}
    known = [(new, old[one]) for new, one in enumerate(task.class_ids) if one in old]
    weights, bias = np.zeros((head.dim, k), np.float32), np.zeros(k, np.float32)
    for new, at in known:
        weights[:, new], bias[new] = head.weights[:, at], head.bias[at]
    bias = bias + task.mean @ weights
    weights *= np.float32(task.scale)
    return np.vstack([task.basis.vectors.T @ weights, bias]).astype(np.float64)


def _softmax_errors(y: I64) -> Callable[[F64], tuple[float, F64]]:
    """Return what gives the mean log loss of logits (n, K) and its gradient in them."""
    n, at = len(y), np.arange(len(y))

    def errors(logits: F64) -> tuple[float, F64]:
        logits -= logits.max(axis=1, keepdims=True)
        true = logits[at, y]
        np.exp(logits, out=logits)
        total = logits.sum(axis=1, keepdims=True)
        value = float((np.log(total[:, 0]) - true).mean())
        logits /= total
        logits[at, y] -= 1.0
        logits /= n
        return value, logits

    return errors


def _sigmoid_errors(tags: Bool) -> Callable[[F64], tuple[float, F64]]:
    """Return what gives the log loss of logits (n, K), summed over tags, and its gradient."""
    n, there = len(tags), tags.astype(np.float64)

    def errors(logits: F64) -> tuple[float, F64]:
        value = float((np.logaddexp(0.0, logits) - there * logits).sum()) / n
        off = 0.5 * (1.0 + np.tanh(0.5 * logits)) - there
        off /= n
        return value, off

    return errors
