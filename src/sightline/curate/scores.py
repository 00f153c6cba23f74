"""Orders by a score, and the words for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightline.core.arrays import I64
    from sightline.curate.pool import Pool

_SORT_ALL: Final = 4
"""Above this share (1/4) of the images, sorting all is as quick as choosing first."""


def by_score(ordinals: I64, score: NDArray[Any], limit: int | None) -> I64:
    """Return the `limit` ordinals of the lowest score, ascending; NaN last, ties by ordinal.

    Args:
        ordinals: (M,) ascending.
        score: (N,) by ordinal.
        limit: None: all.
    """
    values = score[ordinals]
    if limit is not None and limit * _SORT_ALL < len(values):
        # partition, then take all that ties with the last, so that ties fall by ordinal
        worst = np.partition(values, limit)[limit] if limit else 0.0
        near = np.flatnonzero(values <= worst) if np.isfinite(worst) else np.arange(len(values))
        ordinals, values = ordinals[near], values[near]
    return ordinals[np.argsort(values, kind="stable")][:limit]


def shuffled(ordinals: I64, seed: int) -> I64:
    """Return the ordinals in an order by chance that the seed decides."""
    return np.random.default_rng(seed).permutation(ordinals)


def why_uncertain(pool: Pool, ordinals: I64) -> list[str]:
    """Return one line for each ordinal: between which classes the head wavers."""
    assert pool.margin is not None
    margins = np.asarray(pool.margin)[ordinals]
    if pool.probabilities is None or not pool.names or pool.probabilities.shape[1] < 2:  # noqa: PLR2004
        return [_margin(float(one)) for one in margins]
    probs = np.asarray(pool.probabilities[ordinals], dtype=np.float32)
    second, first = np.argsort(probs, axis=1)[:, -2:].T
    at = np.arange(len(ordinals))
    return [
        f"{pool.names[a]} {p:.0%} or {pool.names[b]} {q:.0%}" if np.isfinite(m) else _margin(m)
        for a, b, p, q, m in zip(
            first, second, probs[at, first], probs[at, second], margins.tolist(), strict=True
        )
    ]


def _margin(margin: float) -> str:
    return f"margin {margin:.2f}" if np.isfinite(margin) else "the head has not seen it yet"
