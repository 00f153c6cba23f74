"""Where the head wavers.

Margin: p1 - p2 (Scheffer et al. 2001). Entropy: -sum p log p (Shannon 1948). Least confidence:
1 - p1 (Lewis and Gale 1994). For two classes all three give one order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sightline.core.errors import ConflictError
from sightline.curate.ranked import Ranking, ranked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sightline.core.arrays import I64
    from sightline.curate.ask import Ask
    from sightline.curate.pool import Plan, Pool


def plan_uncertain(pool: Pool, ask: Ask) -> Plan:
    """Return what waits for a label, the most doubtful first.

    Raises:
        ConflictError: The measure asked for was not computed.
    """
    waiting, skipped = pool.open_masks(test=ask.test)
    key, shown = _measured(pool, ask.measure)
    return ranked(
        pool,
        ask,
        Ranking(
            wanted=waiting,
            last=skipped,
            key=key,
            shown=shown,
            whys=lambda ordinals: why_uncertain(pool, ordinals),
        ),
    )


def _measured(pool: Pool, measure: str) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return what to order by (N,), ascending, and what to show (N,)."""
    if measure == "margin":
        return np.asarray(pool.margin), np.asarray(pool.margin)
    values = pool.entropy if measure == "entropy" else None if pool.tops is None else pool.tops.p
    if values is None:
        raise ConflictError(f"the head has no {measure} yet", hint="train the head again")
    return (-values if measure == "entropy" else values), values


def why_uncertain(pool: Pool, ordinals: I64) -> list[str]:
    """Return one line for each ordinal: between which classes the head wavers."""
    margins = np.asarray(pool.margin)[ordinals]
    if pool.probabilities is None or not len(ordinals):
        return [_margin(float(one)) for one in margins]
    probs, _ = pool.probabilities.read(ordinals)
    return wavering(margins, probs, pool.names, multi=pool.multi)


def wavering(
    margins: NDArray[Any], probs: NDArray[Any], names: Sequence[str], *, multi: bool = False
) -> list[str]:
    """Return one line per image from its margin (n,) and probabilities (n, K) of K names."""
    if not names or (probs.shape[1] < 2 and not multi):  # noqa: PLR2004
        return [_margin(float(one)) for one in margins]
    probs = probs.astype(np.float32)
    if multi:
        return _tags_in_doubt(margins, probs, names)
    second, first = np.argsort(probs, axis=1)[:, -2:].T
    at = np.arange(len(probs))
    return [
        f"{names[a]} {p:.0%} or {names[b]} {q:.0%}" if np.isfinite(m) else _margin(m)
        for a, b, p, q, m in zip(
            first, second, probs[at, first], probs[at, second], margins.tolist(), strict=True
        )
    ]


def _tags_in_doubt(margins: NDArray[Any], probs: NDArray[Any], names: Sequence[str]) -> list[str]:
    """Say which tag is nearest to one half."""
    doubtful = np.abs(probs - 0.5).argmin(axis=1)
    p = probs[np.arange(len(probs)), doubtful]
    return [
        f"{names[tag]} {one:.0%}: has it the tag or not?" if np.isfinite(m) else _margin(m)
        for tag, one, m in zip(doubtful, p, margins.tolist(), strict=True)
    ]


def _margin(margin: float) -> str:
    return f"margin {margin:.2f}" if np.isfinite(margin) else "the head has not seen it yet"
