"""Labelled embeddings, made ready to learn from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import InvalidInputError
from sightline.heads.half import widen

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightline.core.arrays import F32, F64, I64, Bool

_NOTHING: Final = 1e-6
"""Directions that hold a smaller share of the strongest one's energy are noise of float32."""
_GROWN: Final = 1.25
"""A basis is made anew once there are so many times the rows it was made for."""
_TRIES: Final = 4
_OUTSIDE: Final = 1e-4
"""A row with a smaller share of its length outside a basis lies inside."""


@dataclass(frozen=True, slots=True)
class Basis:
    """Orthonormal directions that hold every labelled row, nearly its principal axes."""

    vectors: F32
    """(D, r)"""
    rows: int
    """How many rows it was made for."""


@dataclass(frozen=True, slots=True)
class Task:
    """Labelled embeddings in the coordinates of their principal axes.

    With an L2 penalty the best weights lie in the span of the rows, so n rows of D numbers can be
    replaced by their r <= n coordinates in an orthonormal basis of it: same answer, less work. In
    principal axes the coordinates hardly depend on each other, so that the curvature of the loss
    is known beforehand, and L-BFGS needs a fifth of the steps.
    """

    rows: F32
    """(n, r) coordinates, r <= min(n, D)."""
    y: I64
    """(n,) place in class_ids; for tags the place of the image's rarest one, K for none."""
    class_ids: tuple[int, ...]
    basis: Basis
    mean: F32
    """(D,)"""
    scale: float
    """Root mean square length of the centred embeddings."""
    energy: F64
    """(r,) mean square of each coordinate."""
    tags: Bool | None = None
    """(n, K), where an image may have any number of classes."""

    @property
    def counts(self) -> I64:
        """Return labels per class, (K,)."""
        if self.tags is not None:
            return np.asarray(self.tags.sum(axis=0), dtype=np.int64)
        return np.bincount(self.y, minlength=len(self.class_ids)).astype(np.int64)

    def subset(self, keep: I64 | Bool) -> Task:
        """Return a task of some of the rows; the classes stay the same."""
        tags = None if self.tags is None else self.tags[keep]
        return replace(self, rows=self.rows[keep], y=self.y[keep], tags=tags)


def prepare(embeddings: NDArray[Any], labels: NDArray[Any], *, basis: Basis | None = None) -> Task:
    """Return the task of telling the labelled classes apart.

    Args:
        embeddings: (n, D), float16 or float32.
        labels: (n,) class ids.
        basis: Of an earlier task of the same encoder, to save making one.

    Raises:
        InvalidInputError: Fewer than two classes have a label, or a value is not finite.
    """
    ids, y = np.unique(np.asarray(labels, dtype=np.int64), return_inverse=True)
    if len(ids) < 2:  # noqa: PLR2004
        raise InvalidInputError(
            f"a head needs labels of two classes or more, there are {len(ids)}",
            hint="label pictures of at least two classes",
        )
    task = _in_axes(embeddings, basis)
    return replace(task, y=y.astype(np.int64), class_ids=tuple(int(one) for one in ids))


def prepare_tags(
    embeddings: NDArray[Any], tags: Bool, class_ids: NDArray[Any], *, basis: Basis | None = None
) -> Task:
    """Return the task of telling, tag by tag, which images have it.

    Args:
        embeddings: (n, D), float16 or float32.
        tags: (n, K)
        class_ids: (K,) ascending; a tag that all images have, or none, is left out.
        basis: Of an earlier task of the same encoder, to save making one.

    Raises:
        InvalidInputError: No tag parts the images, or a value is not finite.
    """
    have = tags.sum(axis=0)
    keep = np.flatnonzero((have > 0) & (have < len(tags)))
    if not len(keep):
        raise InvalidInputError(
            "a head on tags needs one that some of the labelled pictures have and others have not",
            hint="label pictures with the tag, and some without it",
        )
    task = _in_axes(embeddings, basis)
    ids = tuple(int(one) for one in np.asarray(class_ids)[keep])
    return replace(task, y=_rarest(tags[:, keep]), class_ids=ids, tags=tags[:, keep])


