"""Small projects for the tests of this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sightline.core.labels import TEST, TRAIN
from sightline.curate.pool import Pool

if TYPE_CHECKING:
    from collections.abc import Iterator


class MemoryRows:
    """Rows by ordinal in memory; `missing` ordinals have none."""

    def __init__(self, rows: np.ndarray, missing: tuple[int, ...] = ()) -> None:
        self.rows = rows.astype(np.float16)
        self.valid = np.ones(len(rows), np.bool_)
        self.valid[list(missing)] = False

    def read(self, ordinals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return self.rows[ordinals], self.valid[ordinals]

    def iter_chunks(self, n: int) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
        for at in range(0, n, 16):
            yield at, self.rows[at : min(at + 16, n)], self.valid[at : min(at + 16, n)]


def pool(n: int, *, test: tuple[int, ...] = (), **fields: Any) -> Pool:
    """Return a project of n unlabelled images."""
    split = np.full(n, TRAIN, np.int32)
    split[list(test)] = TEST
    values: dict[str, Any] = {
        "status": np.zeros(n, np.int32),
        "split": split,
        "class_id": np.full(n, -1, np.int32),
        "alive": np.ones(n, np.bool_),
    }
    return Pool(**(values | fields))


def clusters(sizes: tuple[int, ...], dim: int = 16, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return rows (N, dim) in clusters of these sizes, and which cluster each is of."""
    rng = np.random.default_rng(seed)
    which = np.repeat(np.arange(len(sizes)), sizes)
    centres = np.eye(dim)[: len(sizes)] * 4
    rows = centres[which] + rng.normal(size=(len(which), dim)) * 0.3
    return rows.astype(np.float32), which
