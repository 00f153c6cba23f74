"""Finding what words name: texts to boxes, made tight if wished, kept as suggestions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.app.assist.encodings import guarded
from sightline.app.texts.engines import TextDetectorTable
from sightline.app.texts.shapes import cleaned_shapes, plain_shapes
from sightline.app.texts.wish import Asked, TextWish
from sightline.core.assist import Detections
from sightline.core.errors import InvalidInputError, UnreadableImageError
from sightline.core.geometry.boxes import strongest
from sightline.core.phrases import labels_of
from sightline.core.progress import Silent, track
from sightline.core.suggested import suggestion
from sightline.engines import gives_masks, usual_score
from sightline.predict.by_words import detect_by_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sightline.app.assist.assist import Assist
    from sightline.app.engines.room import EngineRoom
    from sightline.app.labels.bulk import Bulk
    from sightline.app.labels.labelling import Labelling
    from sightline.core.ports import Segmenter, TextDetector
    from sightline.core.progress import Progress
    from sightline.core.suggested import Suggestion
    from sightline.jobs.runner import JobRunner
    from sightline.settings import Settings
    from sightline.store.images import ImageRow
    from sightline.store.projects import Project
    from sightline.store.store import Store

JOB: Final = "detect"
SOURCE: Final = "text:"
"""What the source of such suggestions begins with; the engine's name follows."""
DOUBLES: Final = 0.5
"""Of boxes of one class that overlap more the surest stays: several texts may mean it."""
CHUNK: Final = 500
SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class _Plan:
    """A question that can be asked."""

    wish: TextWish
    source: str
    min_score: float
    labels: tuple[str, ...]
    """What is found by each text."""
    unknown: tuple[str, ...]
    """Labels of which the project has no class."""


