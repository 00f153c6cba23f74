"""The analysis of a data set: counts, shapes, light, and what is worth a look.

Pure: arrays in, a report out, in time and memory proportional to the number of pictures. What costs
(looking at the pictures, comparing them, reading folders) is done before and kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from sightline.core.labels import SPLITS
from sightline.curate.analysis_counts import (
    balance,
    class_counts,
    count_splits,
    count_statuses,
    together,
)
from sightline.curate.analysis_rules import find
from sightline.curate.analysis_shapes import light, shapes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightline.core.arrays import I64
    from sightline.curate.analysis_facts import Facts

VERSION: Final = 1
"""Of the report and the marks."""


class Report(NamedTuple):
    """What an analysis says."""

    facts: dict[str, Any]
    """JSON."""
    marks: NDArray[np.uint32]
    """(N,) bits of `analysis_findings.MARKS`."""


def report(facts: Facts) -> Report:
    """Return the report of a project."""
    counts = class_counts(facts)
    found = find(facts, counts)
    statuses = count_statuses(facts)
    told = {
        "task": "multi" if facts.multi else "single",
        "images": statuses["images"],
        "looked_at": int(np.count_nonzero(facts.known & facts.alive)),
        "near": None if facts.alike is None else len(facts.alike.left),
        "counts": statuses,
        "splits": count_splits(facts),
        "classes": _table(facts, counts),
        "balance": balance(counts.sum(axis=1)),
        "together": together(facts),
        "shapes": shapes(facts),
        "light": light(facts),
        "findings": [one.to_dict() for one in found.sorted()],
    }
    return Report(told, found.bits)


def _table(facts: Facts, counts: I64) -> list[dict[str, Any]]:
    return [
        {
            "id": key,
            "name": name,
            **dict(zip(SPLITS, row.tolist(), strict=True)),
            "total": int(row.sum()),
        }
        for (key, name), row in zip(facts.classes, counts, strict=True)
    ]
