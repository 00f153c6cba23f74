"""How far a figure may be from the truth: by the bootstrap (Efron 1979), of shares by Wilson.

Pictures that belong together (the same scene, the same patient) are drawn together: else an
interval would be too narrow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sightline.core.arrays import F64, I64

DRAWS: Final = 1000
LEVEL: Final = 0.95
CHUNK: Final = 4_000_000
"""Weights that are held at once."""


def interval_of_mean(
    values: F64, groups: I64 | None = None, *, draws: int = DRAWS, seed: int = 0
) -> tuple[float, float]:
    """Return the 95 % interval of a mean.

    Args:
        values: (N,) N >= 1; accuracy is the mean of right (1) and wrong (0) answers.
        groups: (N,) what belongs together; None: every row stands alone.
        draws: How many resamples.
        seed: The same seed, the same interval.
    """
    means = [
        (weights @ values) / np.maximum(weights.sum(axis=1), 1e-12)
        for weights in _weights(len(values), groups, draws, seed)
    ]
    return ends(np.concatenate(means))


def interval(
    statistic: Callable[[F64], float],
    n: int,
    groups: I64 | None = None,
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> tuple[float, float]:
    """Return the 95 % interval of any figure.

    Args:
        statistic: Gives the figure for weights (n,): how often each row was drawn.
        n: Rows.
        groups: As of `interval_of_mean`.
        draws: How many resamples.
        seed: The same seed, the same interval.
    """
    found = [statistic(row) for weights in _weights(n, groups, draws, seed) for row in weights]
    return ends(np.array(found))


def ends(figures: F64) -> tuple[float, float]:
    """Return between which figures the middle 95 % of resamples (D,) lie."""
    tail = (1 - LEVEL) / 2 * 100
    low, high = np.percentile(figures, [tail, 100 - tail])
    return float(low), float(high)


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927); 0 and 1 of nothing."""
    if of == 0:
        return 0.0, 1.0
    z = 1.959964
    share, spread = hits / of, z * z / of
    centre = (share + spread / 2) / (1 + spread)
    half = z * np.sqrt(share * (1 - share) / of + spread / (4 * of)) / (1 + spread)
    return float(max(0.0, centre - half)), float(min(1.0, centre + half))


def _weights(n: int, groups: I64 | None, draws: int, seed: int) -> Iterator[F64]:
    """Yield (d, n) counts of each row in d resamples, `draws` in all."""
    rng = np.random.default_rng(seed)
    names, member = (n, None) if groups is None else _members(groups)
    step = max(1, CHUNK // max(n, 1))
    for start in range(0, draws, step):
        count = min(step, draws - start)
        drawn = rng.multinomial(names, np.full(names, 1 / names), size=count).astype(np.float64)
        yield drawn if member is None else drawn[:, member]


def _members(groups: I64) -> tuple[int, I64]:
    names, member = np.unique(groups, return_inverse=True)
    return len(names), member.astype(np.int64)
