"""Rows to learn from, and what they are turned into first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import InvalidInputError
from sightline.heads.guard import is_background
from sightline.heads.half import widen

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightline.core.arrays import F32, F64, I64, Bool
    from sightline.heads.bundle import Normalise

_TINY: Final = np.float32(1e-6)


@dataclass(frozen=True, slots=True)
class Samples:
    """N vectors whose class is known."""

    rows: NDArray[Any]
    """(N, D), float16 or float32."""
    y: I64
    """(N,) place in `classes`."""
    groups: NDArray[Any]
    """(N,) text: what stays on one side of a split, the picture's digest for one."""
    classes: tuple[str, ...]
    """K names; those that begin with `__bg_` are background."""

    def checked(self) -> Samples:
        """Return the samples without classes that have no row.

        Raises:
            InvalidInputError: Fewer than two classes are left, or no foreground.
        """
        counts = np.bincount(self.y, minlength=len(self.classes))
        some = np.flatnonzero(counts)
        names = tuple(self.classes[k] for k in some)
        if not any(not is_background(name) for name in names):
            raise InvalidInputError("there is nothing to learn from", hint="label some objects")
        if len(names) < 2:  # noqa: PLR2004
            raise InvalidInputError(
                f"all {len(self.y):,} samples are of one class, {names[0]}",
                hint="label some of another class, or add background: --background 4",
            )
        return replace(self, y=np.searchsorted(some, self.y), classes=names)

    def of(self, keep: Bool) -> Samples:
        """Return some of the rows; the classes stay the same."""
        return replace(self, rows=self.rows[keep], y=self.y[keep], groups=self.groups[keep])

    @property
    def counts(self) -> I64:
        """Return rows for each class, (K,)."""
        return np.bincount(self.y, minlength=len(self.classes)).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Scaling:
    """What is done to vectors before a head sees them, as the bundle will do it."""

    kind: Normalise
    mean: F32 | None = None
    scale: F32 | None = None

    def apply(self, rows: NDArray[Any]) -> F32:
        """Return rows (N, D) as the head sees them."""
        wide = widen(rows)
        if self.kind == "l2":
            length = np.sqrt(np.einsum("nd,nd->n", wide, wide))
            return np.asarray(wide / np.maximum(length, 1e-12)[:, None], np.float32)
        if self.mean is not None and self.scale is not None:
            return np.asarray((wide - self.mean) / self.scale, np.float32)
        return wide

    @staticmethod
    def of(kind: Normalise, rows: NDArray[Any]) -> Scaling:
        """Return the scaling that suits rows (N, D) to learn from."""
        if kind != "standard":
            return Scaling(kind)
        wide = widen(rows)
        deviation = wide.std(axis=0)
        scale = np.where(deviation > _TINY, deviation, 1).astype(np.float32)
        return Scaling(kind, wide.mean(axis=0).astype(np.float32), scale)


@dataclass(frozen=True, slots=True)
class Problem:
    """What a classifier is fitted to."""

    rows: F32
    """(N, D) as the head sees them."""
    y: I64
    """(N,) class indices, 0..k-1."""
    weights: F64
    """(N,) how much each row counts, of mean 1."""
    k: int
    """Number of classes."""

    def of(self, keep: Bool) -> Problem:
        """Return some of the rows."""
        return Problem(self.rows[keep], self.y[keep], self.weights[keep], self.k)


def row_weights(samples: Samples, *, balanced: bool, oversample: bool) -> F64:
    """Return how much each row counts, (N,), of mean 1.

    `balanced` divides by how many rows a class has. `oversample` repeats rows of a class a whole
    number of times, as often as they go into the largest class.
    """
    counts = np.maximum(samples.counts, 1)
    each = np.ones(len(counts))
    if oversample:
        each *= np.maximum(counts.max() // counts, 1)
    if balanced:
        each /= counts * (each if oversample else 1)
    weights = each[samples.y]
    return np.asarray(weights / weights.mean(), np.float64)
