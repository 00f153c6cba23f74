"""Fits heads: from a project's labels and embeddings to arrays, a file and a row."""

from __future__ import annotations

import shutil
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import InvalidInputError, MissingWeightsError, SightlineError
from sightline.core.labels import LABELLED, TEST
from sightline.curate.assist import Doubt, Known, Labels, learn, score_parts
from sightline.curate.estimate import estimate
from sightline.curate.fit import given, tested
from sightline.curate.trials import Memory
from sightline.heads import artifact
from sightline.heads.given import GivenHead

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sightline.app.crop_heads.crop_heads import ActiveHead
    from sightline.app.embedding.encoders import Encoders
    from sightline.app.projects import Projects
    from sightline.core.arrays import I64, Bool
    from sightline.core.progress import Progress
    from sightline.curate.fit import HeadFit
    from sightline.heads.given import Says
    from sightline.heads.head import Head
    from sightline.settings import Settings
    from sightline.store.arrays import OrdinalArray
    from sightline.store.projects import Project
    from sightline.store.runs import Head as HeadRow
    from sightline.store.state import ProjectState
    from sightline.store.store import Store

PROBABILITY: Final = "probability"
MARGIN: Final = "margin"
ENTROPY: Final = "entropy"
REMEMBERED: Final = 4
"""Projects of which the last fit is kept in memory, to begin from."""
NEW_SHARE: Final = 0.05
NEW_LABELS: Final = 5
"""The estimate is made anew once labels have grown by this share and by so many."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a head is fitted on."""

    project: Project
    settings: Settings
    state: ProjectState
    embeddings: OrdinalArray
    encoder: str
    key: str
    """Of the encoder."""
    task: str


