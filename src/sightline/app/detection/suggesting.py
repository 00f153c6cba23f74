"""Suggestions: what detectors and files say is in pictures, accepted or rejected by a person."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.app.detection.detectors import Detectors
from sightline.app.detection.sources import FromFile
from sightline.core.geometry import boxes
from sightline.core.geometry.shapes import Box
from sightline.core.objects import ImageObject, ObjectChange
from sightline.core.progress import Silent
from sightline.core.suggested import suggestion
from sightline.predict.detections import Look, Wish, detect_all

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from sightline.app.labels.bulk import Bulk
    from sightline.app.labels.labelling import Labelling
    from sightline.core.assist import Detections
    from sightline.core.progress import Progress
    from sightline.core.suggested import Suggestion
    from sightline.imaging.limits import Limits
    from sightline.jobs.runner import JobRunner
    from sightline.settings import Settings
    from sightline.store.images import ImageRow
    from sightline.store.projects import Project
    from sightline.store.store import Store

JOB: Final = "suggest"
SAME_IOU: Final = 0.9
"""A suggestion that overlaps an object of its class so much says nothing new."""
CHUNK: Final = 500
FILE: Final = "file:"
"""What the source of suggestions from a file begins with; `engine:` that of a detector."""


class Suggesting:
    """Asks detectors about pictures, and keeps what they say until somebody decides."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        jobs: JobRunner,
        parts: tuple[Labelling, Bulk, Callable[[], Limits]],
    ) -> None:
        self._store = store
        self._settings = settings
        self._jobs = jobs
        self._labels, self._bulk, self._limits = parts
        self.detectors = Detectors(store.models)

    def start(
        self,
        project: Project,
        engine: str,
        *,
        view: str | None = None,
        image_ids: Sequence[int] | None = None,
        min_score: float = 0.3,
        again: bool = False,
    ) -> dict[str, Any]:
        """Hand the asking to a job; without a view or ids all pictures are meant.

        Raises:
            UnknownEngineError: There is no such detector.
            InvalidInputError: The view is of another project.
        """
        self.detectors.card(engine)
        ids = None
        if view is not None or image_ids is not None:
            ids = self._bulk.targets(project, view=view, image_ids=image_ids)
        arguments = {
            "project": project.name,
            "engine": engine,
            "image_ids": ids,
            "min_score": min_score,
            "again": again,
        }
        job = self._jobs.start(JOB, arguments, project=project.name, actor=self._settings.person)
        return job.to_dict()

    def suggest(
        self,
        project: Project,
        engine: str,
        *,
        image_ids: Sequence[int] | None = None,
        min_score: float = 0.3,
        again: bool = False,
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """Ask a detector about pictures and keep what it says; what was asked is passed over.

        Args:
            project: Whose pictures.
            engine: Name or id of a detector.
            image_ids: Which; None: all.
            min_score: Below it nothing is kept, 0..1.
            again: Ask about those too that it was asked about.
            progress: Is told, and may stop it; what was found stays.

        Raises:
            UnknownEngineError: There is no such detector.
        """
        card = self.detectors.card(engine)
        source = f"engine:{card.name}"
        asked = set() if again else self._store.suggestions.image_ids(project, source)
        ids = [one for one in self._ids(project, image_ids) if one not in asked]
        wish = Wish(
            min_score=min_score, threads=self._settings.worker_threads(), limits=self._limits()
        )

        def write(found: dict[int, Detections]) -> None:
            said = {key: _said(source, one, card.classes) for key, one in found.items()}
            self._store.suggestions.put(project, source, said)

        looks = (Look(row.id, Path(row.path), row.page) for row in self._rows(ids))
        told = progress or Silent()
        looked = detect_all(
            self.detectors.load(engine), looks, write, told, total=len(ids), wish=wish
        )
        return {
            "source": source,
            "images": looked.done,
            "objects": looked.objects,
            "passed_over": len(asked),
            "unreadable": [{"path": path, "reason": why} for path, why in looked.unreadable[:100]],
        }

    def read(
        self,
        project: Project,
        file: Path,
        *,
        form: str = "auto",
        classes: Sequence[str] = (),
        ids: Path | None = None,
        min_score: float = 0.0,
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """Keep what a file of predictions says, in the place of what it said before.

        Args:
            project: Whose pictures.
            file: A file, folder or ZIP in any format of objects.
            form: Which; auto: found out.
            classes: Names, for formats that number them.
            ids: A COCO file that names pictures and classes of a list of results.
            min_score: Below it nothing is kept; what has no score counts as sure.
            progress: Is told, and may stop it.

        Raises:
            InvalidInputError: It is not there, damaged, or in no format that is known.
        """
        source = f"{FILE}{file.name}"
        told = progress or Silent()
        predicted = FromFile(self._store, project, file, form=form, classes=classes, ids=ids)
        images = objects = 0
        found: dict[int, list[Suggestion]] = defaultdict(list)
        for row, said in predicted.images():
            sure = [one for one in said if one.score >= min_score]
            found[row.id] += [suggestion(source, one.label, one.shape, one.score) for one in sure]
            objects += len(sure)
            if len(found) > CHUNK:
                images += self._keep(project, source, found)
                told.advance(images, None, "reading")
                told.check()
        images += self._keep(project, source, found)
        return {
            "source": source,
            "images": images,
            "objects": objects,
            "unmatched": predicted.account.unmatched,
            "skipped": predicted.account.reasons,
        }

    def _keep(self, project: Project, source: str, found: dict[int, list[Suggestion]]) -> int:
        count = len(found)
        self._store.suggestions.put(project, source, found)
        found.clear()
        return count

    def of_image(self, image_id: int) -> list[dict[str, Any]]:
        """Return what is suggested of an image and not decided, source by source.

        Raises:
            UnknownImageError: There is no such image.
        """
        row = self._store.images.get(image_id)
        ids = self._class_ids(row.project_id)
        return [
            {
                "source": source,
                "objects": [
                    {**one.to_json(), "class_id": ids.get(one.label.casefold())} for one in said
                ],
            }
            for source, said in self._open([image_id], ids).get(image_id, {}).items()
            if said
        ]

    def sources(self, project: Project) -> list[dict[str, Any]]:
        """Return who has suggested something, and of how many images."""
        found = self._store.suggestions.sources(project)
        return [{"source": source, "images": count} for source, count in found.items()]

    def image_ids(self, project: Project) -> list[int]:
        """Return the images of which anybody has said something."""
        named = self._store.suggestions.sources(project)
        found = [self._store.suggestions.image_ids(project, source) for source in named]
        return sorted(set().union(*found))

    def accept(
        self,
        project: Project,
        *,
        view: str | None = None,
        image_ids: Sequence[int] | None = None,
        source: str | None = None,
        min_score: float = 0.0,
        uids: Collection[str] | None = None,
        labels: Collection[str] | None = None,
    ) -> dict[str, Any]:
        """Make suggestions objects, as one step that undo takes back; missing classes are made.

        Args:
            project: Whose images.
            view: Of which images; or
            image_ids: their ids.
            source: Only of this one.
            min_score: Only those that are so sure.
            uids: Only these.
            labels: Only of these classes, as the source calls them.

        Raises:
            InvalidInputError: Neither a view nor ids are given, or the view is another project's.
        """
        targets = self._bulk.targets(project, view=view, image_ids=image_ids)
        known = self._class_ids(project.id)
        count = 0

        def changes() -> Iterator[ObjectChange]:
            nonlocal count
            for at in range(0, len(targets), CHUNK):
                part = targets[at : at + CHUNK]
                for image_id, found in self._open(part, known).items():
                    put = [
                        self._accepted(project, one, known, name)
                        for name, said in found.items()
                        if source in (None, name)
                        for one in said
                        if one.score >= min_score
                        and (uids is None or one.uid in uids)
                        and (labels is None or one.label in labels)
                    ]
                    if put:
                        count += len(put)
                        yield ObjectChange(image_id=image_id, put=tuple(put))

        done = self._store.objects.bulk(
            project, changes(), actor=self._settings.person, description="Accept suggestions"
        )
        return {"seq": done.seq, "images": done.changed, "objects": count}

    def reject(
        self, image_id: int, uids: Collection[str], *, rejected: bool = True
    ) -> dict[str, Any]:
        """Note that suggestions of an image are wrong, or are not after all.

        Raises:
            UnknownImageError: There is no such image.
        """
        row = self._store.images.get(image_id)
        project = self._store.projects.by_id(row.project_id)
        changed = self._store.suggestions.reject(project, image_id, uids, rejected=rejected)
        return {"image_id": image_id, "changed": changed}

    def clear(self, project: Project, source: str | None = None) -> dict[str, Any]:
        """Forget what one source has said, or all of them."""
        return {"images": self._store.suggestions.clear(project, source)}

    def _open(
        self, image_ids: Sequence[int], classes: Mapping[str, int]
    ) -> dict[int, dict[str, list[Suggestion]]]:
        """Return what is neither rejected nor there already."""
        drawn = self._store.objects.of(image_ids)
        return {
            key: {name: _news(said, drawn.get(key, []), classes) for name, said in found.items()}
            for key, found in self._store.suggestions.of(image_ids).items()
        }

    def _accepted(
        self, project: Project, one: Suggestion, known: dict[str, int], source: str
    ) -> ImageObject:
        name = one.label.casefold()
        if name not in known:
            known[name] = int(self._labels.add_class(project, one.label)["id"])
        return ImageObject(
            uid=one.uid, class_id=known[name], shape=one.shape, score=one.score, source=source
        )

    def _class_ids(self, project_id: int) -> dict[str, int]:
        return {row.name.casefold(): row.id for row in self._store.classes.list(project_id)}

    def _ids(self, project: Project, image_ids: Sequence[int] | None) -> list[int]:
        """Return the images that are meant; None: all of a project."""
        if image_ids is not None:
            return list(image_ids)
        state = self._store.state.get(project.id)
        found: list[int] = state.image_id[state.alive].tolist()
        return found

    def _rows(self, ids: Sequence[int]) -> Iterator[ImageRow]:
        """Yield images, of which only a part is held at any time."""
        for at in range(0, len(ids), CHUNK):
            yield from self._store.images.by_ids(ids[at : at + CHUNK])


def _said(source: str, found: Detections, classes: Sequence[str]) -> list[Suggestion]:
    rows = zip(found.boxes.tolist(), found.scores.tolist(), found.class_index.tolist(), strict=True)
    return [
        suggestion(source, classes[index], Box(*corners), score) for corners, score, index in rows
    ]


def _news(
    said: Sequence[Suggestion], drawn: Sequence[ImageObject], classes: Mapping[str, int]
) -> list[Suggestion]:
    there = {one.uid for one in drawn}
    left = [one for one in said if not one.rejected and one.uid not in there]
    if not left or not drawn:
        return left
    overlap = boxes.iou(
        boxes.bounds_of([one.shape for one in left]), boxes.bounds_of([one.shape for one in drawn])
    )
    mine = np.array([classes.get(one.label.casefold(), 0) for one in left])
    same = mine[:, None] == np.array([one.class_id for one in drawn])[None]
    known = ((overlap >= SAME_IOU) & same).any(axis=1)
    return [one for one, is_known in zip(left, known, strict=True) if not is_known]
