"""Populations whose learning curve is known by brute force, and labels drawn from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from sightline.curate.assist import Known, Labels, learn
from sightline.curate.estimate import Estimate, estimate
from sightline.heads.logistic import fit
from sightline.heads.task import prepare
from sightline.heads.threads import one_thread
from unit.curate.pools import MemoryRows

if TYPE_CHECKING:
    from collections.abc import Sequence

STRENGTH = 30.0


@dataclass
class Population:
    """Images (N, D) and their classes (N,)."""

    rows: np.ndarray
    truth: np.ndarray
    sizes: np.ndarray
    repeats: int = 12
    accuracy: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        with one_thread():
            found = [
                np.mean([self._once(int(n), r) for r in range(self.repeats)]) for n in self.sizes
            ]
        self.accuracy = np.maximum.accumulate(found)

    def _once(self, n: int, seed: int) -> float:
        order = np.random.default_rng(10_000 + seed).permutation(len(self.truth))
        head = fit(
            prepare(self.rows[order[:n]], self.truth[order[:n]]), encoder="e", strength=STRENGTH
        )
        rest = order[n:][:4000]
        answer = np.array(head.class_ids)[head.logits(self.rows[rest]).argmax(axis=1)]
        return float((answer == self.truth[rest]).mean())

    def at(self, labels: float) -> float:
        """Return the mean accuracy with so many random labels."""
        return float(np.interp(np.log(labels), np.log(self.sizes), self.accuracy))

    def needed(self, target: float) -> float:
        """Return how many random labels bring that accuracy on average."""
        return float(np.exp(np.interp(target, self.accuracy, np.log(self.sizes))))

    def labelled(self, n: int, seed: int) -> tuple[Known, float | None]:
        """Return n random labels as a head learned from them, and what it was measured at."""
        some = np.random.default_rng(seed).permutation(len(self.truth))[:n]
        labels = Labels(some, self.truth[some])
        _, measures, known = learn(
            MemoryRows(self.rows), labels, encoder="e", pool=np.arange(len(self.truth))
        )
        return known, measures.accuracy

    def told(self, n: int, target: float, seed: int) -> Estimate:
        """Return what is said after n random labels."""
        known, now = self.labelled(n, seed)
        left = len(self.truth) - n
        return estimate(known, STRENGTH, target=target, now=now, left=left, seed=seed)


def covers(found: Estimate, n: int, truth: float) -> bool:
    """Tell whether the truth is inside: reached counts as none more to go."""
    if found.low is None:  # never, it says in nine samples of ten
        return False
    high = np.inf if found.high is None else found.high
    return (found.low if found.low > 1 else -np.inf) <= truth - n <= high


def coverage(
    population: Population, ns: Sequence[int], factors: Sequence[float], trials: int
) -> tuple[float, list[tuple[int, float, float]]]:
    """Return the share of intervals that hold the truth, and it by (labels, target)."""
    table = []
    for n in ns:
        for factor in factors:
            if n * factor > population.sizes[-1]:
                continue
            target = population.at(n * factor)
            truth = population.needed(target)
            held = [covers(population.told(n, target, seed), n, truth) for seed in range(trials)]
            table.append((n, factor, float(np.mean(held))))
    return float(np.mean([share for _, _, share in table])), table


def mixture(
    classes: int, dim: int, apart: float, seed: int, n: int = 8000
) -> tuple[np.ndarray, np.ndarray]:
    """Return rows (n, dim) of two bells per class, and their classes (n,)."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(classes, 2, dim)) * apart
    truth = rng.integers(0, classes, n)
    rows = centres[truth, rng.integers(0, 2, n)] + rng.normal(size=(n, dim))
    return rows.astype(np.float32), truth
