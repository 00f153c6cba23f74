"""What the benchmarks of active labelling share: strategies, and accuracy by labels given.

Pictures with known classes are labelled a batch at a time as a strategy asks, the head is refitted
after each batch and asked about a test split that no strategy sees.
"""

from __future__ import annotations

import statistics
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.labels import LABELLED, TEST, TRAIN
from sightline.curate.assist import Labels, Scores, refit, score
from sightline.curate.coverage import bandwidth, herd, likeness
from sightline.curate.pool import Pool, Tops, unit_rows
from sightline.curate.queues import plan
from sightline.heads.logistic import fit
from sightline.heads.task import prepare

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

STRATEGIES: Final = (
    "random", "margin", "entropy", "confidence", "k-center", "herding", "auto",
)  # fmt: skip
WORKERS: Final = 2


class InMemory:
    """Embeddings by ordinal, as the store's arrays give them."""

    def __init__(self, rows: NDArray[np.float16]) -> None:
        self.rows = rows

    def read(self, ordinals: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        return self.rows[ordinals], np.ones(len(ordinals), np.bool_)

    def iter_chunks(self, n: int) -> Iterator[tuple[int, NDArray[Any], NDArray[np.bool_]]]:
        yield 0, self.rows[:n], np.ones(n, np.bool_)


@dataclass(frozen=True)
class Problem:
    """Pictures whose classes are known, and how they are asked for."""

    rows: NDArray[np.float16]
    truth: NDArray[np.int64]
    test_images: int
    batch: int
    most: int

    def split(self, seed: int) -> NDArray[np.int32]:
        """Return the split of each picture, (n,)."""
        found = np.full(len(self.truth), TRAIN, np.int32)
        found[np.random.default_rng(seed).permutation(len(self.truth))[: self.test_images]] = TEST
        return found

    def full_accuracy(self, seed: int) -> float:
        """Return the accuracy of a head that was given every label of the pool."""
        test = self.split(seed) == TEST
        task = prepare(self.rows[~test], self.truth[~test])
        heads = [fit(task, encoder="e", strength=strength) for strength in (3.0, 30.0, 300.0)]
        logits = [head.logits(self.rows[test]) for head in heads]
        known = np.array(heads[0].class_ids)
        return max(float((known[one.argmax(1)] == self.truth[test]).mean()) for one in logits)


def curve(problem: Problem, strategy: str, seed: int) -> dict[int, float]:
    """Return test accuracy by number of labels given."""
    n, split, memory = len(problem.truth), problem.split(seed), InMemory(problem.rows)
    test, every = split == TEST, np.flatnonzero(split != TEST)
    status, class_id = np.zeros(n, np.int32), np.full(n, -1)
    known = Pool(
        status=status, split=split, class_id=class_id, alive=np.ones(n, np.bool_), embeddings=memory
    )
    scores: Scores | None = None
    accuracy = {}
    for given in range(problem.batch, problem.most + 1, problem.batch):
        pool = known if scores is None else answered(known, scores, class_id)
        chosen = choose(pool, strategy, problem.batch, 1000 * seed + given)
        status[chosen], class_id[chosen] = LABELLED, problem.truth[chosen]
        taught = np.flatnonzero(status == LABELLED)
        if len(np.unique(class_id[taught])) < 2:
            accuracy[given] = float((problem.truth[test] == class_id[taught[0]]).mean())
            continue
        labels = Labels(taught, class_id[taught])
        head, _ = refit(memory, labels, encoder="e", pool=every)
        scores = score(head, memory.iter_chunks(n), n)
        answers = np.array(head.class_ids)[scores.probabilities[test].argmax(axis=1)]
        accuracy[given] = float((answers == problem.truth[test]).mean())
    return accuracy


def answered(pool: Pool, scores: Scores, class_id: NDArray[np.int64]) -> Pool:
    """Return the project with what the head says."""
    best = scores.probabilities.argmax(axis=1).astype(np.int32)
    top = scores.probabilities[np.arange(len(best)), best].astype(np.float32)
    return Pool(
        status=pool.status,
        split=pool.split,
        class_id=class_id,
        alive=pool.alive,
        embeddings=pool.embeddings,
        margin=scores.margin,
        entropy=scores.entropy,
        tops=Tops(top, best),
        probabilities=InMemory(scores.probabilities),
    )


def choose(pool: Pool, strategy: str, count: int, seed: int) -> NDArray[np.int64]:
    """Return what a strategy asks for next; by chance while it cannot say."""
    if strategy == "herding":
        return herded(pool, count)
    if strategy == "k-center":
        return plan("diverse", pool, limit=count, seed=seed).ordinals
    if strategy in {"random", "auto"} or pool.margin is None:
        name = "auto" if strategy == "auto" else "random"
        return plan(name, pool, limit=count, seed=seed).ordinals
    return plan("uncertain", pool, limit=count, options={"measure": strategy}).ordinals


def herded(pool: Pool, count: int) -> NDArray[np.int64]:
    """Return what adds most coverage, whatever the head says."""
    assert pool.embeddings is not None
    waiting, _ = pool.open()
    values, _ = unit_rows(pool.embeddings, waiting)
    anchors, _ = unit_rows(pool.embeddings, pool.taught())
    width = bandwidth(values)
    covered = likeness(values, anchors, width).max(axis=1, initial=0.0)
    kernel = likeness(values, values, width)
    places, _ = herd(kernel, covered, np.ones(len(values), np.float32), count)
    return waiting[places]


def curves(
    problem: Problem, strategies: Sequence[str], seeds: Sequence[int]
) -> dict[str, list[dict[int, float]]]:
    """Return the curve of every strategy and seed, worked out on two cores."""
    jobs = [(one, seed) for one in strategies for seed in seeds]
    with ProcessPoolExecutor(WORKERS) as pool:
        found = list(pool.map(partial(_one, problem), jobs))
    return {
        name: [one for (strategy, _), one in zip(jobs, found, strict=True) if strategy == name]
        for name in strategies
    }


def _one(problem: Problem, job: tuple[str, int]) -> dict[int, float]:
    return curve(problem, *job)


def needed(accuracy: dict[int, float], goal: float) -> float:
    """Return the labels after which an accuracy is reached; inf when it never is."""
    return next((given for given, one in accuracy.items() if one >= goal), float("inf"))


def summed(found: list[dict[int, float]]) -> dict[int, dict[str, float]]:
    """Return median, quartiles and extremes over the seeds, by number of labels."""
    table = {}
    for given in found[0]:
        values = [one[given] for one in found]
        low, _, high = statistics.quantiles(values, n=4, method="inclusive")
        table[given] = {
            "median": statistics.median(values), "mean": statistics.fmean(values),
            "low": low, "high": high, "worst": min(values), "best": max(values),
        }  # fmt: skip
    return table
