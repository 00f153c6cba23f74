"""The search for an int8 graph that loses little: ranges by several methods, layers left float."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sightline.app.forms.pixels import answers
from sightline.core.progress import Silent
from sightline.export import quantise
from sightline.export.compare import lost
from sightline.export.sensitive import LEAST, blocks_of, most_sensitive, pairs_of
from sightline.predict.session import open_classifier

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sightline.core.arrays import F32, U8
    from sightline.core.cards import ModelCard
    from sightline.core.progress import Progress
    from sightline.export.compare import Truth
    from sightline.export.quantise import Feed, Method, Recipe

SPARED: Final = (1, 2, 4, 8)
"""Runs of layers that are left float, the most sensitive first, when no method suffices."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What trials have in common."""

    folder: Path
    """For files on the way."""
    prepared: Path
    """The float graph."""
    feed: Feed
    calibration: U8
    """(C, size, size, 3)"""
    judged: U8
    """(N, size, size, 3); N may be 0."""
    truth: Truth
    before: F32
    """(N, K) probabilities of the float graph."""
    card: ModelCard
    bits: int
    limit: float
    """Points that may be lost."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A graph that was tried."""

    file: Path
    recipe: Recipe
    lost: float
    """Points; 0 where there is nothing to judge by."""
    after: F32
    """(N, K)"""

    def row(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "method": self.recipe.method,
            "kept_float": len(self.recipe.keep_float),
            "lost": round(self.lost, 4),
        }


def search(ground: Ground, progress: Progress) -> list[Trial]:
    """Return the trials that were made; the best is the last one that suffices, or the least bad.

    It stops at the first that loses no more than the limit.

    Raises:
        InvalidInputError: The graph cannot be quantised.
        CancelledError: Somebody asked it to stop.
    """
    trials: list[Trial] = []
    for recipe in _recipes(ground, trials, progress):
        trial = _try(ground, recipe, progress)
        trials.append(trial)
        progress.log(
            f"{recipe.method}, {len(recipe.keep_float)} layers float: {trial.lost:+.2f} points lost"
        )
        if trial.lost <= ground.limit or not len(ground.truth):
            break
    return trials


def best(trials: list[Trial]) -> Trial:
    """Return the trial that loses least, the earliest of equals."""
    return min(trials, key=lambda one: one.lost)


def _recipes(ground: Ground, trials: list[Trial], progress: Progress) -> Iterator[Recipe]:
    for method in quantise.METHODS:
        yield quantise.Recipe(method)
    method = best(trials).recipe.method
    order = _ordered(ground, method, blocks_of(ground.prepared), progress)
    progress.log(f"no method suffices; the most sensitive layers: {', '.join(order[0])}")
    if len(order[0]) > LEAST:
        yield quantise.Recipe(method, _ordered(ground, method, pairs_of(order[0]), progress)[0])
    for count in SPARED:
        if count < len(order):
            spared = tuple(name for block in order[:count] for name in block)
            yield quantise.Recipe(method, spared)


def _ordered(
    ground: Ground, method: Method, runs: list[tuple[str, ...]], progress: Progress
) -> list[tuple[str, ...]]:
    return most_sensitive(
        ground.prepared,
        ground.folder / f"ranges-{method}.json",
        method,
        ground.calibration,
        runs=runs,
        card=ground.card,
        bits=ground.bits,
        ask=lambda graph, few: answers(open_classifier(graph, ground.card), few, Silent(), ""),
        progress=progress,
    )


def _try(ground: Ground, recipe: Recipe, progress: Progress) -> Trial:
    name = f"{recipe.method}-{len(recipe.keep_float)}"
    ranges = ground.folder / f"ranges-{recipe.method}.json"
    if not ranges.is_file():
        quantise.calibrate(
            ground.prepared,
            ranges,
            recipe.method,
            ground.calibration,
            ground.feed,
            progress=progress,
        )
    file = ground.folder / f"{name}.onnx"
    quantise.write_static(ground.prepared, ranges, file, recipe, ground.card, bits=ground.bits)
    if not len(ground.truth):
        return Trial(file, recipe, 0.0, ground.before)
    after = answers(open_classifier(file), ground.judged, progress, f"judging {name}")
    return Trial(file, recipe, lost(ground.truth, ground.before, after), after)
