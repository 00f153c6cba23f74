"""The tags of all images of a project: two columns, one line for each tag of an image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from sightline.core.arrays import I32, I64, Bool


@dataclass(frozen=True, slots=True)
class TagRows:
    """M tags by ordinal, then by class id; those of deleted classes too. Never changed."""

    ordinal: I64
    """(M,) ascending."""
    class_id: I32
    """(M,)"""

    @staticmethod
    def none() -> TagRows:
        """Return no tags."""
        return TagRows(np.zeros(0, np.int64), np.zeros(0, np.int32))

    def of(self, ordinal: int) -> list[int]:
        """Return the tags of one image, ascending."""
        low, high = np.searchsorted(self.ordinal, [ordinal, ordinal + 1])
        return [int(one) for one in self.class_id[low:high]]

    def having(self, class_ids: Iterable[int], n: int) -> Bool:
        """Return which of the ordinals 0 .. n - 1 have any of these tags: (n,)."""
        found = np.zeros(n, np.bool_)
        found[self.ordinal[np.isin(self.class_id, list(class_ids))]] = True
        return found

    def matrix(self, ordinals: I64, class_ids: NDArray[np.int64]) -> Bool:
        """Return which of the images has which of the tags: (n, K).

        Args:
            ordinals: (n,) in any order, each once.
            class_ids: (K,) in any order, each once.
        """
        found = np.zeros((len(ordinals), len(class_ids)), np.bool_)
        if not len(ordinals) or not len(class_ids):
            return found
        rows, columns = np.argsort(ordinals), np.argsort(class_ids)
        row, known = _places(np.asarray(ordinals)[rows], self.ordinal)
        column, wanted = _places(np.asarray(class_ids)[columns], self.class_id)
        both = known & wanted
        found[rows[row[both]], columns[column[both]]] = True
        return found

    def counts(self) -> dict[int, int]:
        """Return how many images have each tag."""
        ids, counts = np.unique(self.class_id, return_counts=True)
        return dict(zip(ids.tolist(), counts.tolist(), strict=True))

    def replaced(self, ordinals: NDArray[np.int64], pairs: list[tuple[int, int]]) -> TagRows:
        """Return the tags with those of some images replaced.

        Args:
            ordinals: (m,) the images that changed.
            pairs: (ordinal, class id) of all tags that they have now.
        """
        kept = ~np.isin(self.ordinal, ordinals)
        if kept.all() and not pairs:
            return self
        new = np.asarray(pairs, dtype=np.int64).reshape(-1, 2)
        ordinal = np.concatenate([self.ordinal[kept], new[:, 0]])
        class_id = np.concatenate([self.class_id[kept], new[:, 1].astype(np.int32)])
        order = np.lexsort((class_id, ordinal))
        return TagRows(ordinal[order], class_id[order])


def _places(known: NDArray[np.int64], asked: NDArray[np.integer]) -> tuple[I64, Bool]:
    """Return the place of each in `known` (ascending), and whether it is there."""
    place = np.minimum(np.searchsorted(known, asked), len(known) - 1)
    there: Bool = known[place] == asked
    return place.astype(np.int64), there
