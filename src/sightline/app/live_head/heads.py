"""The live head: what it learned from the labels, what it says of every image."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sightline.app.live_head.fitting import ENTROPY, MARGIN, PROBABILITY, Fitting
from sightline.core.errors import InvalidInputError, MissingWeightsError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from sightline.app.crop_heads.crop_heads import ActiveHead
    from sightline.app.embedding.encoders import Encoders
    from sightline.app.projects import Projects
    from sightline.core.progress import Progress
    from sightline.store.array_files import ArrayVersion
    from sightline.store.projects import Project
    from sightline.store.runs import Head
    from sightline.store.store import Store


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
    multi: bool = False
    """It is a head on tags."""


class Heads:
    """The heads of all projects, one each, replaced at every refit."""

    def __init__(self, store: Store, encoders: Encoders, projects: Projects) -> None:
        self._store = store
        self._encoders = encoders
        self._fitting = Fitting(store, encoders, projects)

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
            CancelledError: The progress said so; the head before still counts.
        """
        try:
            head = self._fitting.fit(project, progress)
        except (InvalidInputError, NotFoundError, MissingWeightsError):
            if strict:
                raise
            return None
        return self._shown(project, head)

    def let(self, given: Callable[[Project], ActiveHead | None]) -> None:
        """Let a head of the shelf answer for a project's images, where `given` returns one."""
        self._fitting.given = given

    def changed(self, project: Project) -> dict[str, Any] | None:
        """Ask about every image anew: another head answers now. Return the job, if it takes one."""
        if self._encoders.embeddings(project) is None:
            self._store.heads.drop(project)
            return self._encoders.start_embed(project)
        if self.refit(project) is None:
            self._store.heads.drop(project)
        return None

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
        return Answers(values, scored, class_ids, shown, head.metrics.get("task") == "multi")

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

    def thresholds(self, project: Project) -> dict[int, float]:
        """Return from which probability on each tag counts as there; nothing for one class."""
        head = self._store.heads.get(project.id)
        tags = [] if head is None else head.metrics.get("tags", [])
        return {one["class_id"]: one["threshold"] for one in tags}

    def doubt(self, project: Project, ordinal: int) -> dict[str, float | None]:
        """Return how sure the head is of one image, 0..1, and its entropy, nats; None: not scored.

        See `heads.head.Head.margin` for what that is of one class, and of tags.
        """
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

    def _is_stale(self, project: Project, head: Head) -> bool:
        current = self._store.projects.by_id(project.id)
        key = self._encoders.key_in_use(current)
        return current.seq != head.journal_seq or key not in {None, head.encoder_key}

    def _shown(self, project: Project, head: Head) -> dict[str, Any]:
        return {
            "id": head.id,
            "at": head.at,
            "encoder": head.encoder,
            "journal_seq": head.journal_seq,
            "stale": self._is_stale(project, head),
            **head.metrics,
        }
