"""How much classes lie among each other: the share of pictures that are nearer to another class.

The nearest centroid rule, each picture left out of its own class's mean: where an encoder's vectors
alone tell most pictures apart, a short training is enough; where they do not, classes are alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from sightline.core.arrays import F32, I32, Bool

SAMPLE: Final = 4096
"""Pictures that are asked."""
FEWEST: Final = 2
"""Pictures of a class that has a part."""


def overlap(
    chunks: Iterable[tuple[int, NDArray[Any], Bool]],
    class_id: I32,
    used: Bool,
    *,
    sample: int = SAMPLE,
) -> float | None:
    """Return the share, 0..1, of pictures nearer to another class's centroid than to their own.

    Reads each chunk once and keeps `sample` rows; None when there are no two classes.

    Args:
        chunks: (first ordinal, embeddings (M, D), which rows there are (M,)), as arrays give them.
        class_id: (N,)
        used: (N,) which are labelled with one class.
        sample: How many pictures are asked at most, spread evenly.
    """
    ids, place, sizes = np.unique(class_id[used], return_inverse=True, return_counts=True)
    if np.count_nonzero(sizes >= FEWEST) < 2:  # noqa: PLR2004
        return None
    column = np.full(len(class_id), -1, np.int64)
    column[used] = place
    asked = np.zeros(len(class_id), np.bool_)
    asked[np.flatnonzero(used)[:: max(1, len(place) // sample)]] = True
    sums: F32 | None = None
    seen = np.zeros(len(ids), np.int64)
    kept: list[F32] = []
    kept_of: list[NDArray[np.int64]] = []
    for start, rows, valid in chunks:
        stop = min(start + len(rows), len(class_id))
        here = np.flatnonzero(valid[: stop - start] & (column[start:stop] >= 0))
        if not len(here):
            continue
        unit, good = _units(rows[here])
        of = column[start + here[good]]
        if sums is None:
            sums = np.zeros((len(ids), unit.shape[1]), np.float32)
        np.add.at(sums, of, unit)
        seen += np.bincount(of, minlength=len(ids))
        chosen = asked[start + here[good]]
        kept.append(unit[chosen])
        kept_of.append(of[chosen])
    if sums is None:
        return None
    return _share(sums, seen, np.concatenate(kept), np.concatenate(kept_of))


def _units(rows: NDArray[Any]) -> tuple[F32, Bool]:
    """Return the rows that are finite and not zero, at length 1, and which they are."""
    wide = rows.astype(np.float32)
    length = np.linalg.norm(wide, axis=1)
    good: Bool = np.isfinite(length) & (length > 0)
    return wide[good] / length[good, None], good


def _share(sums: F32, seen: Any, rows: F32, of: Any) -> float | None:
    enough = seen[of] >= FEWEST
    rows, of = rows[enough], of[enough]
    if not len(rows):
        return None
    length = np.maximum(np.linalg.norm(sums, axis=1), 1e-12)
    likeness = rows @ (sums / length[:, None]).T
    likeness[:, seen < FEWEST] = -2
    own = sums[of] - rows
    mine = np.einsum("nd,nd->n", rows, own) / np.maximum(np.linalg.norm(own, axis=1), 1e-12)
    likeness[np.arange(len(rows)), of] = -2
    return float(np.mean(likeness.max(axis=1) > mine))
