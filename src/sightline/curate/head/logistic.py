"""Multinomial logistic regression with an L2 penalty, step by step so that it can be watched.

The loss is scikit-learn's: C times the weighted log loss of all rows plus half the squared weights,
the bias free; of two classes the difference of their weights is what is squared. SAG and SAGA
(Schmidt et al. 2017; Defazio et al. 2014) are scikit-learn's, L-BFGS is that of the live head.
"""

from __future__ import annotations

import warnings
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.heads.bundle import Layer
from sightline.heads.calibration import softmax
from sightline.heads.lbfgs import minimise
from sightline.metrics.classification import accuracy, log_loss

if TYPE_CHECKING:
    from sightline.core.arrays import F32, F64, I64
    from sightline.curate.head.data import Problem
    from sightline.curate.head.spec import HeadSpec
    from sightline.curate.head.watch import Watch

PASSES: Final = 10
"""Of SAG and SAGA between two looks at the loss."""


def fit(
    problem: Problem,
    spec: HeadSpec,
    *,
    watch: Watch,
    start: F64 | None = None,
    held: tuple[F32, I64] | None = None,
) -> Layer:
    """Return the layer that fits best.

    Args:
        problem: What it is fitted to.
        spec: solver, c, max_iter, tol.
        watch: Is told of each step, and may stop it.
        start: (D + 1, K) to begin from, the bias in the last row.
        held: Rows and classes that it does not learn from, to be measured on the way.

    Raises:
        CancelledError: Somebody stopped it.
    """
    first = np.zeros((problem.rows.shape[1] + 1, problem.k)) if start is None else start
    look = _Look(problem, held)
    solve = _lbfgs if spec.solver == "lbfgs" else _passes
    found = solve(problem, first, spec, look, watch)
    watch.step(watch.steps, lambda: look.at(found), last=True)
    return Layer(
        np.ascontiguousarray(found[:-1], np.float32), np.ascontiguousarray(found[-1], np.float32)
    )


class _Look:
    """Measures weights on what is learned from and on what is held out."""

    def __init__(self, problem: Problem, held: tuple[F32, I64] | None) -> None:
        self._problem, self._held = problem, held

    def at(self, v: F64, loss: float | None = None) -> dict[str, Any]:
        """Return the measures; `loss`: of the rows, where the solver knows it."""
        if loss is None:
            known = self._problem
            loss = log_loss(_probabilities(known.rows, v), known.y, known.weights)
        told: dict[str, Any] = {"loss": loss}
        if self._held is not None and len(self._held[1]):
            rows, y = self._held
            probs = _probabilities(rows, v)
            told |= {"val_loss": log_loss(probs, y), "val_accuracy": accuracy(y, probs.argmax(1))}
        return told


def _probabilities(rows: F32, v: F64) -> F64:
    return softmax((rows @ v[:-1].astype(np.float32) + v[-1].astype(np.float32)).astype(np.float64))


def loss_and_gradient(v: F64, problem: Problem, penalty: float) -> tuple[float, F64]:
    """Return the loss of weights and bias (D + 1, K), and its gradient.

    Both are divided by the sum of the weights; `penalty` is 1 / (C that sum).
    """
    rows, y, weights = problem.rows, problem.y, problem.weights
    total, at = float(weights.sum()), np.arange(len(y))
    logits = rows @ v[:-1].astype(np.float32)
    logits += v[-1].astype(np.float32)
    logits -= logits.max(axis=1, keepdims=True)
    true = logits[at, y]
    np.exp(logits, out=logits)
    sums = logits.sum(axis=1)
    log_part = float((np.log(sums, dtype=np.float64) - true) @ weights / total)
    share = (weights / total).astype(np.float32)
    logits *= (share / sums)[:, None]
    logits[at, y] -= share
    gradient = np.empty_like(v)
    gradient[:-1] = rows.T @ logits
    gradient[:-1] += penalty * v[:-1]
    gradient[-1] = logits.sum(axis=0, dtype=np.float64)
    return log_part + _half_squares(v, penalty), gradient


def _lbfgs(problem: Problem, first: F64, spec: HeadSpec, look: _Look, watch: Watch) -> F64:
    shape, penalty = first.shape, _penalty(spec, first) / float(problem.weights.sum())

    def loss(flat: F64) -> tuple[float, F64]:
        value, gradient = loss_and_gradient(flat.reshape(shape), problem, penalty)
        return value, gradient.ravel()

    def after(flat: F64, value: float) -> None:
        v = flat.reshape(shape)
        watch.step(watch.steps + 1, lambda: look.at(v, value - _half_squares(v, penalty)))

    found = minimise(
        loss, first.ravel(), steps=spec.max_iter, gradient_tolerance=spec.tol, after=after
    )
    return np.asarray(found.reshape(shape), np.float64)


def _half_squares(v: F64, penalty: float) -> float:
    return 0.5 * penalty * float(np.einsum("dk,dk->", v[:-1], v[:-1]))


def _penalty(spec: HeadSpec, first: F64) -> float:
    """Return what half the squared weights are multiplied by: 1 / C, twice that of two classes."""
    return (2.0 if first.shape[1] == 2 else 1.0) / spec.c  # noqa: PLR2004


def _passes(problem: Problem, first: F64, spec: HeadSpec, look: _Look, watch: Watch) -> F64:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model._sag import sag_solver  # what LogisticRegression calls itself

    solid, target = np.ascontiguousarray(problem.rows), problem.y.astype(np.float32)
    weights = problem.weights.astype(np.float32)
    memory: dict[str, Any] = {"coef": first.astype(np.float32)}
    squared = float(np.einsum("nd,nd->n", solid, solid).max())
    done = 0
    while done < spec.max_iter:
        asked = min(PASSES, spec.max_iter - done)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # it goes on in the next part
            _, passes, memory = sag_solver(
                solid,
                target,
                weights,
                loss="multinomial",
                alpha=_penalty(spec, first),
                max_iter=asked,
                tol=spec.tol,
                random_state=spec.seed + done,
                check_input=False,
                max_squared_sum=squared,
                warm_start_mem=memory,
                is_saga=spec.solver == "saga",
            )
        done += int(passes)
        now = np.asarray(memory["coef"], np.float64)
        watch.step(done, partial(look.at, now))
        if passes < asked:
            break
    return np.asarray(memory["coef"], np.float64)
