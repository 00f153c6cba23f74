"""What heads fitted on fewer labels say of images that those labels are not of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.heads.logistic import solve
from sightline.heads.sigmoids import sigmoid
from sightline.heads.tag_calibration import thresholds
from sightline.heads.threads import one_thread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sightline.core.arrays import F32, F64, I64, Bool
    from sightline.curate.assist import Known
    from sightline.heads.task import Task

SIZES: Final = 6
SMALLEST: Final = 12
REPEATS: Final = 2
MANY: Final = 300
"""Above this many labels once is enough, and above four times as many two folds of the five."""
ROUGH: Final = 1e-5


@dataclass(frozen=True, slots=True)
class Held:
    """Answers by S heads, each fitted on more labels than the one before, to m images."""

    sizes: F64
    """(S,) labels, ascending."""
    weights: F64
    """(m,) for how much each image counts."""
    right: F64 | None
    """(S, m) share of right answers, where an image has one class."""
    hits: F64 | None = None
    """(S, m, K) where a tag was said and is there."""
    said: F64 | None = None
    """(S, m, K) where a tag was said."""
    truth: Bool | None = None
    """(m, K) which tags are there."""

    def values(self, weights: F64) -> F64:
        """Return accuracy, or macro F1 of tags, with other weights: (B, S) for (B, m)."""
        total = np.maximum(weights.sum(axis=1, keepdims=True), 1e-12)
        if self.right is not None:
            found: F64 = weights @ self.right.T / total
            return found
        assert self.hits is not None
        assert self.said is not None
        assert self.truth is not None
        have = (weights @ self.truth)[:, None, :]  # (B, 1, K)
        hits = np.einsum("bm,smk->bsk", weights, self.hits, optimize=True)
        said = np.einsum("bm,smk->bsk", weights, self.said, optimize=True)
        f1 = np.divide(2 * hits, have + said, out=np.zeros_like(hits), where=have + said > 0)
        there = have > 0
        return np.asarray((f1 * there).sum(axis=2) / np.maximum(there.sum(axis=2), 1))


@dataclass(frozen=True, slots=True)
class Tested:
    """Labelled images of the test split, in a task's coordinates."""

    rows: F32
    """(m, r)"""
    truth: I64 | Bool
    """(m,) place in class_ids, K for a class that is not there; or (m, K) tags."""


def held_answers(known: Known, strength: float, seed: int) -> Held:
    """Return the answers of heads on nested subsets of the labels.

    With a test split they are asked about that; without one, about the fold of labels that their
    subset was drawn without, each weighted by the images it stands for: labels from a queue are no
    fair sample.
    """
    with one_thread():
        if known.test is not None:
            return _on_test(known, known.test, strength, seed)
        return _on_folds(known, strength, seed)


def _sizes(task: Task, most: int) -> I64:
    least = max(SMALLEST, min(2 * len(task.class_ids), most // 6))
    found = np.unique(np.geomspace(min(least, most), most, SIZES).astype(np.int64))
    return np.asarray(found, dtype=np.int64)


def _models(task: Task, order: I64, sizes: I64, strength: float) -> Iterator[F64]:
    """Yield (r + 1, K) of each subset, each begun where the one before it ended."""
    found = None
    for size in sizes:
        found = solve(task.subset(order[:size]), strength, found, tolerance=ROUGH)
        yield found


def _on_test(known: Known, test: Tested, strength: float, seed: int) -> Held:
    task, rng = known.task, np.random.default_rng(seed)
    sizes = _sizes(task, len(task.y))
    logits = np.zeros((_repeats(task), len(sizes), len(test.rows), len(task.class_ids)))
    for one in logits:
        order = rng.permutation(len(task.y))
        for at, model in enumerate(_models(task, order, sizes, strength)):
            one[at] = _logits(model, test.rows)
    return _held(sizes, logits, test.truth, np.ones(len(test.rows)))


def _on_folds(known: Known, strength: float, seed: int) -> Held:
    task, part, rng = known.task, known.part, np.random.default_rng(seed)
    n, all_folds = len(task.y), np.unique(part[part >= 0])
    asked = all_folds if n <= 4 * MANY else all_folds[:2]
    fewest = min(int(np.count_nonzero(part != fold)) for fold in asked)
    sizes = _sizes(task, fewest)
    logits = np.full((_repeats(task), len(sizes), n, len(task.class_ids)), np.nan)
    for one in logits:
        order = rng.permutation(n)
        for fold in asked:
            taught, held = order[part[order] != fold], part == fold
            for at, model in enumerate(_models(task, taught, sizes, strength)):
                one[at, held] = _logits(model, task.rows[held])
    out = np.isin(part, asked)
    truth = task.y if task.tags is None else task.tags
    return _held(sizes, logits[:, :, out], truth[out], known.weights[out[part >= 0]])


def _repeats(task: Task) -> int:
    return REPEATS if len(task.y) <= MANY else 1


def _logits(model: F64, rows: F32) -> F64:
    found: F64 = rows @ model[:-1].astype(np.float32) + model[-1]
    return found


def _held(sizes: I64, logits: F64, truth: I64 | Bool, weights: F64) -> Held:
    """Return the answers of logits (R, S, m, K), the mean of the repeats."""
    many = sizes.astype(np.float64)
    if truth.ndim == 1:
        right = (logits.argmax(axis=3) == truth).mean(axis=0)
        return Held(many, weights, right)
    tags = truth.astype(np.bool_)
    said = np.zeros(logits.shape[1:])
    for one in logits:
        for at, found in enumerate(one):
            probs = sigmoid(found)
            said[at] += probs >= thresholds(probs, tags, weights)
    said /= len(logits)
    return Held(many, weights, None, said * tags, said, tags)
