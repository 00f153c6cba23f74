"""Which pictures are unlike the others, in three ways.

* `knn`: far from the tenth nearest picture (Ramaswamy, Rastogi & Shim 2000).
* `lof`: in a thinner place than its neighbours are (local outlier factor: Breunig, Kriegel, Ng &
  Sander 2000), so that what is odd beside a dense group is found too.
* `forest`: cut off by few random cuts (isolation forest: Liu, Ting & Zhou 2008).

Above REFERENCE pictures, neighbours are looked for among so many, by chance: what is far from all
is far from a sample (Sugiyama & Borgwardt 2013 show that it finds outliers as well and costs N
instead of N squared).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

import numpy as np

from sightline.core.errors import InvalidInputError, did_you_mean
from sightline.core.progress import Progress, Silent
from sightline.curate.knn import knn
from sightline.curate.ranked import Ranking, ranked
from sightline.heads.half import widen
from sightline.heads.threads import cores, one_thread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightline.core.arrays import F32, Bool
    from sightline.curate.ask import Ask
    from sightline.curate.pool import Plan, Pool

Method = Literal["knn", "lof", "forest"]
METHODS: Final[tuple[Method, ...]] = get_args(Method)
VERSION: Final = 1
"""Of what is cached."""
REFERENCE: Final = 8192
NEIGHBOURS: Final[dict[str, int]] = {"knn": 10, "lof": 20}
TREES: Final = 100
TREE_ROWS: Final = 256
PART: Final = 4096


def oddness(
    rows: NDArray[Any],
    method: str = "knn",
    *,
    seed: int = 0,
    progress: Progress | None = None,
    threads: int = 0,
) -> F32:
    """Return how odd each of N pictures is, (N,), more is odder; inf for a row that is not finite.

    Args:
        rows: (N, D) embeddings, float16 or float32.
        method: `knn`: cosine distance, 0..2; `lof`: about 1 for what is like its neighbours;
            `forest`: 0..1.
        seed: Of the sample and the cuts.
        progress: Is told how far it is and may stop the work.
        threads: 0: all cores.

    Raises:
        InvalidInputError: There is no such method.
    """
    if method not in METHODS:
        raise InvalidInputError(f"no method {method!r}", hint=did_you_mean(method, METHODS))
    told = Silent() if progress is None else progress
    if method == "forest":
        return _forest(rows, seed, told, threads or cores())
    k, among = NEIGHBOURS[method], None
    if len(rows) > REFERENCE:
        rng = np.random.default_rng(seed)
        among = np.sort(rng.choice(len(rows), REFERENCE, replace=False))
    found = knn(rows, k, among=among, progress=told, threads=threads)
    finite = _finite(rows)
    if not found.indices.shape[1]:
        return np.where(finite, np.float32(0), np.float32(np.inf))
    if method == "knn":
        last = np.where(np.isfinite(found.distances), found.distances, -1).max(axis=1)
        return np.where(finite, np.maximum(last, 0), np.inf).astype(np.float32)
    return np.where(finite, _factor(found.indices, found.distances), np.inf).astype(np.float32)


def _factor(indices: NDArray[Any], distances: F32) -> F32:
    """Return the local outlier factor of all, from neighbours among the reference (N, k)."""
    there = indices >= 0
    safe = np.where(there, indices, 0)
    gap = np.sqrt(2 * np.where(there, distances, 0.0))  # Euclidean, of rows of length 1
    reach = np.maximum(gap, np.where(there, gap.max(axis=1)[safe], 0.0))
    count = np.maximum(there.sum(axis=1), 1)
    density = 1.0 / np.maximum(np.where(there, reach, 0.0).sum(axis=1) / count, 1e-6)
    around = np.where(there, density[safe], 0.0).sum(axis=1) / count
    return np.asarray(around / density, dtype=np.float32)


def _forest(rows: NDArray[Any], seed: int, told: Progress, workers: int) -> F32:
    from sklearn.ensemble import IsolationForest

    finite = np.flatnonzero(_finite(rows))
    found = np.full(len(rows), np.inf, np.float32)
    if len(finite) < 2:  # noqa: PLR2004
        found[finite] = 0.0
        return found
    rng = np.random.default_rng(seed)
    sample = np.sort(rng.choice(finite, min(len(finite), REFERENCE), replace=False))
    forest = IsolationForest(n_estimators=TREES, max_samples=TREE_ROWS, random_state=seed)
    forest.set_params(max_samples=min(TREE_ROWS, len(sample)))
    forest.fit(widen(rows[sample]))

    def part(at: int) -> None:
        here = finite[at : at + PART]
        found[here] = -forest.score_samples(widen(rows[here]))

    with one_thread(), ThreadPoolExecutor(workers, thread_name_prefix="forest") as pool:
        starts = range(0, len(finite), PART)
        running = [pool.submit(part, at) for at in starts]
        try:
            for at, one in zip(starts, running, strict=True):
                one.result()
                told.advance(min(at + PART, len(finite)), len(finite), "isolated")
                told.check()
        finally:
            for one in running:
                one.cancel()
    return found


def _finite(rows: NDArray[Any]) -> Bool:
    parts = [np.isfinite(rows[at : at + PART]).all(axis=1) for at in range(0, len(rows), PART)]
    return np.concatenate([np.zeros(0, np.bool_), *parts])


def plan_oddities(pool: Pool, ask: Ask) -> Plan:
    """Return what waits for a label, the oddest first; what is not embedded yet comes last."""
    odd = np.asarray(pool.arrays["oddness"])
    waiting, skipped = pool.open_masks(test=ask.test)
    known = np.sort(odd[pool.live() & np.isfinite(odd)])
    method = ask.method or "knn"
    ranking = Ranking(
        wanted=waiting,
        last=skipped,
        key=np.maximum(-odd, np.float32(np.finfo(np.float32).min)),
        shown=odd,
        whys=lambda ordinals: _whys(odd[ordinals], known, method),
        alike=True,
    )
    return ranked(pool, ask, ranking)


def _whys(odd: F32, known: F32, method: str) -> list[str]:
    ranks = np.searchsorted(known, odd, side="left") / max(1, len(known))
    return [_why(value, rank, method) for value, rank in zip(odd.tolist(), ranks, strict=True)]


def _why(value: float, rank: float, method: str) -> str:
    if np.isnan(value):
        return "not embedded yet"
    if np.isinf(value):
        return "its embedding is not finite"
    words = {
        "knn": f"{value:.2f} from its 10th neighbour",
        "lof": f"{value:.2f} times thinner around it than around its neighbours",
        "forest": f"isolated by few cuts ({value:.2f})",
    }[method]
    return f"{words}; odder than {_share(rank)} of the pictures"


def _share(rank: float) -> str:
    return f"{min(rank, 0.999):.1%}" if rank > 0.99 else f"{rank:.0%}"  # noqa: PLR2004
