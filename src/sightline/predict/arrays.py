"""What a classifier says of many pictures, as one array."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.core.progress import Silent
from sightline.predict.rows import load_or_error
from sightline.predict.run import default_threads, in_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.arrays import F32, Bool
    from sightline.core.ports import Classifier
    from sightline.core.progress import Progress
    from sightline.predict.rows import Picture, Row

PART: Final = 16
"""Pictures that one thread takes at a time."""


@dataclass(frozen=True, slots=True)
class Said:
    """The answers of a classifier."""

    probabilities: F32
    """(N, K); rows of pictures that could not be read are 0."""
    known: Bool
    """(N,) which could be read."""
    faults: tuple[Row, ...]
    """{path, error, reason} of the others, in order."""


def ask_all(
    classifier: Classifier,
    pictures: Sequence[Picture],
    *,
    progress: Progress | None = None,
    threads: int | None = None,
) -> Said:
    """Return what a classifier says of pictures, in their order.

    Args:
        classifier: Asked from `threads` threads (default: one less than there are cores).
        pictures: N.
        progress: Told about each part of them.
        threads: That decode and ask.

    Raises:
        InvalidInputError: The model cannot take them.
        CancelledError: Somebody asked it to stop.
    """
    told = progress or Silent()
    out = np.zeros((len(pictures), len(classifier.classes)), np.float32)
    known = np.zeros(len(pictures), np.bool_)
    faults: list[Row] = []
    groups = (list(pictures[at : at + PART]) for at in range(0, len(pictures), PART))
    told.advance(0, len(pictures), "asking")
    at = 0
    for rows in in_order(
        lambda part: _part(classifier, part), groups, threads or default_threads()
    ):
        for row in rows:
            told.check()
            if isinstance(row, dict):
                faults.append(row)
            else:
                out[at], known[at] = row, True
            at += 1
        told.advance(at, len(pictures), "asking")
    return Said(out, known, tuple(faults))


def _part(classifier: Classifier, pictures: Sequence[Picture]) -> list[F32 | Row]:
    """Return (K,) probabilities for each picture, or the row that says why there are none."""
    loaded = [load_or_error(picture, classifier.preprocess) for picture in pictures]
    inputs = [one for one in loaded if not isinstance(one, dict)]
    step: int = getattr(classifier, "max_batch", 1)
    answers = iter(
        [
            row
            for at in range(0, len(inputs), step)
            for row in classifier.classify(np.stack(inputs[at : at + step]))
        ]
    )
    return [one if isinstance(one, dict) else next(answers) for one in loaded]
