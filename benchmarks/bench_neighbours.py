"""Similar <= 1.2 x one NumPy product to 1M; of 100k: near-duplicates <= 60 s, oddities <= 10 s.

Embeddings are 512 numbers in half precision, as they are stored; NumPy's product is that of rows
that are single precision already, twice as large. `similar` includes the reasons and the order of
the queue. Each method's memory is the most it took beyond the embeddings, as a multiple of them.
"""

from __future__ import annotations

import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil

from benchmarks.harness import bar, compare, save, show
from sightline.curate import near_duplicates
from sightline.curate.ask import Ask
from sightline.curate.knn import knn
from sightline.curate.oddities import METHODS, oddness
from sightline.curate.pool import Pool
from sightline.curate.similar import lengths, nearest, plan_similar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

DIM = 512
SIZES = (10_000, 100_000)
LARGE = 1_000_000
CHUNK = 16_384
KINDS = 200
BLOCK = 10_000


def embeddings(n: int) -> NDArray[np.float16]:
    """Return rows around 200 centres; every fiftieth is nearly another one."""
    rng = np.random.default_rng(0)
    centres = rng.standard_normal((KINDS, DIM), dtype=np.float32)
    rows = np.empty((n, DIM), np.float16)
    for at in range(0, n, BLOCK):
        part = rng.standard_normal((min(BLOCK, n - at), DIM), dtype=np.float32)
        part += centres[rng.integers(KINDS, size=len(part))]
        near = len(part) // 50
        part[-near:] = part[:near] + 0.1 * part[-near:]
        rows[at : at + len(part)] = part
    return rows


def chunks(rows: NDArray[Any]) -> Iterator[tuple[int, NDArray[Any], NDArray[np.bool_]]]:
    for at in range(0, len(rows), CHUNK):
        part = rows[at : at + CHUNK]
        yield at, part, np.ones(len(part), np.bool_)


def project(n: int) -> Pool:
    return Pool(
        status=np.zeros(n, np.int32),
        split=np.zeros(n, np.int32),
        class_id=np.full(n, -1, np.int32),
        alive=np.ones(n, np.bool_),
    )


def queue(rows: NDArray[Any], known: NDArray[np.float32], pool: Pool, image: int) -> object:
    distance = nearest(chunks(rows), rows[image][None].astype(np.float32), known)
    asked = Pool(
        status=pool.status,
        split=pool.split,
        class_id=pool.class_id,
        alive=pool.alive,
        arrays={"distance": distance},
    )
    return plan_similar(asked, Ask(images=(image,)))


def beyond(work: Callable[[], object], rows: NDArray[Any]) -> tuple[float, float]:
    """Return seconds, and the peak of memory with the embeddings in multiples of them."""
    process, peak, done = psutil.Process(), 0, threading.Event()
    before = process.memory_info().rss

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.005):
            peak = max(peak, process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    began = time.perf_counter()
    work()
    took = time.perf_counter() - began
    done.set()
    watcher.join()
    return took, 1 + max(0, peak - before) / rows.nbytes


def main() -> dict[str, Any]:
    figures: dict[str, Any] = {}
    checks = []
    for n in (*SIZES, LARGE):
        rows, pool = embeddings(n), project(n)
        known = lengths(chunks(rows), n)
        if n in SIZES:
            prints = np.random.default_rng(1).integers(1, 256, (n, 8)).astype(np.uint8)
            every = np.arange(n)
            works: dict[str, Callable[[], object]] = {
                "near-duplicates": partial(near_duplicates.find, every, rows, prints),
                "15 neighbours of all": partial(knn, rows, 15),
                **{f"oddities, {one}": partial(oddness, rows, one) for one in METHODS},
            }
            for name, work in works.items():
                took, memory = beyond(work, rows)
                figures[f"{name}, {n:,}"] = {"seconds": took, "memory": memory}
                print(f"{name}, {n:,}: {took:.2f} s, {memory:.2f} x the embeddings")
                if n == SIZES[-1]:
                    limit = {"near": 60.0, "oddi": 10.0}.get(name[:4], 120.0)
                    checks.append(bar(f"{name}, s", took, limit))
                    checks.append(bar(f"{name}, memory, x the embeddings", memory, 3.0))
        wide = rows.astype(np.float32)
        for count in (1, 5):
            queries = wide[:count].T.copy()
            query = queries[:, 0] if count == 1 else queries
            images = rows[:count].astype(np.float32)
            result = compare(
                f"distances to {count} of {n:,} against NumPy's product",
                ours=partial(lambda r, q, k: nearest(chunks(r), q, k), rows, images, known),
                peer=partial(np.matmul, wide, query),
                rounds=9,
            )
            show(result)
            figures[result.name] = result.as_dict()
            if n > SIZES[0]:
                checks.append(bar("  ratio", result.ratio, 1.2))
        whole = compare(
            f"the queue of similar images of {n:,} against NumPy's product",
            ours=partial(queue, rows, known, pool, 7),
            peer=partial(np.matmul, wide, wide[7].copy()),
            rounds=5,
        )
        show(whole)
        figures[whole.name] = whole.as_dict()
        del wide
    return save("neighbours", {"figures": figures, "passed": all(checks)})