class Fitting:
    """One fit at a time, each begun where the one before it of the same project ended."""

    def __init__(self, store: Store, encoders: Encoders, projects: Projects) -> None:
        self._store = store
        self._encoders = encoders
        self._projects = projects
        self._lock = threading.Lock()
        self._memories: OrderedDict[int, Memory] = OrderedDict()
        self.given: Callable[[Project], ActiveHead | None] = _none
        """Returns the head that answers for a project's whole images, where one was chosen."""

    def fit(self, project: Project, progress: Progress | None = None) -> HeadRow:
        """Fit the head to the labels as they are now, and ask it about every image.

        Raises:
            InvalidInputError: There are labels of fewer than two classes; nothing is embedded.
            CancelledError: The progress said so; the head before still counts.
        """
        with self._lock:
            chosen = self.given(project)
            ground = self._ground(project)
            if chosen is not None:
                return self._answered(ground, chosen, progress)
            memory = self._memory(project, ground)
            taught, test = teaching(ground.state, self._columns(ground))
            head, measures, known = learn(
                ground.embeddings,
                taught,
                encoder=ground.key,
                pool=np.flatnonzero(ground.state.alive & (ground.state.split != TEST)),
                test=test,
                memory=memory,
            )
            if progress is not None:
                progress.check()
            self._score(ground, head, progress)
            row = self._keep(ground, head, measures, memory)
            return self._estimated(ground, row, known, head, progress)

    def _answered(self, ground: Ground, chosen: ActiveHead, progress: Progress | None) -> HeadRow:
        """Ask the chosen head about every image."""
        project, state = ground.project, ground.state
        if ground.encoder != chosen.encoder:
            raise InvalidInputError(
                f"{project.name} is embedded by {ground.encoder}, its head {chosen.name} stands on "
                f"{chosen.encoder}",
                hint=f"sightline embed {project.name} --engine {chosen.encoder}, or choose another "
                "head",
            )
        if ground.task == "multi":
            raise InvalidInputError(
                f"images of {project.name} have tags now, {chosen.name} gives one class",
                hint=f"sightline heads activate {project.name} none --for images",
            )
        head = GivenHead(chosen.bundle, chosen.class_ids)
        taught, test = teaching(state, None)
        checked = tested(head, ground.embeddings, *test)
        self._score(ground, head, progress)
        note = f"these are the answers of the head {chosen.name}: labels do not change it"
        count = len(taught.ordinals) + len(test.ordinals)
        facts = given(head, checked, labels=count, note=note).to_dict()
        return self._store.heads.put(
            project,
            encoder=ground.encoder,
            encoder_key=ground.key,
            journal_seq=state.seq,
            class_ids=head.class_ids,
            metrics=facts | {"estimate": None, "model": chosen.model, "model_name": chosen.name},
        )

    def _ground(self, project: Project) -> Ground:
        state = self._store.state.get(project.id)
        settings = self._projects.settings(project).settings
        array = self._encoders.embeddings(project)
        if array is None:
            raise InvalidInputError("nothing is embedded yet", hint="embed the images first")
        return Ground(
            project,
            settings,
            state,
            array,
            self._encoders.name_of(project),
            array.header.key,
            self._projects.task(project, settings.task),
        )

    def _columns(self, ground: Ground) -> I64 | None:
        """Return the classes that may be tags, (C,) ascending; None: an image has one class."""
        if ground.task == "single":
            return None
        rows = self._store.classes.list(ground.project.id)
        return np.array(sorted(row.id for row in rows), dtype=np.int64)

    def _memory(self, project: Project, ground: Ground) -> Memory:
        """Return what the last fit left, of this process or of an earlier one."""
        memory = self._memories.pop(project.id, None)
        if memory is None:
            memory = _remembered(self._projects.folder(project) / "head")
        if memory.head is not None and memory.head.task != ground.task:
            memory = Memory()
        self._memories[project.id] = memory
        if len(self._memories) > REMEMBERED:
            self._memories.popitem(last=False)
        return memory

    def _score(self, ground: Ground, head: Says, progress: Progress | None) -> None:
        project, state = ground.project, ground.state
        doubt = Doubt.of(state.size)
        shape, chunks = (len(head.class_ids),), ground.embeddings.iter_chunks(state.size)
        self._open(project, PROBABILITY, ground.key, np.float16, shape).replace(
            score_parts(head, chunks, doubt, progress=progress),
            row_shape=shape,
            journal_seq=state.seq,
            class_ids=list(head.class_ids),
        )
        for what, values in ((MARGIN, doubt.margin), (ENTROPY, doubt.entropy)):
            self._open(project, what, ground.key, np.float32, ()).replace(
                [(0, values, doubt.valid)], journal_seq=state.seq
            )

    def _open(
        self, project: Project, name: str, key: str, dtype: Any, shape: tuple[int, ...]
    ) -> OrdinalArray:
        """Return an array, made with this shape when it is not there."""
        try:
            return self._store.arrays.open(project.id, name, key, create=False)
        except SightlineError:
            return self._store.arrays.open(project.id, name, key, dtype=dtype, row_shape=shape)

    def _keep(self, ground: Ground, head: Head, measures: HeadFit, memory: Memory) -> HeadRow:
        project, seq = ground.project, ground.state.seq
        facts = measures.to_dict() | {"estimate": self._before(project)}
        more = {"journal_seq": seq, "engine": ground.encoder, "chosen_at": memory.chosen_at}
        artifact.save(self._projects.folder(project) / "head", head, facts=facts | more)
        return self._store.heads.put(
            project,
            encoder=ground.encoder,
            encoder_key=ground.key,
            journal_seq=seq,
            class_ids=head.class_ids,
            metrics=facts,
        )

    def _before(self, project: Project) -> dict[str, Any] | None:
        """Return the estimate that was made last."""
        row = self._store.heads.get(project.id)
        return None if row is None else row.metrics.get("estimate")

    def _estimated(
        self, ground: Ground, row: HeadRow, known: Known, head: Head, progress: Progress | None
    ) -> HeadRow:
        """Add an estimate once enough is new; suggestions do not wait for it."""
        target, labels = ground.settings.target_accuracy, row.metrics["labels"]
        before = row.metrics["estimate"]
        if before is not None and not _is_old(before, labels, target):
            return row
        if progress is not None:
            progress.check()
        now = row.metrics["accuracy" if ground.task == "single" else "macro_f1"]
        waiting = ground.state.alive & (ground.state.status != LABELLED)
        left = int((waiting & (ground.state.split != TEST)).sum())
        found = estimate(known, head.strength, target=target, now=now, left=left).to_dict()
        return self._store.heads.amend(ground.project, row, {"estimate": found})


def teaching(state: ProjectState, columns: I64 | None) -> tuple[Labels, Labels]:
    """Return what a head learns from, and what it is tested on.

    Args:
        state: The project's.
        columns: (C,) classes that may be tags; None: an image has one class. An image's class is
            taken for a tag of it too.
    """
    known = state.alive & (state.status == LABELLED)
    if columns is None:
        known &= state.class_id >= 0
    test = state.split == TEST
    return (
        _labels(state, np.flatnonzero(known & ~test), columns),
        _labels(state, np.flatnonzero(known & test), columns),
    )


def _labels(state: ProjectState, ordinals: I64, columns: I64 | None) -> Labels:
    class_id = state.class_id[ordinals]
    if columns is None:
        return Labels(ordinals, class_id)
    tags: Bool = state.tags.matrix(ordinals, columns) | (class_id[:, None] == columns)
    return Labels(ordinals, columns, tags)


def _is_old(before: dict[str, Any], labels: int, target: float) -> bool:
    then = before["labels"]
    grown = labels - then >= max(NEW_LABELS, NEW_SHARE * then)
    return bool(before["target"] != target or grown or labels < then)


def _remembered(folder: Path) -> Memory:
    """Return what the head on disk can give; a damaged one is thrown away."""
    try:
        head, facts = artifact.load(folder)
    except MissingWeightsError:
        return Memory()
    except SightlineError:
        shutil.rmtree(folder, ignore_errors=True)
        return Memory()
    return Memory(head, None, int(facts.get("chosen_at", 0)))


def _none(project: Project) -> None:
    """Return that no head was chosen."""
    del project
