"""A head from labelled vectors: split, scaled, fitted, calibrated, measured."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.progress import Silent
from sightline.curate.head import logistic, mlp
from sightline.curate.head.data import Problem, Scaling, row_weights
from sightline.curate.head.split import folds, held_out
from sightline.curate.head.watch import Watch
from sightline.heads.bundle import Layer, forward
from sightline.heads.calibration import fit_temperature, softmax
from sightline.heads.guard import is_background
from sightline.metrics.calibration import ece
from sightline.metrics.classification import accuracy, confusion, log_loss, per_class

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sightline.core.arrays import F32, F64, I64, Bool
    from sightline.core.progress import Progress
    from sightline.curate.head.data import Samples
    from sightline.curate.head.spec import HeadSpec
    from sightline.heads.bundle import HeadBundle

FOLDS: Final = 5
WRONG: Final = 3.0
UNSURE: Final = 2.0
"""How often hard rows count."""
SURE_P: Final = 0.65
SURE_MARGIN: Final = 0.15
ECE_BINS: Final = 10
BACKGROUND_ROW: Final = "background"
ROUGHLY: Final = {"solver": "lbfgs", "tol": 1e-3, "max_iter": 100}


@dataclass(frozen=True, slots=True)
class Fitted:
    """What came of a training."""

    layers: tuple[Layer, ...]
    classes: tuple[str, ...]
    scaling: Scaling
    temperature: float
    metrics: dict[str, Any]
    """JSON; of held-out rows, None where there are none."""
    counts: dict[str, Any]
    """JSON: rows to learn from and held out, rows for each class, how many were hard."""


def fit(
    samples: Samples,
    spec: HeadSpec,
    *,
    start: HeadBundle | None = None,
    progress: Progress | None = None,
) -> Fitted:
    """Return the head that samples teach.

    Args:
        samples: Rows with their classes.
        spec: What is asked for.
        start: A head to begin from, where it fits.
        progress: Is told of convergence, and may stop it.

    Raises:
        InvalidInputError: Fewer than two classes have a row, or there is no such device.
        CancelledError: The progress said so.
    """
    told = progress or Silent()
    samples = samples.checked()
    out = held_out(samples.groups, samples.y, share=spec.val_share, seed=spec.seed)
    taught, held = samples.of(~out), samples.of(out)
    scaling = Scaling.of(spec.normalise, taught.rows)
    weights = row_weights(
        taught, balanced=spec.class_weight == "balanced", oversample=spec.oversample
    )
    problem = Problem(scaling.apply(taught.rows), taught.y, weights, len(samples.classes))
    ground = _Ground(problem, samples.classes, taught.groups, spec, told)
    hard = {"wrong": 0, "unsure": 0}
    if spec.hard_examples:
        weights, hard = ground.mined()
        ground = replace(ground, problem=replace(problem, weights=weights))
    test = scaling.apply(held.rows), held.y
    layers = ground.fitted(test, start=_start(start, samples.classes, scaling))
    logits = forward(layers, test[0])
    cold = fit_temperature(logits, held.y) if spec.temperature and len(held.y) else 1.0
    return Fitted(
        layers,
        samples.classes,
        scaling,
        cold,
        measured(logits / np.float32(cold), held.y, samples.classes),
        {
            "train": len(taught.y),
            "val": len(held.y),
            "classes": dict(zip(samples.classes, samples.counts.tolist(), strict=True)),
            "hard": hard,
        },
    )


def measured(logits: F32, y: I64, classes: Sequence[str]) -> dict[str, Any]:
    """Return how good answers (N, K) to rows of the classes (N,) are; None where there is no row.

    All background is one class here: which kind of it a crop is taken for does not matter.
    `macro_f1` is the mean over foreground classes that occur, as truth or as answer.
    """
    if not len(y):
        nothing = ("accuracy", "macro_f1", "log_loss", "ece")
        return {**dict.fromkeys(nothing), "rows": 0, "classes": []}
    probs, truth = as_one_background(softmax(logits.astype(np.float64)), y, classes)
    front = [name for name in classes if not is_background(name)]
    answers = probs.argmax(axis=1)
    found = per_class(confusion(truth, answers, probs.shape[1]))
    occurs = (found.support > 0) | (found.predicted > 0)
    occurs[len(front) :] = False
    names = [*front, *[BACKGROUND_ROW] * (probs.shape[1] - len(front))]
    rows = [
        {"name": name, "background": k >= len(front), **row}
        for k, (name, row) in enumerate(zip(names, found.rows(), strict=True))
    ]
    return {
        "accuracy": accuracy(truth, answers),
        "macro_f1": float(found.f1[occurs].mean()) if occurs.any() else 0.0,
        "log_loss": log_loss(probs, truth),
        "ece": ece(probs, truth, bins=ECE_BINS),
        "rows": len(truth),
        "classes": rows,
    }


def as_one_background(probs: F64, y: I64, classes: Sequence[str]) -> tuple[F64, I64]:
    """Return probabilities (N, J) and classes (N,) with all background in one, the last, column."""
    away = np.fromiter(map(is_background, classes), np.bool_, len(classes))
    if not away.any():
        return probs, y
    place = np.where(away, int((~away).sum()), np.cumsum(~away) - 1)
    joined = np.concatenate([probs[:, ~away], probs[:, away].sum(axis=1, keepdims=True)], axis=1)
    return joined, place[y]


@dataclass(frozen=True, slots=True)
class _Ground:
    """What the head is fitted to, and how."""

    problem: Problem
    classes: tuple[str, ...]
    groups: NDArray[Any]
    spec: HeadSpec
    progress: Progress

    def fitted(
        self,
        held: tuple[F32, I64],
        *,
        keep: Bool | None = None,
        what: str = "fitting",
        start: tuple[Layer, ...] = (),
    ) -> tuple[Layer, ...]:
        """Return layers fitted to the rows, or to those of `keep`."""
        spec = self.spec
        problem = self.problem if keep is None else self.problem.of(keep)
        most = spec.max_iter if spec.head == "logistic" else spec.epochs
        watch = Watch(self.progress, most, what)
        if spec.head == "mlp":
            return mlp.fit(problem, spec, watch=watch, start=start, held=held)
        first = None
        if len(start) == 1:
            first = np.vstack([start[0].weight, start[0].bias[None]]).astype(np.float64)
        return (logistic.fit(problem, spec, watch=watch, start=first, held=held),)

    def mined(self) -> tuple[F64, dict[str, int]]:
        """Return weights that count hard rows more, and how many of which kind there are.

        Hard is what a head that did not see the row takes wrongly, or is unsure of.
        """
        problem = self.problem
        part = folds(self.groups, count=FOLDS, seed=self.spec.seed)
        probs = np.zeros((len(part), problem.k))
        # any solver finds the same; roughly is enough to tell what is hard
        quick = replace(self, spec=self.spec.model_copy(update=ROUGHLY))
        for fold in np.unique(part):
            held = part == fold
            if held.all():
                continue
            test = problem.rows[held], problem.y[held]
            what = f"judging part {fold + 1} of {FOLDS}"
            layers = quick.fitted(test, keep=~held, what=what)
            probs[held] = softmax(forward(layers, test[0]).astype(np.float64))
        judged = probs.any(axis=1)
        hard = hard_rows(*as_one_background(probs, problem.y, self.classes))
        wrong, unsure = (one & judged for one in hard)
        weights = problem.weights * np.where(wrong, WRONG, np.where(unsure, UNSURE, 1.0))
        counts = {"wrong": int(wrong.sum()), "unsure": int(unsure.sum())}
        return weights / weights.mean(), counts


def hard_rows(probs: F64, y: I64) -> tuple[Bool, Bool]:
    """Return which rows of probabilities (N, K) are wrong, and which of the others unsure, (N,)."""
    top = -np.sort(-probs, axis=1)[:, :2]
    wrong = probs.argmax(axis=1) != y
    unsure = (top[:, 0] < SURE_P) | (top[:, 0] - top[:, 1] < SURE_MARGIN)
    return wrong, unsure & ~wrong


def _start(
    bundle: HeadBundle | None, classes: tuple[str, ...], scaling: Scaling
) -> tuple[Layer, ...]:
    """Return a head's layers as they would be here; none where they cannot be."""
    if bundle is None or bundle.normalise != scaling.kind:
        return ()
    first, *rest = bundle.layers
    if scaling.mean is not None and bundle.mean is not None and bundle.scale is not None:
        assert scaling.scale is not None
        raw = first.weight / bundle.scale[:, None]
        bias = first.bias + (scaling.mean - bundle.mean) @ raw
        first = Layer(raw * scaling.scale[:, None], bias)
    layers = [first, *rest]
    last = layers[-1]
    known = {name: k for k, name in enumerate(bundle.classes)}
    weight = np.zeros((last.weight.shape[0], len(classes)), np.float32)
    bias = np.zeros(len(classes), np.float32)
    for k, name in enumerate(classes):
        if name in known:
            weight[:, k], bias[k] = last.weight[:, known[name]], last.bias[known[name]]
    return (*layers[:-1], Layer(weight, bias))
