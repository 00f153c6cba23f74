"""What looks like some pictures: the distance of every image to the nearest of them, exact.

Of several pictures the nearest counts, not the mean. The mean of cosine distances is the distance
to the pictures' average, which need not look like any of them: who picks a front and a back view
wants both kinds, not what lies between.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import InvalidInputError
from sightline.curate.ranked import Ranking, ranked
from sightline.curate.scores import by_score
from sightline.heads.product import each_piece, product

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from sightline.core.arrays import F32, I64, Bool
    from sightline.curate.ask import Ask
    from sightline.curate.pool import Plan, Pool

MOST_QUERIES: Final = 256


def lengths(
    chunks: Iterable[tuple[int, NDArray[Any], Bool]], n: int, known: F32 | None = None
) -> F32:
    """Return the length of each row, (n,); NaN where there is no row or it is not finite.

    Args:
        chunks: (first ordinal, rows (M, D), which rows there are (M,)).
        n: How many ordinals.
        known: (m,) from an earlier call; rows it knows are not read again.
    """
    found = np.full(n, np.nan, np.float32)
    if known is not None:
        found[: min(n, len(known))] = known[:n]

    def work(start: int, rows: NDArray[Any], valid: Bool) -> None:
        here = found[start : start + len(rows)]
        new = np.flatnonzero(valid & np.isnan(here))
        for at in range(0, len(new), 1024):
            part = new[at : at + 1024]
            wide = rows[part].astype(np.float32)
            square = np.einsum("nd,nd->n", wide, wide)
            here[part] = np.sqrt(np.where(np.isfinite(square), square, np.nan))

    each_piece(chunks, n, work)
    return found


def nearest(
    chunks: Iterable[tuple[int, NDArray[Any], Bool]],
    queries: NDArray[Any],
    known: F32,
    *,
    threads: int = 0,
) -> F32:
    """Return each image's cosine distance (N,), 0..2, to the nearest of the queries.

    Args:
        chunks: (first ordinal, rows (M, D), which rows there are (M,)), as the store's arrays
            give them. They are multiplied as they lie: no copy in single precision.
        queries: (Q, D), Q from 1 to 256.
        known: (N,) lengths of the rows, as `lengths` returns them: 4 bytes an image are all that
            is worth keeping between calls.
        threads: 0: all cores.

    Returns:
        NaN where there is no embedding, and all over when a query is not finite.

    Raises:
        InvalidInputError: There is no query, or there are too many.
    """
    if not 0 < len(queries) <= MOST_QUERIES:
        raise InvalidInputError(
            f"similar to {len(queries)} pictures", hint=f"give 1 to {MOST_QUERIES}"
        )
    units = np.asarray(queries, np.float32)
    units = units / np.maximum(np.linalg.norm(units, axis=1, keepdims=True), np.float32(1e-12))
    matrix = np.ascontiguousarray(units.T)
    found = np.full(len(known), np.nan, np.float32)
    scale = 1.0 / np.maximum(known, np.float32(1e-12))

    def work(start: int, rows: NDArray[Any], valid: Bool) -> None:
        here = slice(start, start + len(rows))
        likeness = product(rows, matrix)
        best = likeness[:, 0] if likeness.shape[1] == 1 else likeness.max(axis=1)
        found[here] = np.where(valid, 1.0 - best * scale[here], np.nan)

    each_piece(chunks, len(known), work, threads=threads)
    return np.clip(found, 0.0, 2.0, out=found)


def plan_similar(pool: Pool, ask: Ask) -> Plan:
    """Return the images asked for, then all others from near to far, labelled ones among them.

    Raises:
        InvalidInputError: It is not said what they are to be like.
    """
    if not ask.images:
        raise InvalidInputError("similar to what?", hint="give images: the ids of one or more")
    distance, live = pool.arrays["distance"], pool.live()
    chosen = np.asarray([one for one in ask.images if live[one]], dtype=np.int64)
    others = live & np.isfinite(distance)
    others[chosen] = True
    key = distance.copy()
    key[chosen] = -1 + np.arange(len(chosen), dtype=np.float32) / MOST_QUERIES
    unknown = int(np.count_nonzero(live & np.isnan(distance)))
    noun = "image is" if unknown == 1 else "images are"
    shown = np.maximum(key, 0)
    ranking = Ranking(
        wanted=others,
        last=np.zeros(pool.size, np.bool_),
        key=key,
        shown=shown,
        whys=lambda ordinals: [_why(key[one]) for one in ordinals],
        note=f"{unknown:,} {noun} not embedded yet" if unknown else "",
        alike=True,
    )
    return ranked(pool, ask, ranking)


def closest(alive: Bool, distance: F32, chosen: I64, limit: int) -> tuple[I64, F32]:
    """Return the `limit` nearest living images, (M,) ascending, and their distances, (M,).

    Args:
        alive: (N,) which may be found.
        distance: (N,) as `nearest` returns it.
        chosen: Ordinals that are left out: the pictures that were asked for.
        limit: How many; fewer when there are fewer.
    """
    others = alive & np.isfinite(distance)
    others[chosen] = False
    found = by_score(np.flatnonzero(others), distance, limit)
    return found, distance[found]


def _why(key: float) -> str:
    return "the picture itself" if key < 0 else f"distance {key:.2f}"
