"""What pictures are to be taken for, as arrays: a class each, or how probable each tag is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.train.data import IGNORED

if TYPE_CHECKING:
    from sightline.core.arrays import F32, I64, Bool
    from sightline.core.samples import SampleSet

HALF: Final = 0.5


def tag_targets(samples: SampleSet) -> F32:
    """Return (N, K) probabilities that a tag is there, NaN where that is not known."""
    found = np.zeros((len(samples.samples), len(samples.classes)), np.float32)
    for row, one in zip(found, samples.samples, strict=True):
        for index, probability in one.tags:
            row[index] = probability
    return found


def counted(y: I64 | F32) -> Bool:
    """Return (N,) which pictures have a part in the loss.

    Args:
        y: (N,) classes, or (N, K) probabilities of tags.
    """
    known = y != IGNORED if y.ndim == 1 else ~np.isnan(y).all(axis=1)
    return np.asarray(known, np.bool_)


def wholly_known(y: I64 | F32) -> bool:
    """Say whether nothing is masked: every picture can be read, and every tag of it is known."""
    return bool((y >= 0).all())  # NaN is not
