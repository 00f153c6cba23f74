"""How many pictures each class has in each split, how even that is, and which tags go together."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.labels import SPLITS, STATUSES
from sightline.curate.analysis_facts import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.arrays import I64
    from sightline.curate.analysis_facts import Facts

MOST_TOGETHER: Final = 24
"""Tags that are compared with each other, the most frequent ones."""
MOST_PAIRS: Final = 20


def class_counts(facts: Facts) -> I64:
    """Return how many labelled pictures of each split each class has, (K, len(SPLITS)).

    With tags a picture counts for each of its tags.
    """
    ids = np.asarray([key for key, _ in facts.classes], dtype=np.int64)
    if facts.multi:
        ordinals, classes = facts.tag_ordinal, facts.tag_class
        chosen = facts.labelled[ordinals]
        ordinals, classes = ordinals[chosen], classes[chosen]
    else:
        ordinals = np.flatnonzero(facts.labelled & (facts.class_id >= 0))
        classes = facts.class_id[ordinals]
    order = np.argsort(ids)
    place = np.searchsorted(ids[order], classes)
    place = np.minimum(place, max(0, len(ids) - 1))
    there = ids[order][place] == classes if len(ids) else np.zeros(len(classes), np.bool_)
    at = order[place[there]] if len(ids) else np.zeros(0, np.int64)
    flat = at * len(SPLITS) + facts.split[ordinals[there]]
    return np.bincount(flat, minlength=len(ids) * len(SPLITS)).reshape(len(ids), len(SPLITS))


def count_statuses(facts: Facts) -> dict[str, int]:
    """Return how many living images there are of each status, and in all."""
    found = np.bincount(facts.status[facts.alive], minlength=len(STATUSES))
    counts = dict(zip(STATUSES, found.tolist(), strict=True))
    return {"images": int(np.count_nonzero(facts.alive)), **counts}


def count_splits(facts: Facts) -> dict[str, dict[str, int]]:
    """Return how many images, and how many labelled ones, each split has."""
    every = np.bincount(facts.split[facts.alive], minlength=len(SPLITS))
    said = np.bincount(facts.split[facts.labelled], minlength=len(SPLITS))
    return {
        name: {"images": int(a), "labelled": int(b)}
        for name, a, b in zip(SPLITS, every, said, strict=True)
    }


def balance(counts: Sequence[int] | I64) -> dict[str, Any]:
    """Return how even the sizes of K classes are; classes without a picture have no part.

    `ratio`: the largest by the smallest. `effective`: the number of equally large classes that
    would be as diverse, exp of Shannon's entropy (Hill, "Diversity and Evenness", Ecology 1973).
    `evenness`: that by the number of classes, 0..1.
    """
    found = np.asarray(counts, dtype=np.float64)
    found = found[found > 0]
    if not len(found):
        return {"classes": 0, "ratio": None, "effective": None, "evenness": None, "median": None,
                "smallest": None, "largest": None}  # fmt: skip
    share = found / found.sum()
    effective = math.exp(float(-(share * np.log(share)).sum()))
    return {
        "classes": len(found),
        "ratio": plain(found.max() / found.min()),
        "effective": plain(effective),
        "evenness": plain(effective / len(found)),
        "median": plain(np.median(found)),
        "smallest": int(found.min()),
        "largest": int(found.max()),
    }


def together(facts: Facts) -> dict[str, Any] | None:
    """Return how tags occur together; None where classes are asked for.

    `names`: the most frequent tags; `matrix`: pictures that have both; `pairs`: those that go
    together most by Jaccard's index, with how many pictures have both.
    """
    if not facts.multi:
        return None
    chosen = facts.labelled[facts.tag_ordinal]
    ordinals, classes = facts.tag_ordinal[chosen], facts.tag_class[chosen]
    names = dict(facts.classes)
    ids, sizes = np.unique(classes, return_counts=True)
    live = [at for at in np.argsort(-sizes, kind="stable") if int(ids[at]) in names]
    top = ids[live[:MOST_TOGETHER]]
    has = np.zeros((facts.size, len(top)), np.bool_)
    for column, key in enumerate(top):
        has[ordinals[classes == key], column] = True
    rows = has[has.any(axis=1)].astype(np.float32)
    matrix = (rows.T @ rows).astype(np.int64)
    each = np.bincount(ordinals, minlength=facts.size)[facts.labelled]
    shown = [names[int(key)] for key in top]
    return {
        "mean": plain(each.mean()) if len(each) else None,
        "per_image": np.bincount(np.minimum(each, 10)).tolist() if len(each) else [],
        "names": shown,
        "ids": [int(key) for key in top],
        "matrix": matrix.tolist(),
        "pairs": _pairs(matrix, shown),
    }


def _pairs(matrix: I64, names: list[str]) -> list[dict[str, Any]]:
    left, right = np.triu_indices(len(names), k=1)
    both = matrix[left, right]
    alone = np.diag(matrix)
    index = both / np.maximum(alone[left] + alone[right] - both, 1)
    order = np.argsort(-index, kind="stable")[:MOST_PAIRS]
    return [
        {
            "a": names[left[at]],
            "b": names[right[at]],
            "count": int(both[at]),
            "jaccard": plain(index[at]),
        }
        for at in order
        if both[at]
    ]
