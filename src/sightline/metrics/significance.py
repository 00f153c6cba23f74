"""Whether a difference can be chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sightline.core.arrays import F64, Bool


def mcnemar(one: Bool, other: Bool) -> float:
    """Return the p of two models being equally good, by the pictures that one alone gets right.

    The exact test of McNemar 1947: of those pictures, each model should get half.

    Args:
        one: (N,) whether the first model's answer is right.
        other: (N,) the second's, for the same pictures.
    """
    from scipy.stats import binomtest

    first, second = int((one & ~other).sum()), int((other & ~one).sum())
    if first + second == 0:
        return 1.0
    return float(binomtest(first, first + second).pvalue)


def worse_than_rest(right: Bool, inside: Bool) -> float:
    """Return the p of the rows inside being as good as those outside (Fisher's exact test).

    One-sided: small only where those inside are worse.

    Args:
        right: (N,) whether each answer is right.
        inside: (N,) which rows are asked about.
    """
    from scipy.stats import fisher_exact

    table = [
        [int((right & inside).sum()), int((~right & inside).sum())],
        [int((right & ~inside).sum()), int((~right & ~inside).sum())],
    ]
    return float(fisher_exact(table, alternative="less").pvalue)


def adjusted(p: F64) -> F64:
    """Return p-values (T,) corrected for having asked T times (Benjamini & Hochberg 1995)."""
    if not len(p):
        return p
    order = np.argsort(p)
    ranks = np.arange(1, len(p) + 1)
    scaled = np.minimum.accumulate((p[order] * len(p) / ranks)[::-1])[::-1]
    out = np.empty_like(p)
    out[order] = np.minimum(scaled, 1.0)
    return out
