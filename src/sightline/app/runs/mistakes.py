"""Where a trained network's answers differ from the labels: read from what its run wrote down."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from sightline.core.errors import ConflictError, NotFoundError, UnknownRunError
from sightline.core.labels import LABELLED, SPLITS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from sightline.core.arrays import F32, I64
    from sightline.core.cards import ModelCard
    from sightline.store.projects import Project
    from sightline.store.runs import Run
    from sightline.store.state import ProjectState
    from sightline.store.store import Store

HALF: Final = 0.5


class Answered(NamedTuple):
    """What a run's network said of one split."""

    split: str
    image_ids: I64
    """(N,)"""
    labels: Any
    """(N,) class indices, or (N, K) probabilities of tags, NaN where unknown."""
    probabilities: F32
    """(N, K)"""


class Mistake(NamedTuple):
    """One answer that differs from its label."""

    image_id: int
    split: str
    class_index: int
    """Of the class that was said; of a tag: the one that is missing or too many."""
    true: int | None
    """Index of the label; None: the tag is not there."""
    said: bool
    """Whether the network says that class; False: it misses a tag."""
    probability: float
    """Of that class."""
    sureness: float
    """0..1, how far it is from having been right."""


def answers(run_dir: Path) -> Iterator[Answered]:
    """Yield what a run wrote of each split that it was asked about.

    Raises:
        NotFoundError: It has not ended.
    """
    path = run_dir / "predictions.npz"
    if not path.is_file():
        raise NotFoundError("this run has no answers yet", hint="they are written when it ends")
    with np.load(io.BytesIO(path.read_bytes())) as data:
        for split in SPLITS:
            if f"{split}_image_ids" in data:
                parts = (data[f"{split}_{one}"] for one in ("image_ids", "labels", "probabilities"))
                yield Answered(split, *parts)


def mistakes(found: Sequence[Answered], thresholds: Sequence[float] = ()) -> list[Mistake]:
    """Return wrong answers, the surest first.

    Args:
        found: Of each split.
        thresholds: (K,) from which on a tag counts as there; for classes of no use.
    """
    rows: list[Mistake] = []
    for one in found:
        rows += _tags(one, thresholds) if one.labels.ndim > 1 else _classes(one)
    return sorted(rows, key=lambda row: -row.sureness)


def _classes(one: Answered) -> Iterator[Mistake]:
    said = one.probabilities.argmax(axis=1)
    for i in np.flatnonzero(said != one.labels):
        p = float(one.probabilities[i, said[i]])
        true = int(one.labels[i])
        yield Mistake(int(one.image_ids[i]), one.split, int(said[i]), true, True, p, p)


def _tags(one: Answered, thresholds: Sequence[float]) -> Iterator[Mistake]:
    count = one.probabilities.shape[1]
    limits = np.array(thresholds if len(thresholds) == count else [HALF] * count)
    there, known = one.labels >= HALF, ~np.isnan(one.labels)
    said = one.probabilities >= limits
    above = (one.probabilities - limits) / np.maximum(1 - limits, 1e-9)
    gap = np.where(said, above, (limits - one.probabilities) / np.maximum(limits, 1e-9))
    for i, k in np.argwhere((said != there) & known).tolist():
        p = float(one.probabilities[i, k])
        true = k if there[i, k] else None
        sure = float(gap[i, k])
        yield Mistake(int(one.image_ids[i]), one.split, k, true, bool(said[i, k]), p, sure)


class Mistaken:
    """A run's mistakes as arrays by ordinal, for the queue of them."""

    def __init__(self, store: Store, run_dir: Callable[[Run], Path]) -> None:
        self._store = store
        self._run_dir = run_dir
        self._last: tuple[tuple[Any, ...], tuple[F32, I64]] | None = None

    def sure(self, project: Project, n: int, asked: Mapping[str, Any]) -> F32:
        """Return how sure the wrong answer is, (n,); NaN where there is none."""
        return self._arrays(project, n, str(asked.get("run", "")))[0]

    def said(self, project: Project, n: int, asked: Mapping[str, Any]) -> I64:
        """Return the id of the class that is said, (n,); -1 where there is no mistake."""
        return self._arrays(project, n, str(asked.get("run", "")))[1]

    def _arrays(self, project: Project, n: int, run_id: str) -> tuple[F32, I64]:
        """Return both; labels as they are now count: what has been mended is no mistake any more.

        Raises:
            UnknownRunError: There is no such run of this project.
            ConflictError: None is named, and none has ended.
            NotFoundError: It has not ended.
        """
        state = self._store.state.get(project.id)
        run_id = run_id or self._newest(project).id
        key = (project.id, run_id, n, state.seq)
        if self._last is None or self._last[0] != key:
            self._last = key, self._read(project, n, run_id, state)
        return self._last[1]

    def _read(self, project: Project, n: int, run_id: str, state: ProjectState) -> tuple[F32, I64]:
        sure, said = np.full(n, np.nan, np.float32), np.full(n, -1, np.int64)
        run = self._store.runs.get(run_id)
        if run.project_id != project.id:
            raise UnknownRunError(
                f"run {run_id} is of another project", hint="see `sightline runs list`"
            )
        card = card_of_run(self._store, run)
        ids = np.array([*card.class_ids, -1], np.int64)
        found = list(answers(self._run_dir(run)))
        rows = self._store.images.by_ids([int(one) for part in found for one in part.image_ids])
        place = {row.id: row.ordinal for row in rows if row.project_id == project.id}
        for row in reversed(mistakes(found, card.thresholds)):
            at = place.get(row.image_id, n)
            if at < n and stands(state, at, row, int(ids[row.class_index])):
                sure[at], said[at] = row.sureness, ids[row.class_index]
        return sure, said

    def _newest(self, project: Project) -> Run:
        for run in self._store.runs.list(project.id):
            if run.state == "done" and run.model_id is not None:
                return run
        raise ConflictError(
            f"no training of {project.name} has ended",
            hint=f"train a network first: sightline train {project.name}",
        )


def card_of_run(store: Store, run: Run) -> ModelCard:
    """Return the card of the model that a run made.

    Raises:
        NotFoundError: It made none, or it was deleted.
    """
    if run.model_id is None:
        raise NotFoundError(
            f"run {run.id} made no model: it is {run.state}", hint="let it finish: resume it"
        )
    return store.models.get(run.model_id, allow_paths=False)


def stands(state: ProjectState, at: int, row: Mistake, class_id: int) -> bool:
    """Tell whether an answer still differs from the label that stands now.

    Args:
        state: Of the project.
        at: Ordinal of the image.
        row: The answer.
        class_id: Of the class that it is about.
    """
    if not state.alive[at]:
        return False
    if row.true is None or not row.said:  # a tag: too many, or missing
        return bool(state.tags.having([class_id], state.size)[at]) != row.said
    return bool(state.status[at] == LABELLED and state.class_id[at] != class_id)
