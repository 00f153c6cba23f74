"""What is drawn for the pictures of a step: a row of numbers each, by its place in the step.

The rows of a step do not depend on each other, nor on what is switched on. So a single picture of a
step can be varied alone, as the preview does, exactly as the training varies it among others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.train.counters import AUGMENT, PICTURE, generator

if TYPE_CHECKING:
    from sightline.core.arrays import F32, F64

GRID: Final = 4
"""Control points of the warp, per side."""
BASIC: Final = 16 + 2 * GRID * GRID
"""Columns of the batch's own variations."""
CROP, TILT, HUE = slice(0, 4), slice(4, 6), slice(6, 7)
"""Columns of `more`."""
MORE: Final = 8
SINGLES: Final = 24
"""Columns of chances and strengths of what is done picture by picture."""
POLICY: Final = 40
"""Columns of a policy's operations."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a training pictures are: some rows of a step of an epoch."""

    epoch: int
    """From 0."""
    step: int
    """From 0, in the epoch."""
    count: int
    """Pictures of the step."""
    first: int = 0
    """Row of the first picture."""


def basic_draws(seed: int, place: Place, pictures: int) -> F32:
    """Return (pictures, BASIC) numbers in 0..1."""
    rng = generator(seed, AUGMENT, place.epoch, place.step)
    rows: F32 = rng.random((place.first + pictures, BASIC), dtype=np.float32)
    return rows[place.first :]


@dataclass(frozen=True, slots=True)
class Extra:
    """Numbers in 0..1 of what is done picture by picture, and of later additions."""

    more: F32
    """(B, MORE)"""
    singles: F64
    """(B, SINGLES)"""
    policy: F64
    """(B, POLICY)"""


def extra_draws(seed: int, place: Place, pictures: int) -> Extra:
    """Return the further draws of some pictures of a step."""
    rng = generator(seed, PICTURE, place.epoch, place.step)
    rows = rng.random((place.first + pictures, MORE + SINGLES + POLICY))[place.first :]
    more, singles, policy = np.split(rows, (MORE, MORE + SINGLES), axis=1)
    return Extra(more.astype(np.float32), singles, policy)
