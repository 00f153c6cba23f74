"""Labels to 95 % of full accuracy on digits: <= 60 by the auto queue, never below random before.

The built-in encoder embeds scikit-learn's digits as they are written for the sample project; 500
are held back as the test split, which no queue sees. Labels are given ten at a time, the head is
refitted after each batch. Also the head's half of the demo's bar: >= .96 after 120 labels.
"""

from __future__ import annotations

import io
import statistics
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from benchmarks.harness import bar, save
from sightline.core.labels import LABELLED, TEST, TRAIN
from sightline.curate.assist import Labels, refit, score
from sightline.curate.pool import Pool
from sightline.curate.queues import plan
from sightline.engines.hog.engine import HogEncoder
from sightline.flows.samples import digit_files
from sightline.heads.logistic import fit
from sightline.heads.task import prepare

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEEDS = 12
BATCH = 10
TEST_IMAGES = 500
DEMO_LABELS = 120
MOST = 240
SHARE = 0.95
MARKS = (10, 20, 50, DEMO_LABELS)


class InMemory:
    """Embeddings by ordinal, as the store's arrays give them."""

    def __init__(self, rows: NDArray[np.float16]) -> None:
        self.rows = rows

    def read(self, ordinals: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        return self.rows[ordinals], np.ones(len(ordinals), np.bool_)


def embedded_digits() -> tuple[NDArray[np.float16], NDArray[np.int64]]:
    files = list(digit_files())
    images = [np.array(Image.open(io.BytesIO(data)).convert("RGB")) for _, data in files]
    truth = np.array([int(path.partition("/")[0]) for path, _ in files])
    return HogEncoder().encode(images).astype(np.float16), truth


def split_of(n: int, seed: int) -> NDArray[np.int32]:
    split = np.full(n, TRAIN, np.int32)
    split[np.random.default_rng(seed).permutation(n)[:TEST_IMAGES]] = TEST
    return split


def full_accuracy(rows: NDArray[np.float16], truth: NDArray[np.int64], seed: int) -> float:
    """Return the accuracy of a head that was given every label of the pool."""
    test = split_of(len(truth), seed) == TEST
    task = prepare(rows[~test], truth[~test])
    heads = [fit(task, encoder="hog", strength=strength) for strength in (30.0, 300.0)]
    return max(right(head.logits(rows[test]), head.class_ids, truth[test]) for head in heads)


def right(scores: NDArray[Any], class_ids: tuple[int, ...], truth: NDArray[np.int64]) -> float:
    return float((np.array(class_ids)[scores.argmax(axis=1)] == truth).mean())


def curve(
    rows: NDArray[np.float16], truth: NDArray[np.int64], queue: str, seed: int, most: int
) -> dict[int, float]:
    """Return test accuracy by number of labels given."""
    n, split, memory = len(truth), split_of(len(truth), seed), InMemory(rows)
    test, every = split == TEST, np.flatnonzero(split != TEST)
    status, class_id = np.zeros(n, np.int32), np.full(n, -1)
    alive, accuracy, margin, head = np.ones(n, np.bool_), {}, None, None
    for given in range(BATCH, most + 1, BATCH):
        pool = Pool(
            status=status,
            split=split,
            class_id=class_id,
            alive=alive,
            embeddings=memory,
            margin=margin,
        )
        chosen = plan(queue, pool, limit=BATCH, seed=1000 * seed + given).ordinals
        status[chosen], class_id[chosen] = LABELLED, truth[chosen]
        known = np.flatnonzero(status == LABELLED)
        labels = Labels(known, class_id[known])
        head, _ = refit(memory, labels, encoder="hog", pool=every, previous=head)
        scores = score(head, [(0, rows, alive)], n)
        margin = scores.margin
        accuracy[given] = right(scores.probabilities[test], head.class_ids, truth[test])
    return accuracy


def needed(accuracy: dict[int, float], goal: float) -> int:
    return next((given for given, one in accuracy.items() if one >= goal), MOST + BATCH)


def main() -> dict[str, Any]:
    rows, truth = embedded_digits()
    ours, random, full = [], [], []
    for seed in range(SEEDS):
        full.append(full_accuracy(rows, truth, seed))
        ours.append(curve(rows, truth, "auto", seed, DEMO_LABELS))
        random.append(curve(rows, truth, "random", seed, MOST))
    counts = {
        name: [needed(one, SHARE * whole) for one, whole in zip(curves, full, strict=True)]
        for name, curves in (("auto", ours), ("random", random))
    }
    print(f"all {len(truth) - TEST_IMAGES} labels: {statistics.median(full):.3f}")
    at: dict[str, Any] = {}
    for mark in MARKS:
        pair = [[one[mark] for one in curves] for curves in (ours, random)]
        at[str(mark)] = {
            name: {"median": statistics.median(one), "worst": min(one), "best": max(one)}
            for name, one in zip(("auto", "random"), pair, strict=True)
        }
        mine, theirs = at[str(mark)]["auto"], at[str(mark)]["random"]
        print(
            f"{mark:4} labels: auto {mine['median']:.3f} ({mine['worst']:.3f}-{mine['best']:.3f}),"
            f" random {theirs['median']:.3f} ({theirs['worst']:.3f}-{theirs['best']:.3f})"
        )
    median = {name: statistics.median(one) for name, one in counts.items()}
    ratio = median["auto"] / median["random"]
    print(f"labels to 95 %: auto {median['auto']:.0f}, random {median['random']:.0f}")
    below = sum(
        one[mark] < other[mark] for one, other in zip(ours, random, strict=True) for mark in MARKS
    )
    checks = [
        bar("labels to 95 % of full accuracy", median["auto"], 60),
        bar("times below random at the marks", below, 0),
        bar("the head's mistakes after 120 labels", 1 - at["120"]["auto"]["worst"], 0.04),
    ]
    return save(
        "labels_needed",
        {
            "seeds": SEEDS,
            "labels_to_95": counts,
            "ratio": ratio,
            "accuracy_at": at,
            "full_accuracy": full,
            "passed": all(checks),
        },
    )
