"""Principal components of embeddings: the map that is there at once, and where others begin.

Hotelling, Analysis of a complex of statistical variables into principal components, 1933. The
components come from the covariance of all rows, or of a fair sample where that would take seconds;
every row is then projected. Rows are read in chunks and widened one block at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from sightline.core.errors import ConflictError
from sightline.core.progress import Progress, Silent
from sightline.heads.half import widen
from sightline.heads.threads import one_thread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from sightline.core.arrays import F32, F64, I64, Bool

COMPONENTS: Final = 50
FIT_WORK: Final = 1.5e10
"""Multiplications that the covariance may take; a sample of the rows is enough beyond."""
ROWS_PER_DIM: Final = 8
"""A sample has at least so many rows for each dimension."""
BLOCK: Final = 4096
FLAT: Final = 1e-12


class Chunks(Protocol):
    """Embeddings on the disk, such as one version of the store's array."""

    def iter_chunks(self, n: int) -> Iterator[tuple[int, NDArray[Any], Bool]]:
        """Yield (first ordinal, rows (M, D), which count (M,))."""
        ...


@dataclass(frozen=True, slots=True)
class Reduced:
    """What M images are in C principal components."""

    ordinals: I64
    """(M,) ascending."""
    rows: F32
    """(M, C) C at most COMPONENTS; columns by falling variance."""
    left_out: I64
    """(L,) ordinals whose embedding is not finite."""


@dataclass(frozen=True, slots=True)
class Components:
    """A projection from D dimensions to C."""

    mean: F32
    """(D,)"""
    axes: F32
    """(C, D) of length 1; the largest entry of each is positive, which fixes the sign."""
    variance: F64
    """(C,) falling."""

    def project(self, rows: F32) -> F32:
        """Return rows (M, D) as (M, C)."""
        projected: F32 = np.matmul(rows - self.mean, self.axes.T)
        return projected


def reduce_rows(
    chunks: Chunks,
    wanted: Bool,
    *,
    components: int = COMPONENTS,
    seed: int = 0,
    progress: Progress | None = None,
) -> Reduced:
    """Return the principal components of the embeddings.

    Args:
        chunks: Embeddings (N, D), float16 or float32.
        wanted: (N,) which images count; those without an embedding are passed over.
        components: At most so many columns.
        seed: Of the sample.
        progress: Is told of rows that are done and may stop the work.

    Raises:
        ConflictError: Fewer than three embeddings, or all of them are the same.
    """
    with one_thread():
        return _reduced(chunks, wanted, components, seed, progress or Silent())


def _reduced(chunks: Chunks, wanted: Bool, components: int, seed: int, told: Progress) -> Reduced:
    n = len(wanted)
    ordinals, left_out = _usable(chunks, wanted)
    if len(ordinals) < 3:  # noqa: PLR2004 - two points are no map
        raise ConflictError(
            f"{len(ordinals)} of the pictures have an embedding: too few for a map",
            hint="embed the pictures first; a map needs three",
        )
    found = fit_components(chunks, ordinals, n, components=components, seed=seed)
    if found.variance[0] <= FLAT:
        raise ConflictError(
            "every picture has the same embedding",
            hint="check the pictures, or use another encoder",
        )
    rows = np.empty((len(ordinals), len(found.axes)), np.float32)
    at = 0
    for part in _blocks(chunks, ordinals, n):
        rows[at : at + len(part)] = found.project(part)
        at += len(part)
        told.advance(at, len(ordinals), "principal components")
        told.check()
    return Reduced(ordinals, rows, left_out)


def fit_components(
    chunks: Chunks, ordinals: I64, n: int, *, components: int = COMPONENTS, seed: int = 0
) -> Components:
    """Return the principal components of the embeddings at `ordinals` (M,), which are there."""
    sample = ordinals
    dim = _dimension(chunks, n)
    most = int(max(ROWS_PER_DIM * dim, FIT_WORK / dim**2))
    if len(ordinals) > most:
        sample = np.sort(np.random.default_rng(seed).choice(ordinals, most, replace=False))
    shift: F32 | None = None
    total, square = np.zeros(dim), np.zeros((dim, dim))
    for part in _blocks(chunks, sample, n):
        if shift is None:
            shift = part.mean(axis=0, dtype=np.float64).astype(np.float32)
        near = np.subtract(part, shift, out=part)
        total += near.sum(axis=0, dtype=np.float64)
        square += near.T @ near
    mean = total / len(sample)
    covariance = square / len(sample) - np.outer(mean, mean)
    count = min(components, dim, len(sample))
    values, vectors = np.linalg.eigh(covariance)
    axes = vectors[:, ::-1][:, :count].T
    largest = np.take_along_axis(axes, np.abs(axes).argmax(axis=1)[:, None], axis=1)
    axes = np.where(largest < 0, -axes, axes)
    centre = mean + (0 if shift is None else shift)
    return Components(
        centre.astype(np.float32),
        np.ascontiguousarray(axes, dtype=np.float32),
        np.maximum(values[::-1][:count], 0),
    )


def _dimension(chunks: Chunks, n: int) -> int:
    _, rows, _ = next(iter(chunks.iter_chunks(n)))
    return int(rows.shape[1])


def _usable(chunks: Chunks, wanted: Bool) -> tuple[I64, I64]:
    """Return the ordinals of finite rows, and of those that are not, ascending."""
    found, left_out = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for start, rows, valid in chunks.iter_chunks(len(wanted)):
        here = np.flatnonzero(valid & wanted[start : start + len(valid)])
        for at in range(0, len(here), BLOCK):
            part = here[at : at + BLOCK]
            finite = _finite(rows[part[0] : part[-1] + 1])[part - part[0]]
            found.append(part[finite] + start)
            left_out.append(part[~finite] + start)
    return np.concatenate(found), np.concatenate(left_out)


def _finite(rows: NDArray[Any]) -> Bool:
    """Return which rows are finite, (M,); for halves by their exponent's bits."""
    if rows.dtype != np.float16:
        finite: Bool = np.isfinite(rows).all(axis=1)
        return finite
    bits = np.ascontiguousarray(rows).view(np.uint16) & np.uint16(0x7C00)
    low: Bool = bits.max(axis=1) < np.uint16(0x7C00)
    return low


def _blocks(chunks: Chunks, ordinals: I64, n: int) -> Iterator[F32]:
    """Yield the rows at `ordinals` (ascending) as float32 in blocks that the caller may change."""
    for start, rows, _ in chunks.iter_chunks(n):
        low, high = np.searchsorted(ordinals, [start, start + len(rows)])
        inside = ordinals[low:high] - start
        for at in range(0, len(inside), BLOCK):
            part = inside[at : at + BLOCK]
            together = int(part[-1] - part[0]) + 1 == len(part)
            taken = rows[part[0] : part[-1] + 1] if together else rows[part]
            wide = widen(taken)
            yield wide.copy() if wide.base is not None or wide is taken else wide
