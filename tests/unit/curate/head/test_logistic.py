"""Every solver finds what scikit-learn finds, and tells how it gets there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sightline.core.errors import CancelledError
from sightline.core.progress import Silent
from sightline.curate.head.data import Problem
from sightline.curate.head.logistic import fit, loss_and_gradient
from sightline.curate.head.spec import HeadSpec
from sightline.curate.head.watch import Watch

if TYPE_CHECKING:
    from sightline.core.arrays import F32, I64


class Told(Silent):
    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def tell(self, kind: str, **data: Any) -> None:
        assert kind == "metric"
        self.events.append(data)


class Stop(Silent):
    def check(self) -> None:
        raise CancelledError("stopped")


def blobs(k: int, n: int = 120, dim: int = 5) -> tuple[F32, I64]:
    rng = np.random.default_rng(k)
    y = np.arange(n, dtype=np.int64) % k
    return (rng.normal(size=(k, dim))[y] + rng.normal(size=(n, dim))).astype(np.float32), y


@pytest.mark.parametrize("k", [2, 4])
@pytest.mark.parametrize("solver", ["lbfgs", "saga", "sag"])
def test_the_answer_is_scikit_learns(k: int, solver: str) -> None:
    from sklearn.linear_model import LogisticRegression

    rows, y = blobs(k)
    weights = np.linspace(0.5, 1.5, len(y))
    spec = HeadSpec(solver=solver, c=0.3, tol=1e-6)
    layer = fit(Problem(rows, y, weights, k), spec, watch=Watch(Silent(), 1, "x"))
    model = LogisticRegression(C=0.3, tol=1e-8, max_iter=5000).fit(rows, y, weights)
    logits = rows @ layer.weight + layer.bias
    wanted = model.predict_proba(rows)
    shares = np.exp(logits - logits.max(1, keepdims=True))
    assert np.abs(shares / shares.sum(1, keepdims=True) - wanted).max() < 2e-3


def test_the_gradient_is_that_of_the_loss() -> None:
    rows, y = blobs(3, n=20)
    problem = Problem(rows, y, np.linspace(0.5, 1.5, 20), 3)
    v = np.random.default_rng(0).normal(size=(6, 3))
    _, gradient = loss_and_gradient(v, problem, 0.1)
    for at in ((0, 0), (3, 1), (5, 2)):
        step = np.zeros_like(v)
        step[at] = 1e-3
        high, low = (loss_and_gradient(v + s * step, problem, 0.1)[0] for s in (1, -1))
        assert (high - low) / 2e-3 == pytest.approx(gradient[at], rel=1e-2, abs=1e-4)


@pytest.mark.parametrize("solver", ["lbfgs", "saga"])
def test_convergence_is_told_with_what_is_held_out(solver: str) -> None:
    rows, y = blobs(3)
    told = Told()
    problem = Problem(rows[:90], y[:90], np.ones(90), 3)
    spec = HeadSpec(solver=solver)
    fit(problem, spec, watch=Watch(told, 1000, "fitting"), held=(rows[90:], y[90:]))
    first, last = told.events[0], told.events[-1]
    assert {"phase", "step", "total", "loss", "val_loss", "val_accuracy"} <= last.keys()
    assert last["loss"] <= first["loss"]
    assert last["step"] >= first["step"] >= 1


def test_it_stops_when_it_is_asked_to() -> None:
    rows, y = blobs(3)
    with pytest.raises(CancelledError):
        fit(Problem(rows, y, np.ones(120), 3), HeadSpec(), watch=Watch(Stop(), 9, "x"))


def test_a_fit_that_begins_at_the_end_is_there_at_once() -> None:
    rows, y = blobs(3)
    problem = Problem(rows, y, np.ones(120), 3)
    watch = Watch(Silent(), 1000, "x")
    layer = fit(problem, HeadSpec(), watch=watch)
    again = Watch(Silent(), 1000, "x")
    start = np.vstack([layer.weight, layer.bias[None]]).astype(np.float64)
    fit(problem, HeadSpec(), watch=again, start=start)
    assert again.steps < watch.steps / 2
