"""A head that travels, asked as the live head is: of a project's classes, by their ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from sightline.heads.head import entropy_of, margin_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sightline.core.arrays import F32
    from sightline.heads.bundle import HeadBundle

_TINY: Final = np.float32(1e-12)


class Says(Protocol):
    """What says how probable each class of a project is."""

    @property
    def class_ids(self) -> tuple[int, ...]:
        """K ids of classes, ascending: the columns of the answer."""
        ...

    def score(self, rows: NDArray[Any]) -> F32:
        """Return probabilities (N, K) for rows (N, D)."""
        ...

    def margin(self, probabilities: NDArray[Any]) -> F32:
        """Return how sure it is, (N,), 0..1."""
        ...

    def entropy(self, probabilities: NDArray[Any]) -> F32:
        """Return the entropy, (N,), nats."""
        ...


class GivenHead:
    """Says of whole images what a bundle says; classes that the project has not are left out.

    Args:
        bundle: The head.
        class_ids: (K,) the project's class of each of its columns, None for those it has not.
    """

    def __init__(self, bundle: HeadBundle, class_ids: Sequence[int | None]) -> None:
        known = [(one, k) for k, one in enumerate(class_ids) if one is not None]
        self.class_ids: Final = tuple(sorted({one for one, _ in known}))
        self._bundle = bundle
        self._into = np.zeros((len(class_ids), len(self.class_ids)), np.float32)
        for one, k in known:
            self._into[k, self.class_ids.index(one)] = 1

    def score(self, rows: NDArray[Any]) -> F32:
        """Return probabilities (N, K) for rows (N, D); rows sum to 1 over the project's classes."""
        shares = self._bundle.probabilities(rows) @ self._into
        return np.asarray(shares / np.maximum(shares.sum(axis=1, keepdims=True), _TINY), np.float32)

    def margin(self, probabilities: NDArray[Any]) -> F32:
        """Return the gap between the two likeliest classes, (N,), 0..1."""
        return margin_of(probabilities)

    def entropy(self, probabilities: NDArray[Any]) -> F32:
        """Return the entropy, (N,), nats."""
        return entropy_of(probabilities)
