"""Orders by a score, and the words for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from sightline.core.arrays import I64, Bool
    from sightline.curate.pool import Pool

SAMPLE: Final = 16_384
SAMPLE_MARGIN: Final = 64
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


def front_by_score(wanted: Bool, score: NDArray[Any], count: int) -> tuple[I64, Callable[[], I64]]:
    """Return the `count` wanted ordinals of the lowest score, and what gives all that follow.

    Args:
        wanted: (N,)
        score: (N,) by ordinal; NaN last, ties by ordinal.
        count: The front's length; less when fewer are wanted.

    The front of a million costs a few passes over the scores, not a sort of them.
    """
    values = np.where(wanted, score, np.nan).astype(np.float32, copy=False)
    near = _lowest(values, count)
    front = near[np.lexsort((near, values[near]))][:count]
    if len(front) < count:  # images without a score make up the rest
        front = by_score(np.flatnonzero(wanted), score, count)

    def rest() -> I64:
        left = wanted.copy()
        left[front] = False
        return by_score(np.flatnonzero(left), score, None)

    return front, rest


def _lowest(values: NDArray[Any], count: int) -> I64:
    """Return ordinals of a few more than the `count` lowest values, NaN left out.

    A threshold from a sample nearly always lets enough through; else the exact one is taken.
    """
    step = max(1, len(values) // SAMPLE)
    sample = values[::step]
    sample = sample[np.isfinite(sample)]
    if not len(sample):
        return np.flatnonzero(np.isfinite(values))
    place = min(len(sample) - 1, 2 * count // step + SAMPLE_MARGIN)
    near = np.flatnonzero(values <= np.partition(sample, place)[place])
    if len(near) >= count:
        return near
    worst = np.partition(values, min(count, len(values) - 1))[min(count, len(values) - 1)]
    return np.flatnonzero(values <= worst if np.isfinite(worst) else np.isfinite(values))


def why_uncertain(pool: Pool, ordinals: I64) -> list[str]:
    """Return one line for each ordinal: between which classes the head wavers."""
    assert pool.margin is not None
    margins = np.asarray(pool.margin)[ordinals]
    if pool.probabilities is None or not len(ordinals):
        return [_margin(float(one)) for one in margins]
    probs, _ = pool.probabilities.read(ordinals)
    return wavering(margins, probs, pool.names)


def wavering(margins: NDArray[Any], probs: NDArray[Any], names: Sequence[str]) -> list[str]:
    """Return one line per image from its margin (n,) and probabilities (n, K) of K names."""
    if not names or probs.shape[1] < 2:  # noqa: PLR2004
        return [_margin(float(one)) for one in margins]
    probs = probs.astype(np.float32)
    second, first = np.argsort(probs, axis=1)[:, -2:].T
    at = np.arange(len(probs))
    return [
        f"{names[a]} {p:.0%} or {names[b]} {q:.0%}" if np.isfinite(m) else _margin(m)
        for a, b, p, q, m in zip(
            first, second, probs[at, first], probs[at, second], margins.tolist(), strict=True
        )
    ]


def _margin(margin: float) -> str:
    return f"margin {margin:.2f}" if np.isfinite(margin) else "the head has not seen it yet"
