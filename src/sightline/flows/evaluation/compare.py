"""Two networks on the same pictures: who is better, by how much, and whether it can be chance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import InvalidInputError
from sightline.metrics.bootstrap import interval_of_mean
from sightline.metrics.significance import mcnemar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.arrays import I64
    from sightline.flows.evaluation.answers import Kept

SURE: Final = 0.05
SHOWN: Final = 200


def compare(
    one: Kept, other: Kept, classes: Sequence[str], groups: dict[int, int] | None = None
) -> dict[str, Any]:
    """Return the comparison of two networks' answers, as JSON.

    Args:
        one: The first's answers.
        other: The second's; only pictures that both were asked about, with one label, count.
        classes: K names, equal for both.
        groups: Image id to what belongs together.

    Raises:
        InvalidInputError: They have no picture in common, or other tasks.
    """
    if one.multi != other.multi or one.probabilities.shape[1] != other.probabilities.shape[1]:
        raise InvalidInputError(
            "the two learned different things", hint="compare networks of the same classes"
        )
    first, second = _common(one, other)
    if not len(first.image_ids):
        raise InvalidInputError(
            "no picture was asked of both", hint="train them with the same splits"
        )
    members = _members(first.image_ids, groups)
    gap = second.right - first.right
    low, high = interval_of_mean(gap, members)
    p = mcnemar(first.right == 1.0, second.right == 1.0)
    sure = p < SURE and not low <= 0 <= high
    return {
        "images": len(gap),
        "accuracy": [float(first.right.mean()), float(second.right.mean())],
        "difference": {"value": float(gap.mean()), "low": low, "high": high},
        "p": p,
        "better": (1 if gap.mean() > 0 else 0) if sure else None,
        "only_first": _ids(first, (first.right > second.right)),
        "only_second": _ids(first, (second.right > first.right)),
        "per_class": _by_class(first, second, classes),
    }


def _common(one: Kept, other: Kept) -> tuple[Kept, Kept]:
    _, left, right = np.intersect1d(one.image_ids, other.image_ids, return_indices=True)
    first, second = one.of(left), other.of(right)
    same = first.y == second.y
    if first.multi:
        same = (same | (np.isnan(first.y) & np.isnan(second.y))).all(axis=1)
    return first.of(same), second.of(same)


def _members(ids: I64, groups: dict[int, int] | None) -> I64 | None:
    if groups is None:
        return None
    return np.array([groups.get(int(one), -int(one)) for one in ids], np.int64)


def _ids(kept: Kept, rows: Any) -> list[int]:
    return [int(one) for one in kept.image_ids[rows][:SHOWN]]


def _by_class(first: Kept, second: Kept, classes: Sequence[str]) -> list[dict[str, Any]]:
    truth = first.truth
    rows = []
    for k, name in enumerate(classes):
        there = truth[:, k]
        if not there.any():
            continue
        recalls = [float(one.said[there, k].mean()) for one in (first, second)]
        rows.append({"name": name, "support": int(there.sum()), "recall": recalls})
    return rows
