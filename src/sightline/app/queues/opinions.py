"""Second opinions: what others than the live head say of the same images; kept until stale."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.app.live_head.fitting import teaching
from sightline.core.errors import ConflictError, InvalidInputError, NotFoundError, SightlineError
from sightline.core.labels import TEST
from sightline.curate.assist import refit, score
from sightline.curate.out_of_fold import judge
from sightline.curate.pool import Held, Other
from sightline.curate.tops import tops_of
from sightline.heads import artifact
from sightline.heads.head import STRENGTH

if TYPE_CHECKING:
    from sightline.app.embedding.encoders import Encoders
    from sightline.app.projects import Projects
    from sightline.core.arrays import I64
    from sightline.curate.pool import OutOfFold
    from sightline.heads.head import Head
    from sightline.store.projects import Project
    from sightline.store.state import ProjectState
    from sightline.store.store import Store

PREDICTION: Final = "prediction"
"""The array of what a trained model says, by the model's id."""


class Opinions:
    """What cross-validation, trained models and other encoders' heads say."""

    def __init__(self, store: Store, projects: Projects, encoders: Encoders) -> None:
        self._store = store
        self._projects = projects
        self._encoders = encoders
        self._lock = threading.Lock()
        self._judged: dict[int, tuple[tuple[Any, ...], OutOfFold]] = {}
        self._others: dict[int, tuple[tuple[Any, ...], Other]] = {}

    def multi(self, project: Project) -> bool:
        """Tell whether an image may have several tags."""
        chosen = self._projects.settings(project).settings.task
        return self._projects.task(project, chosen) == "multi"

    def out_of_fold(self, project: Project, state: ProjectState) -> OutOfFold | None:
        """Return what heads say of labels they had not seen; None while nothing is embedded."""
        array = self._encoders.embeddings(project)
        if array is None:
            return None
        stamp = (array.header.key, state.seq)
        with self._lock:
            kept = self._judged.get(project.id)
            if kept is None or kept[0] != stamp:
                taught, test = teaching(state, self._columns(project))
                head = self._head(project, array.header.key)
                strength = STRENGTH if head is None else head.strength
                found = judge(array, taught, test, head=head, strength=strength)
                kept = (stamp, found)
                self._judged[project.id] = kept
            return kept[1]

    def other(self, project: Project, state: ProjectState, against: str | None) -> Other | None:
        """Return what a model or another encoder says; None when there is neither.

        Args:
            project: Whose images.
            state: Of the project.
            against: Name of an encoder or of a model; None: the newest model that has predicted
                the images, else an encoder that has embedded them.

        Raises:
            InvalidInputError: The name is the head's own encoder.
            NotFoundError: It is no encoder and no model.
            ConflictError: It has not seen the images yet.
        """
        names = [against] if against else self._candidates()
        mine = self._encoders.name_of(project)
        if against == mine:
            raise InvalidInputError(
                f"the head itself learns on {mine}", hint="name another encoder, or a model"
            )
        engines = {one["name"] for one in self._encoders.engine_list()}
        for name in names:
            found = self._predictions(project, name, state.size)
            if found is None and name in engines and name != mine:
                found = self._second_head(project, state, name)
            if found is not None:
                return found
        if against is None:
            return None
        if against not in engines:
            self._store.models.get(against, allow_paths=False)
        raise ConflictError(
            f"{against} has not seen the images of {project.name}",
            hint=f"embed with it first: sightline embed {project.name} --engine {against}",
        )

    def _candidates(self) -> list[str]:
        """Return models, the newest first, then encoders."""
        cards = [one.card for one in self._store.models.list() if one.card is not None]
        return [card.id for card in cards] + [one["name"] for one in self._encoders.engine_list()]

    def _predictions(self, project: Project, name: str, n: int) -> Other | None:
        try:
            card = self._store.models.get(name, allow_paths=False)
            array = self._store.arrays.open(project.id, PREDICTION, card.id, create=False)
        except NotFoundError:
            return None
        except SightlineError:
            return None
        found = array.snapshot()
        ids = tuple(found.header.class_ids or ())
        return Other(card.name, found, ids, tops_of(found, n)) if ids else None

    def _second_head(self, project: Project, state: ProjectState, name: str) -> Other | None:
        """Fit a head on another encoder's embeddings, and ask it about every image."""
        array = self._encoders.embeddings(project, name)
        if array is None:
            return None
        stamp = (array.header.key, state.seq, array.count())
        with self._lock:
            kept = self._others.get(project.id)
            if kept is None or kept[0] != stamp:
                taught, _ = teaching(state, self._columns(project))
                every = np.flatnonzero(state.alive & (state.split != TEST))
                head, _ = refit(array, taught, encoder=array.header.key, pool=every)
                said = score(head, array.iter_chunks(state.size), state.size)
                held = Held(said.probabilities, said.valid)
                kept = (stamp, Other(name, held, head.class_ids, tops_of(held, state.size)))
                self._others[project.id] = kept
            return kept[1]

    def _columns(self, project: Project) -> I64 | None:
        """Return the classes that may be tags, (C,) ascending; None: an image has one class."""
        if not self.multi(project):
            return None
        return np.array(sorted(row.id for row in self._store.classes.list(project.id)), np.int64)

    def _head(self, project: Project, key: str) -> Head | None:
        try:
            head, _ = artifact.load(self._projects.folder(project) / "head")
        except SightlineError:
            return None
        return head if head.encoder == key else None
