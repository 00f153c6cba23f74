"""What trained models say of every image of a project: computed by jobs, kept as arrays."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.app.live_head.fitting import MARGIN
from sightline.app.queues.opinions import PREDICTION
from sightline.core.clock import now
from sightline.core.errors import InvalidInputError, NotFoundError
from sightline.core.progress import Silent
from sightline.core.samples import Sample
from sightline.heads.head import margin_of, tag_margin

if TYPE_CHECKING:
    from sightline.core.cards import ModelCard
    from sightline.core.progress import Progress
    from sightline.jobs.runner import JobRunner
    from sightline.settings import Settings
    from sightline.store.projects import Project
    from sightline.store.store import Store
    from sightline.train.ask import Asker

PART: Final = 512
"""Images that are asked about and written at a time: what a stopped job may lose."""


class Predictions:
    """Probabilities (N, K) and margins (N,) of models, by ordinal; the key is the model's id."""

    def __init__(self, store: Store, jobs: JobRunner, person: str, settings: Settings) -> None:
        self._store = store
        self._jobs = jobs
        self._person = person
        self._settings = settings

    def all(self, project: Project) -> list[dict[str, Any]]:
        """Return the models that have been asked about a project's images, newest first."""
        size = self._store.state.get(project.id).size
        found = []
        for record in self._store.models.list():
            card = record.card
            if card is None or card.kind != "classifier":
                continue
            try:
                array = self._store.arrays.open(project.id, PREDICTION, card.id, create=False)
            except NotFoundError:
                continue
            found.append(
                {
                    "model": card.id,
                    "name": card.name,
                    "images": int(array.valid(size).sum()),
                    "missing": self._missing(project, card, size),
                    "at": str(array.header.extra.get("at", "")),
                }
            )
        return found

    def start(self, project: Project, ref: str) -> dict[str, Any]:
        """Hand the asking to a job.

        Raises:
            UnknownModelError: There is no such model.
            InvalidInputError: It cannot be asked about this project.
        """
        card = self._card(project, ref)
        arguments = {"project": project.name, "model": card.id}
        job = self._jobs.start("predict", arguments, project=project.name, actor=self._person)
        return job.to_dict()

    def perform(
        self, project: Project, ref: str, *, progress: Progress | None = None
    ) -> dict[str, Any]:
        """Ask a model about the images that it has not seen. Called by a job.

        Raises:
            UnknownModelError, InvalidInputError: As `start`.
            CancelledError: Somebody asked it to stop; what is written stays.
        """
        from sightline.train.ask import Asker

        told = progress or Silent()
        card = self._card(project, ref)
        asker = Asker(
            card.network,
            self._store.models.path_of(card),
            classes=len(card.classes),
            rule=card.preprocess,
            temperature=card.temperature,
            tags=card.task == "multi",
            workers=self._settings.serving_threads(),
        )
        state = self._store.state.get(project.id)
        todo = self._arrays(project, card)[0].missing(state.size)
        todo = todo[state.alive[todo]]
        skipped: list[str] = []
        for start in range(0, len(todo), PART):
            told.check()
            told.advance(start, len(todo), "predicting")
            skipped += self._part(project, card, asker, todo[start : start + PART].tolist())
        told.advance(len(todo), len(todo), "predicting")
        self._store.tell(
            "model", project.id, {"id": card.id, "change": "predicted", "project": project.name}
        )
        return {"model": card.id, "predicted": len(todo) - len(skipped), "skipped": skipped}

    def _part(
        self, project: Project, card: ModelCard, asker: Asker, ordinals: list[int]
    ) -> list[str]:
        """Ask about some images, write the answers, and return what could not be read."""
        rows = self._store.images.by_ordinals(project.id, ordinals)
        if not rows:
            return []
        samples = [Sample(row.id, Path(row.path), row.page, 0, "train", row.digest) for row in rows]
        found, known, faults = asker.probabilities(samples)
        places = np.array([row.ordinal for row in rows], np.int64)[known]
        answers, margins = self._arrays(project, card)
        limits = np.asarray(card.limits)
        sure = margin_of(found[known]) if not len(limits) else tag_margin(found[known], limits)
        margins.write(places, sure)
        answers.write(places, found[known].astype(np.float16))
        return faults

    def _arrays(self, project: Project, card: ModelCard) -> tuple[Any, Any]:
        open_array = self._store.arrays.open
        shape = (len(card.classes),)
        answers = open_array(project.id, PREDICTION, card.id, dtype=np.float16, row_shape=shape)
        margins = open_array(project.id, MARGIN, card.id, dtype=np.float32, row_shape=())
        if answers.header.class_ids is None:
            answers.set_header(class_ids=list(card.class_ids), extra={"at": now()})
        return answers, margins

    def _missing(self, project: Project, card: ModelCard, size: int) -> int:
        array = self._store.arrays.open(project.id, PREDICTION, card.id, create=False)
        missing = array.missing(size)
        return int(self._store.state.get(project.id).alive[missing[missing < size]].sum())

    def _card(self, project: Project, ref: str) -> ModelCard:
        card = self._store.models.get(ref, allow_paths=False)
        if card.kind != "classifier" or card.format != "torch":
            raise InvalidInputError(
                f"{card.name} is no network that was trained here",
                hint="choose a model of a training; `sightline models list` names them",
            )
        if card.project != project.name or len(card.class_ids) != len(card.classes):
            raise InvalidInputError(
                f"{card.name} was trained on the classes of {card.project or 'another project'}",
                hint=f"train one on {project.name}: sightline quick-train {project.name}",
            )
        return card
