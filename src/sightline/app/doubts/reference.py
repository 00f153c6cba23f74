"""What a model is used to: how odd its own validation pictures are, and how sure it is of them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zipfile import BadZipFile

import numpy as np

from sightline.core.errors import SightlineError
from sightline.core.files import write_atomic
from sightline.core.labels import LABELLED, TRAIN, VAL
from sightline.metrics.conformal import conformal_threshold
from sightline.metrics.drift import knn_distances

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sightline.app.doubts.eyes import Eye
    from sightline.core.arrays import F32
    from sightline.core.cards import ModelCard
    from sightline.store.images import ImageRow
    from sightline.store.projects import Project
    from sightline.store.store import Store

MOST: Final = 400
"""Pictures that are looked at."""
LEAST: Final = 20
"""Below it nothing can be called odd."""
RISK: Final = 0.05
"""How often the conformal set may miss the true class."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What is known of a model's own pictures; N of them."""

    vectors: F32
    """(N, D), scaled."""
    distances: F32
    """(N,) each to its k-th neighbour among the others."""
    shift: F32
    """(D,) taken off a vector,"""
    scale: F32
    """(D,) and what it is then divided by."""
    threshold: float | None
    """Probability from which on a class belongs to the conformal set."""

    def distance(self, vector: F32) -> float:
        """Return how far a picture is from those known."""
        scaled = ((vector - self.shift) / self.scale)[None].astype(np.float32)
        return float(knn_distances(scaled, self.vectors)[0])

    def save(self, path: Path) -> None:
        """Write it."""
        out = io.BytesIO()
        kept = np.nan if self.threshold is None else self.threshold
        np.savez(
            out,
            vectors=self.vectors,
            distances=self.distances,
            shift=self.shift,
            scale=self.scale,
            threshold=np.float64(kept),
        )
        write_atomic(path, out.getvalue())

    @staticmethod
    def load(path: Path) -> Reference | None:
        """Read it; None if it is not there or damaged."""
        try:
            with np.load(io.BytesIO(path.read_bytes())) as data:
                threshold = float(data["threshold"])
                return Reference(
                    vectors=data["vectors"],
                    distances=data["distances"],
                    shift=data["shift"],
                    scale=data["scale"],
                    threshold=None if np.isnan(threshold) else threshold,
                )
        except (OSError, ValueError, KeyError, EOFError, BadZipFile):
            return None


def make_reference(
    store: Store,
    project: Project,
    card: ModelCard,
    eye: Eye,
    stopped: Callable[[], bool] = lambda: False,
) -> Reference | None:
    """Look at a project's own pictures; None when there are too few, or it was stopped.

    The validation split, and where that is small what else the model did not learn from, then all.
    """
    vectors, said, labels = [], [], []
    places = {name: at for at, name in enumerate(card.classes)}
    names = {row.id: row.name for row in store.classes.list(project.id)}
    for row, is_held in _pictures(store, project):
        if stopped():
            return None
        try:
            seen = eye.see(Path(row.path), row.page)
        except SightlineError:
            continue
        vectors.append(seen.vector)
        place = places.get(names.get(row.class_id or 0, ""))
        if is_held and place is not None and seen.probabilities is not None:
            said.append(seen.probabilities)
            labels.append(place)
    if len(vectors) < LEAST:
        return None
    threshold = None
    if said and card.task == "single":
        threshold = conformal_threshold(np.stack(said), np.array(labels), risk=RISK)
    return _fitted(np.stack(vectors), threshold, is_embedding=eye.kind == "embedding")


def _fitted(vectors: F32, threshold: float | None, *, is_embedding: bool) -> Reference:
    """Statistics have units of their own and are scaled to one; embeddings lie on a sphere."""
    dim = vectors.shape[1]
    shift, scale = np.zeros(dim, np.float32), np.ones(dim, np.float32)
    if not is_embedding:
        shift = vectors.mean(axis=0)
        scale = np.maximum(vectors.std(axis=0), 1e-3)
    scaled = ((vectors - shift) / scale).astype(np.float32)
    distances = knn_distances(scaled, scaled, among_themselves=True)
    return Reference(scaled, distances, shift, scale, threshold)


def _pictures(store: Store, project: Project) -> Iterator[tuple[ImageRow, bool]]:
    """Yield pictures, those of the validation split first, and whether nothing learned from one."""
    state = store.state.get(project.id)
    alive = np.flatnonzero(state.alive)
    labelled = state.status[alive] == LABELLED
    kind = np.where(state.split[alive] == VAL, 0, np.where(state.split[alive] == TRAIN, 2, 1))
    order = alive[np.lexsort((_mixed(alive), ~labelled, kind))][:MOST]
    split = state.split
    rows = {
        one.ordinal: one for one in store.images.by_ordinals(project.id, [int(at) for at in order])
    }
    for at in order.tolist():
        if at in rows:
            yield rows[at], bool(split[at] == VAL)


def _mixed(ordinals: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> F32:
    """Return numbers by which the ordinals are in no order, the same ones every time."""
    rolled = ordinals.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return np.asarray((rolled >> np.uint64(40)).astype(np.float32))
