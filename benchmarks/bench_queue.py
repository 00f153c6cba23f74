"""A score queue over 100,000 images takes <= 100 ms, a diverse batch of 200 <= 2 s.

Also at 1,000,000 images, the front of the queue against a full sort; and what a label costs after
it is given: the head refitted on 300 labels (<= 1 s) and every one of 100,000 x 1,280 embeddings
scored, against a plain conversion and product.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.harness import bar, compare, save, show
from sightline.core.labels import LABELLED
from sightline.curate.assist import Labels, refit, score
from sightline.curate.pool import Pool
from sightline.curate.queues import plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

DIM = 1280
CLASSES = 10
SMALL, LARGE = 100_000, 1_000_000
LABELS = 300
FRONT = 1000


class InMemory:
    def __init__(self, rows: NDArray[np.float16]) -> None:
        self.rows = rows

    def read(self, ordinals: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        return self.rows[ordinals], np.ones(len(ordinals), np.bool_)


def embeddings(n: int) -> NDArray[np.float16]:
    rng = np.random.default_rng(0)
    rows = np.empty((n, DIM), np.float16)
    centres = rng.standard_normal((CLASSES, DIM), dtype=np.float32)
    for at in range(0, n, 10_000):
        part = rng.standard_normal((min(10_000, n - at), DIM), dtype=np.float32)
        rows[at : at + len(part)] = part + centres[np.arange(at, at + len(part)) % CLASSES]
    return rows


def project(n: int, labels: int, **fields: Any) -> Pool:
    rng = np.random.default_rng(1)
    status, class_id = np.zeros(n, np.int32), np.full(n, -1, np.int32)
    known = rng.choice(n, labels, replace=False)
    status[known], class_id[known] = LABELLED, known % CLASSES
    return Pool(
        status=status,
        split=np.zeros(n, np.int32),
        class_id=class_id,
        alive=np.ones(n, np.bool_),
        margin=rng.random(n, dtype=np.float32),
        **fields,
    )


def best_s(work: Callable[[], object], times: int = 5) -> float:
    took = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return min(took)


def sorted_whole(pool: Pool) -> NDArray[np.int64]:
    waiting, _ = pool.open()
    assert pool.margin is not None
    return waiting[np.argsort(pool.margin[waiting], kind="stable")]


def plain_scores(rows: NDArray[np.float16], weights: NDArray[np.float32]) -> object:
    return [rows[at : at + 4096].astype(np.float32) @ weights for at in range(0, len(rows), 4096)]


def main() -> dict[str, Any]:
    rows = embeddings(SMALL)
    memory, figures, checks = InMemory(rows), {}, []
    few, many = project(SMALL, 20, embeddings=memory), project(SMALL, LABELS, embeddings=memory)
    for name, pool, queue, limit, most in (
        ("uncertain, 100k, all", many, "uncertain", None, 0.1),
        ("random, 100k, all", many, "random", None, 0.1),
        ("auto by coverage, 100k, 200", few, "auto", 200, 2.0),
        ("auto by doubt, 100k, 200", many, "auto", 200, 2.0),
    ):
        figures[name] = best_s(partial(plan, queue, pool, limit=limit))
        checks.append(bar(f"{name}, s", figures[name], most))
    large = project(LARGE, LABELS)
    front = compare(
        "uncertain, 1M: the front against a full sort",
        ours=lambda: plan("uncertain", large, limit=FRONT),
        peer=lambda: sorted_whole(large),
        rounds=5,
    )
    show(front)
    known = np.flatnonzero(many.status == LABELLED)
    labels = Labels(known, many.class_id[known])
    every = np.arange(SMALL)
    figures["refit on 300 labels"] = best_s(
        lambda: refit(memory, labels, encoder="e", pool=every), 3
    )
    checks.append(bar("refit on 300 labels, s", figures["refit on 300 labels"], 1.0))
    head, _ = refit(memory, labels, encoder="e")
    valid = np.ones(SMALL, np.bool_)
    scoring = compare(
        "score 100k x 1,280 against astype and product",
        ours=lambda: score(head, [(0, rows, valid)], SMALL),
        peer=lambda: plain_scores(rows, head.weights),
        rounds=5,
    )
    show(scoring)
    print("; ".join(f"{name} {value * 1e3:.0f} ms" for name, value in figures.items()))
    return save(
        "queue",
        {
            "seconds": figures,
            "front_of_1m": front.as_dict(),
            "scoring": scoring.as_dict(),
            "passed": all(checks),
        },
    )
