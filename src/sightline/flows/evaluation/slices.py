"""Where a network is worse than elsewhere: its answers by size, shape, light, folder and tag."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.metrics.bootstrap import interval_of_mean, wilson
from sightline.metrics.significance import adjusted, worse_than_rest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sightline.core.arrays import F64, I64, Bool

LEAST: Final = 10
"""Pictures below which a slice says nothing."""
MOST: Final = 40
"""Slices of one kind: the largest are kept."""
SURE: Final = 0.05


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the pictures of a split, (N,) each."""

    numbers: Mapping[str, F64] = field(default_factory=dict)
    """Name to values, NaN where not known: cut into thirds."""
    units: Mapping[str, str] = field(default_factory=dict)
    """Of the numbers."""
    words: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Name to values: one slice for each, as folders."""
    sets: Mapping[str, Mapping[str, Bool]] = field(default_factory=dict)
    """Name to members by value: tags, of which a picture may have several."""


def slice_rows(right: F64, facts: Facts, groups: I64 | None = None) -> list[dict[str, Any]]:
    """Return a row for each slice, the surely worst first.

    Each: kind, name, images, accuracy, low, high, rest (accuracy elsewhere), p (that it is no
    worse, corrected for the number of slices; None of tags' shares), worse.

    Args:
        right: (N,) how right each answer is, 0..1.
        facts: What slices are made of.
        groups: As of `metrics.bootstrap`.
    """
    whole = bool(np.isin(right, (0.0, 1.0)).all())
    rows: list[dict[str, Any]] = []
    tests: list[float] = []
    for kind, name, inside in members(facts):
        low, high = _interval(right[inside], None if groups is None else groups[inside])
        rows.append(
            {
                "kind": kind,
                "name": name,
                "images": int(inside.sum()),
                "accuracy": float(right[inside].mean()),
                "low": low,
                "high": high,
                "rest": float(right[~inside].mean()),
            }
        )
        tests.append(worse_than_rest(right > 0.5 if whole else right == 1.0, inside))  # noqa: PLR2004
    for row, p in zip(rows, adjusted(np.array(tests)), strict=True):
        row["p"] = float(p)
        row["worse"] = bool(p < SURE and row["accuracy"] < row["rest"])
    return sorted(rows, key=lambda row: (not row["worse"], row["p"], row["accuracy"]))


def _interval(right: F64, groups: I64 | None) -> tuple[float, float]:
    """Return the 95 % interval of a mean; of few right or wrong answers by Wilson's formula."""
    if groups is None and bool(np.isin(right, (0.0, 1.0)).all()):
        return wilson(int(right.sum()), len(right))
    return interval_of_mean(right, groups)


def members(facts: Facts) -> Iterator[tuple[str, str, Bool]]:
    """Yield kind, name and (N,) members of every slice that has enough pictures in and out."""
    for kind, values in facts.numbers.items():
        yield from _enough(kind, _thirds(values, facts.units.get(kind, "")))
    for kind, words in facts.words.items():
        column = np.array(words, dtype=object)
        names = sorted(set(words), key=lambda one: -int((column == one).sum()))
        yield from _enough(kind, ((one, column == one) for one in names[:MOST]))
    for kind, sets in facts.sets.items():
        names = sorted(sets, key=lambda one: -int(sets[one].sum()))
        yield from _enough(kind, ((one, sets[one]) for one in names[:MOST]))


def _enough(kind: str, found: Any) -> Iterator[tuple[str, str, Bool]]:
    for name, inside in found:
        count = int(inside.sum())
        if LEAST <= count <= len(inside) - LEAST:
            yield kind, name, np.asarray(inside, np.bool_)


def _thirds(values: F64, unit: str) -> Iterator[tuple[str, Bool]]:
    """Cut values (N,) into the lowest, middle and highest third; equal values stay together."""
    known = values[~np.isnan(values)]
    if len(np.unique(known)) < 2:  # noqa: PLR2004
        return
    low, high = np.quantile(known, [1 / 3, 2 / 3])
    more = f" {unit}" if unit else ""
    yield f"up to {low:.3g}{more}", values <= low
    if low < high:
        yield f"{low:.3g} to {high:.3g}{more}", (values > low) & (values <= high)
    yield f"above {high:.3g}{more}", values > high
