"""The live head: what it learned from the labels, what it says of every image."""

from __future__ import annotations

import shutil
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import (
    InvalidInputError,
    MissingWeightsError,
    NotFoundError,
    SightlineError,
)
from sightline.core.labels import LABELLED, TEST
from sightline.curate.assist import Labels, refit, score
from sightline.heads import artifact

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from sightline.app.encoders import Encoders
    from sightline.core.arrays import I64, Bool
    from sightline.core.progress import Progress
    from sightline.store.array_files import ArrayVersion
    from sightline.store.arrays import OrdinalArray
    from sightline.store.projects import Project
    from sightline.store.runs import Head
    from sightline.store.state import ProjectState
    from sightline.store.store import Store

PROBABILITY: Final = "probability"
MARGIN: Final = "margin"
ENTROPY: Final = "entropy"
TWO: Final = 2
"""Classes that a head needs at least."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What the head says of N ordinals; nothing when there is no head."""

    margin: NDArray[Any] | None = None
    """(N,) NaN where it has not answered."""
    probabilities: ArrayVersion | None = None
    """(N, K), read row by row."""
    class_ids: tuple[int, ...] = ()
    """K ids of classes."""
    names: tuple[str, ...] = ()
    """Their K names."""


class Heads:
    """The heads of all projects, one each, replaced at every refit."""

    def __init__(self, store: Store, encoders: Encoders, folder: Callable[[Project], Path]) -> None:
        self._store = store
        self._encoders = encoders
        self._folder = folder
        self._fitting = threading.Lock()

    def train(self, project: Project, *, progress: Progress | None = None) -> dict[str, Any]:
        """Embed what is missing, fit and calibrate the head, and ask it about every image.

        Raises:
            InvalidInputError: There are labels of fewer than two classes.
        """
        self._encoders.embed(project, progress=progress)
        self.refit(project, progress=progress, strict=True)
        return self.require(project)

    def refit(
        self, project: Project, *, progress: Progress | None = None, strict: bool = False
    ) -> dict[str, Any] | None:
        """Fit the head to the labels as they are now; None when that is not possible yet.

        Raises:
            InvalidInputError: `strict`, and there are labels of fewer than two classes.
        """
        with self._fitting:
            state = self._store.state.get(project.id)
            array = self._encoders.embeddings(project)
            taught = np.flatnonzero(_labelled(state) & (state.split != TEST))
            enough = len(np.unique(state.class_id[taught])) >= TWO
            if not strict and (array is None or not enough):
                return None
            if array is None:
                raise InvalidInputError("nothing is embedded yet", hint="embed the images first")
            return self._fit(project, state, taught, array, progress)

    def prepare(self, project: Project, progress: Progress) -> None:
        """Bring embeddings and head up to date, as far as the labels allow."""
        embedded = self._encoders.embed(project, progress=progress)["embedded"]
        head = self._store.heads.get(project.id)
        if head is None or embedded or self._is_stale(project, head):
            self.refit(project, progress=progress)

    def get(self, project: Project) -> dict[str, Any] | None:
        """Return the newest head, or None."""
        head = self._store.heads.get(project.id)
        return None if head is None else self._shown(project, head)

    def require(self, project: Project) -> dict[str, Any]:
        """Return the newest head.

        Raises:
            NotFoundError: There is none.
        """
        head = self.get(project)
        if head is None:
            raise NotFoundError(
                f"{project.name} has no head", hint="label images of two classes, then train it"
            )
        return head

    def answers(self, project: Project, n: int) -> Answers:
        """Return what the head says of the ordinals 0 .. n - 1."""
        head = self._store.heads.get(project.id)
        scored = None if head is None else self._scored(project, head)
        if head is None or scored is None:
            return Answers()
        values = self._loaded(project, MARGIN, head.encoder_key, n)
        if values is None:
            return Answers()
        class_ids = tuple(scored.header.class_ids or ())
        names = {row.id: row.name for row in self._store.classes.list(project.id)}
        shown = tuple(names.get(one, "(deleted)") for one in class_ids)
        return Answers(values, scored, class_ids, shown)

    def entropy(self, project: Project, n: int) -> NDArray[Any] | None:
        """Return the entropy of the ordinals 0 .. n - 1, nats; NaN where there is none."""
        head = self._store.heads.get(project.id)
        return None if head is None else self._loaded(project, ENTROPY, head.encoder_key, n)

    def _loaded(self, project: Project, name: str, key: str, n: int) -> NDArray[Any] | None:
        """Return one number for each ordinal, NaN where there is none."""
        try:
            array = self._store.arrays.open(project.id, name, key, create=False)
        except NotFoundError:
            return None
        values, there = array.load(n)
        return values if there.all() else np.where(there, values, np.float32(np.nan))

    def guesses(
        self, project: Project, ordinals: Sequence[int]
    ) -> dict[int, tuple[int | None, float | None]]:
        """Return the likeliest class and its probability, for those images that have one."""
        head = self._store.heads.get(project.id)
        scored = None if head is None else self._scored(project, head)
        if scored is None or not ordinals:
            return {}
        rows, valid = scored.read(np.asarray(ordinals, dtype=np.int64))
        best = rows.argmax(axis=1)
        ids = np.asarray(scored.header.class_ids or ())[best].tolist()
        high = rows[np.arange(len(rows)), best].astype(np.float64).round(4).tolist()
        return {
            ordinal: (class_id, p)
            for ordinal, class_id, p, there in zip(ordinals, ids, high, valid, strict=True)
            if there
        }

    def probabilities(self, project: Project, ordinal: int) -> list[tuple[int, float]]:
        """Return (class id, probability) of each class for one image; none if it is not scored."""
        head = self._store.heads.get(project.id)
        scored = None if head is None else self._scored(project, head)
        if scored is None:
            return []
        rows, valid = scored.read(np.asarray([ordinal], dtype=np.int64))
        if not valid[0]:
            return []
        ids = scored.header.class_ids or ()
        return [(int(one), float(p)) for one, p in zip(ids, rows[0], strict=True)]

    def doubt(self, project: Project, ordinal: int) -> dict[str, float | None]:
        """Return the margin (0..1) and the entropy (nats) of one image; None: not scored."""
        head = self._store.heads.get(project.id)
        found: dict[str, float | None] = {MARGIN: None, ENTROPY: None}
        for name in found if head is not None else ():
            with suppress(NotFoundError):
                array = self._store.arrays.open(
                    project.id, name, head.encoder_key if head else "", create=False
                )
                rows, valid = array.read(np.asarray([ordinal], dtype=np.int64))
                found[name] = round(float(rows[0]), 4) if valid[0] else None
        return found

    def _scored(self, project: Project, head: Head) -> ArrayVersion | None:
        """Return the probabilities (N, K) with the class ids of their columns."""
        try:
            array = self._store.arrays.open(project.id, PROBABILITY, head.encoder_key, create=False)
        except NotFoundError:
            return None
        return array.snapshot()

    def _fit(
        self,
        project: Project,
        state: ProjectState,
        taught: I64,
        array: OrdinalArray,
        progress: Progress | None,
    ) -> dict[str, Any]:
        name = self._encoders.name_of(project)
        key = self._encoders.encoder(name).key
        folder = self._folder(project) / "head"
        held_out = np.flatnonzero(_labelled(state) & (state.split == TEST))
        fitted, measures = refit(
            array,
            Labels(taught, state.class_id[taught]),
            encoder=key,
            pool=np.flatnonzero(state.alive & (state.split != TEST)),
            test=Labels(held_out, state.class_id[held_out]),
            previous=_previous(folder),
        )
        scores = score(fitted, array.iter_chunks(state.size), state.size, progress=progress)
        shape = (len(fitted.class_ids),)
        open_array = self._store.arrays.open
        known = self._has(project, PROBABILITY, key)
        open_array(
            project.id, PROBABILITY, key, dtype=np.float16, row_shape=None if known else shape
        ).replace(
            [(0, scores.probabilities, scores.valid)],
            row_shape=shape,
            journal_seq=state.seq,
            class_ids=list(fitted.class_ids),
        )
        for what, values in ((MARGIN, scores.margin), (ENTROPY, scores.entropy)):
            open_array(project.id, what, key, dtype=np.float32, row_shape=()).replace(
                [(0, values, scores.valid)], journal_seq=state.seq
            )
        facts = measures.to_dict()
        artifact.save(folder, fitted, facts=facts | {"journal_seq": state.seq, "engine": name})
        head = self._store.heads.put(
            project,
            encoder=name,
            encoder_key=key,
            journal_seq=state.seq,
            class_ids=fitted.class_ids,
            metrics=facts,
        )
        return self._shown(project, head)

    def _has(self, project: Project, name: str, key: str) -> bool:
        try:
            self._store.arrays.open(project.id, name, key, create=False)
        except NotFoundError:
            return False
        return True

    def _is_stale(self, project: Project, head: Head) -> bool:
        current = self._store.projects.by_id(project.id)
        return current.seq != head.journal_seq or head.encoder != self._encoders.name_of(current)

    def _shown(self, project: Project, head: Head) -> dict[str, Any]:
        return {
            "id": head.id,
            "at": head.at,
            "encoder": head.encoder,
            "journal_seq": head.journal_seq,
            "stale": self._is_stale(project, head),
            **head.metrics,
        }


def _labelled(state: ProjectState) -> Bool:
    known: Bool = state.alive & (state.status == LABELLED) & (state.class_id >= 0)
    return known


def _previous(folder: Path) -> Any:
    """Return the head that is there, to begin from; a damaged one is thrown away."""
    try:
        return artifact.load(folder)[0]
    except MissingWeightsError:
        return None
    except SightlineError:
        shutil.rmtree(folder, ignore_errors=True)
        return None
