"""Pictures fitted once for a network and kept in a file while an export works on them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.core.errors import InvalidInputError, SightlineError
from sightline.imaging.preprocess import load
from sightline.predict.run import default_threads

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sightline.app.forms.sets import Labelled
    from sightline.core.arrays import F32, U8
    from sightline.core.ports import Classifier
    from sightline.core.preprocess import Preprocess
    from sightline.core.progress import Progress

PART: Final = 32


def fitted(
    rows: Sequence[Labelled], rule: Preprocess, file: Path, progress: Progress, note: str
) -> tuple[U8, list[Labelled]]:
    """Return (N, size, size, 3) pixels, in a file, and the pictures that could be read.

    Raises:
        CancelledError: Somebody asked it to stop.
    """
    side = rule.size
    pixels = np.lib.format.open_memmap(
        file, mode="w+", dtype=np.uint8, shape=(len(rows), side, side, 3)
    )
    kept: list[Labelled] = []

    def read(one: Labelled) -> U8 | None:
        try:
            found = load(one.path, rule, one.page)
        except (SightlineError, OSError):
            return None
        return found if found.shape == (side, side, 3) else None

    with ThreadPoolExecutor(default_threads(), thread_name_prefix="export") as pool:
        for start in range(0, len(rows), PART):
            progress.check()
            part = rows[start : start + PART]
            for one, found in zip(part, pool.map(read, part), strict=True):
                if found is not None:
                    pixels[len(kept)] = found
                    kept.append(one)
            progress.advance(start + len(part), len(rows), note)
    return pixels[: len(kept)], kept


def answers(model: Classifier, pixels: U8, progress: Progress, note: str) -> F32:
    """Return (N, K) probabilities of a model for fitted pictures.

    Raises:
        CancelledError: Somebody asked it to stop.
        InvalidInputError: An answer is no number.
    """
    parts = []
    for start in range(0, len(pixels), PART):
        progress.check()
        stop = min(start + PART, len(pixels))
        parts += [model.classify(np.asarray(pixels[at : at + 1])) for at in range(start, stop)]
        progress.advance(stop, len(pixels), note)
    found = np.concatenate(parts)
    if not np.isfinite(found).all():
        raise InvalidInputError("an answer is no number", hint="export it with --quantize none")
    return found