class TextFinding:
    """Asks engines for what words name, and keeps what they say until somebody decides."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        jobs: JobRunner,
        room: EngineRoom,
        parts: tuple[Labelling, Bulk, Assist],
    ) -> None:
        self._store = store
        self._settings = settings
        self._jobs = jobs
        self._labels, self._bulk, self._assist = parts
        self.engines = TextDetectorTable(store.models, room)

    def start(
        self,
        project: Project,
        wish: TextWish,
        *,
        view: str | None = None,
        image_ids: Sequence[int] | None = None,
        again: bool = False,
    ) -> dict[str, Any]:
        """Hand the asking to a job; without a view or ids all pictures are meant.

        Raises:
            UnknownEngineError: There is no such engine.
            InvalidInputError: It cannot be asked so, or the view is of another project.
        """
        plan = self._plan(project, wish)
        ids = None
        if view is not None or image_ids is not None:
            ids = self._bulk.targets(project, view=view, image_ids=image_ids)
        arguments = {
            "project": project.name,
            "wish": plan.wish.to_json(),
            "image_ids": ids,
            "again": again,
        }
        job = self._jobs.start(JOB, arguments, project=project.name, actor=self._settings.person)
        return job.to_dict()

    def perform(
        self,
        project: Project,
        wish: TextWish,
        *,
        image_ids: Sequence[int] | None = None,
        again: bool = False,
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """Ask about pictures, now; those that were asked the same are passed over.

        Args:
            project: Whose pictures.
            wish: What is asked.
            image_ids: Which; None: all.
            again: Ask about those too that were asked the same.
            progress: Is told, and may stop it; what was found stays.

        Raises:
            UnknownEngineError: There is no such engine.
            InvalidInputError: It cannot be asked so.
        """
        plan = self._plan(project, wish)
        asked = self._asked(project, plan)
        if again:
            asked.forget()
        known = asked.ids() & self._store.suggestions.image_ids(project, plan.source)
        ids = [one for one in self._ids(project, image_ids) if one not in known]
        objects, unreadable = 0, []
        told = progress or Silent()
        for row in track(told, self._rows(ids), total=len(ids), note="finding"):
            try:
                objects += len(self._keep(project, row, plan, self.engines.load(wish.engine)))
            except UnreadableImageError as error:
                unreadable.append({"path": row.path, "reason": str(error)})
                continue
            asked.add(row.id)
        return self._summary(plan) | {
            "images": len(ids) - len(unreadable),
            "objects": objects,
            "passed_over": len(known),
            "unreadable": unreadable[:SHOWN],
        }

    def of_image(self, image_id: int, wish: TextWish) -> dict[str, Any]:
        """Ask about one picture at once, and keep what is found as suggestions.

        Raises:
            UnknownImageError, UnknownEngineError: There is no such thing.
            InvalidInputError: It cannot be asked so.
            EngineFailedError: The engine's process died.
        """
        row = self._store.images.get(image_id)
        project = self._store.projects.by_id(row.project_id)
        plan = self._plan(project, wish)
        engine = self.engines.load(wish.engine)
        return self._summary(plan) | {"objects": len(self._keep(project, row, plan, engine))}

    def _summary(self, plan: _Plan) -> dict[str, Any]:
        return {
            "source": plan.source,
            "labels": dict(zip(plan.wish.texts, plan.labels, strict=True)),
            "unknown": list(plan.unknown),
        }

    def _plan(self, project: Project, wish: TextWish) -> _Plan:
        """Check a question, and make the classes that it asks for."""
        whole = wish.checked()
        card = self.engines.entry(whole.engine).card
        if whole.segmenter is not None:
            self._assist.engines.load(whole.segmenter)
        elif whole.form == "polygon" and not gives_masks(card):
            raise InvalidInputError(
                f"{card.name} finds boxes, and polygons are wanted",
                hint="name a segmenter that makes polygons of them, as in --segmenter auto",
            )
        names = [row.name for row in self._store.classes.list(project.id)]
        found = labels_of(whole.texts, names, whole.classes)
        unknown = list(dict.fromkeys(label for label, is_known in found.values() if not is_known))
        if whole.create:
            for label in unknown:
                self._labels.add_class(project, label)
            unknown = []
        return _Plan(
            whole,
            f"{SOURCE}{card.name}",
            usual_score(card) if whole.min_score is None else whole.min_score,
            tuple(label for label, _ in found.values()),
            tuple(unknown),
        )

    def _keep(
        self, project: Project, row: ImageRow, plan: _Plan, engine: TextDetector
    ) -> list[Suggestion]:
        """Return what is found in a picture, once it is kept."""
        said = self._look(row, plan, engine)
        about = {*plan.labels, *plan.wish.texts}
        self._store.suggestions.put(project, plan.source, {row.id: said}, labels=about)
        return said

    def _look(self, row: ImageRow, plan: _Plan, engine: TextDetector) -> list[Suggestion]:
        subject = self._assist.pictures.of_row(row)
        pixels = self._assist.pictures.pixels(subject)
        found = guarded(
            lambda: detect_by_words(
                engine,
                pixels,
                plan.wish.texts,
                min_score=plan.min_score,
                tile_px=plan.wish.tile_px,
            )
        )
        found = _by_class(found, plan.labels)
        if plan.wish.segmenter is None or not len(found.boxes):
            shapes = plain_shapes(found, plan.wish.form)
        else:
            segmenter: Segmenter = self._assist.engines.load(plan.wish.segmenter)
            encoding = self._assist.encodings.make(subject, segmenter).encoding
            shapes = cleaned_shapes(found, plan.wish.form, segmenter, encoding)
        rows = zip(found.class_index.tolist(), shapes, found.scores.tolist(), strict=True)
        return [
            suggestion(plan.source, plan.labels[index], shape, score)
            for index, shape, score in rows
        ]

    def _asked(self, project: Project, plan: _Plan) -> Asked:
        card = self.engines.entry(plan.wish.engine).card
        about = plan.wish.to_json() | {"engine": card.id, "min_score": plan.min_score}
        del about["create"]
        folder = self._store.workspace / "cache" / "asked"
        return Asked(folder, project.id, about, plan.labels)

    def _ids(self, project: Project, image_ids: Sequence[int] | None) -> list[int]:
        if image_ids is not None:
            return list(image_ids)
        state = self._store.state.get(project.id)
        found: list[int] = state.image_id[state.alive].tolist()
        return found

    def _rows(self, ids: Sequence[int]) -> Iterator[ImageRow]:
        for at in range(0, len(ids), CHUNK):
            yield from self._store.images.by_ids(ids[at : at + CHUNK])


def _by_class(found: Detections, labels: Sequence[str]) -> Detections:
    """Return what is found without doubles, where several texts mean one class."""
    numbers = {label: at for at, label in enumerate(labels)}
    classes = np.array([numbers[labels[at]] for at in found.class_index], np.int32)
    kept = strongest(
        found.boxes, found.scores, classes, min_score=0.0, iou=DOUBLES, limit=len(classes)
    )
    masks = tuple(found.masks[at] for at in kept) if found.masks else ()
    return Detections(found.boxes[kept], found.scores[kept], classes[kept], masks)
