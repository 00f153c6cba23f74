"""Which layers of a graph suffer most from 8 bits: those that are left float first."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.export.quantise import Recipe, weighted_nodes, write_static

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sightline.core.arrays import F32, U8
    from sightline.core.cards import ModelCard
    from sightline.core.progress import Progress
    from sightline.export.quantise import Method

    Ask = Callable[[Path, U8], F32]
    """Gives (N, K) probabilities of a graph for fitted pictures."""

BLOCKS: Final = 16
LEAST: Final = 2
"""ONNX Runtime quantises a float layer that stands alone between integers after all, and with one
scale for all channels; of two in a row neither has integers on both sides."""
PICTURES: Final = 16


def blocks_of(graph: Path) -> list[tuple[str, ...]]:
    """Return the layers with weights in order, in at most 16 runs of at least two."""
    names = weighted_nodes(graph)
    size = max(LEAST, -(-len(names) // BLOCKS))
    found = [tuple(names[at : at + size]) for at in range(0, len(names), size)]
    if len(found) > 1 and len(found[-1]) < LEAST:
        last = found.pop()
        found[-1] += last
    return found


def pairs_of(block: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return every two neighbours of a run."""
    return list(pairwise(block))


def most_sensitive(
    prepared: Path,
    ranges: Path,
    method: Method,
    pictures: U8,
    *,
    runs: Sequence[tuple[str, ...]],
    card: ModelCard,
    bits: int,
    ask: Ask,
    progress: Progress,
) -> list[tuple[str, ...]]:
    """Return runs of layers, first the one whose quantising alone changes the answers most.

    Args:
        prepared: The float graph.
        ranges: Its calibration.
        method: By which the ranges were found.
        pictures: (N, size, size, 3); a few are asked about.
        runs: Of layers, as of `blocks_of`.
        card: Of the form.
        bits: Of weights.
        ask: How a graph is asked.
        progress: Told about each run.

    Raises:
        CancelledError: Somebody asked it to stop.
    """
    few = pictures[:PICTURES]
    want = ask(prepared, few)
    trial = prepared.with_name("one-block.onnx")
    harm: list[float] = []
    for done, block in enumerate(runs, start=1):
        progress.check()
        write_static(prepared, ranges, trial, Recipe(method, only=block), card, bits=bits)
        harm.append(float(np.square(ask(trial, few) - want).mean()))
        progress.advance(done, len(runs), "looking for sensitive layers")
    return [runs[at] for at in np.argsort(-np.array(harm), kind="stable")]