def _rarest(tags: Bool) -> I64:
    """Return the place of each image's rarest tag, (n,); K where it has none."""
    order = np.argsort(tags.sum(axis=0), kind="stable")
    place = order[tags[:, order].argmax(axis=1)]
    return np.asarray(np.where(tags.any(axis=1), place, tags.shape[1]), dtype=np.int64)


def _in_axes(embeddings: NDArray[Any], basis: Basis | None) -> Task:
    rows = widen(embeddings) if embeddings.dtype == np.float16 else embeddings.astype(np.float32)
    if not np.isfinite(rows).all():
        raise InvalidInputError("an embedding is not finite", hint="embed the images again")
    mean = rows.mean(axis=0, dtype=np.float64).astype(np.float32)
    rows = rows - mean
    scale = float(np.sqrt(np.einsum("nd,nd->", rows, rows) / max(1, len(rows)))) or 1.0
    rows /= np.float32(scale)
    found = _extended(basis, rows) if _fits(basis, rows) else None
    if found is None:
        found = _axes(rows, mean)
    held, inside = found
    energy = np.einsum("nr,nr->r", inside, inside, dtype=np.float64) / max(1, len(rows))
    return Task(inside, np.zeros(0, np.int64), (), held, mean, scale, energy)


def _fits(basis: Basis | None, rows: F32) -> bool:
    return (
        basis is not None
        and basis.vectors.shape[0] == rows.shape[1]
        and basis.rows <= len(rows) <= _GROWN * basis.rows
    )


def _axes(rows: F32, mean: F32) -> tuple[Basis, F32]:
    """Return the principal axes of centred rows (n, D), and the rows along them.

    The mean (D,) has an axis too: it moves with every label, and the rows with it.
    """
    n, dim = rows.shape
    if n < dim:
        energy, left = np.linalg.eigh(rows @ rows.T)
        keep = energy > _NOTHING * max(float(energy[-1]), 1e-30)
        size = np.sqrt(energy[keep])
        axes = (rows.T @ left[:, keep]) / size
        off = mean - axes @ (axes.T @ mean)
        length = float(np.linalg.norm(off))
        more = off[:, None] / np.float32(length) if length > 0 else np.zeros((dim, 0), np.float32)
        inside = np.hstack([left[:, keep] * size, np.zeros((n, more.shape[1]), np.float32)])
        return Basis(np.ascontiguousarray(np.hstack([axes, more])), n), inside
    _, vectors = np.linalg.eigh(rows.T @ rows)
    return Basis(np.ascontiguousarray(vectors), n), rows @ vectors


def _extended(basis: Basis | None, rows: F32) -> tuple[Basis, F32] | None:
    """Return a basis with what is new in the rows, and the rows in it; None: make another."""
    if basis is None:
        return None
    vectors, inside = basis.vectors, rows @ basis.vectors
    dim, most = vectors.shape[0], int(_GROWN * vectors.shape[1])
    whole = np.einsum("nd,nd->n", rows, rows)
    for _ in range(_TRIES):
        lost = whole - np.einsum("nr,nr->n", inside, inside)
        if vectors.shape[1] == dim or lost.max(initial=0.0) < _OUTSIDE:
            return Basis(vectors, basis.rows), inside
        # Those far outside are new; the others left with the mean, which follows the new ones.
        new = rows[lost > lost.max() / 2]
        if vectors.shape[1] + len(new) > min(dim, most):
            return None
        for _ in range(2):  # twice is enough to be orthogonal (Kahan, in Parlett 1980)
            new = new - (new @ vectors) @ vectors.T
        more = np.linalg.qr(new.T)[0]
        vectors = np.ascontiguousarray(np.hstack([vectors, more]))
        inside = np.hstack([inside, rows @ more])
    return None
