"""All objects of a class made tight at once, as one step that undo takes back."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.assist import MIN_IOU, Prompt
from sightline.core.errors import InvalidInputError, SightlineError, UnknownClassError
from sightline.core.geometry.boxes import iou
from sightline.core.geometry.masks import encode_window
from sightline.core.geometry.shapes import Box, Mask, Polygon, shape_from_json
from sightline.core.objects import ImageObject, ObjectChange
from sightline.core.progress import track
from sightline.imaging.contours import polygon_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sightline.app.assist.assist import Assist
    from sightline.app.assist.tiles import PictureAsk
    from sightline.core.assist import Candidate
    from sightline.core.geometry.shapes import Bounds, Shape
    from sightline.core.ports import Segmenter
    from sightline.core.progress import Progress
    from sightline.jobs.runner import JobRunner
    from sightline.store.images import ImageRow
    from sightline.store.projects import Project
    from sightline.store.store import Store

JOB: Final = "tweak"
SAME_PX: Final = 0.01
SOLID: Final = (Box, Polygon, Mask)
"""Shapes that a segmenter can make tight; the others stay as they are."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What shall be tweaked."""

    class_id: int
    engine: str
    min_iou: float
    image_ids: tuple[int, ...]


class AssistBatch:
    """Tweaks classes of images or projects."""

    def __init__(self, store: Store, assist: Assist, jobs: JobRunner, person: str) -> None:
        self._store = store
        self._assist = assist
        self._jobs = jobs
        self._person = person

    def start(
        self,
        project: Project,
        class_id: int,
        *,
        engine: str = "auto",
        min_iou: float = MIN_IOU,
        image_ids: Sequence[int] | None = None,
        view: str | None = None,
    ) -> dict[str, Any]:
        """Hand the tweaking of all objects of a class to a job; of all images when none are named.

        Raises:
            UnknownClassError, UnknownEngineError, UnknownViewError: There is no such thing.
            InvalidInputError: No object of the class can be tweaked there.
        """
        self._assist.engines.load(engine)
        name = self._name(project, class_id)
        ids = self._images(project, class_id, image_ids, view)
        if not ids:
            raise InvalidInputError(
                f"no box, polygon or mask of {name} is drawn there",
                hint="draw some first, or take other images",
            )
        wish = Wish(class_id, engine, min_iou, tuple(ids))
        arguments = {"project": project.name, **asdict(wish)}
        job = self._jobs.start(JOB, arguments, project=project.name, actor=self._person)
        return job.to_dict()

    def perform(
        self, project: Project, wish: Wish, *, scratch: Path, progress: Progress
    ) -> dict[str, Any]:
        """Tweak, then change all objects as one step. Called by its job.

        What was worked out stays in `scratch`, so that it resumes.

        Returns:
            Numbers of `images`, `objects` and `changed` ones, and `skipped`: [{image_id, reason}].
        """
        segmenter = self._assist.engines.load(wish.engine)
        told: dict[int, dict[str, Any]] = _read(scratch)
        with scratch.open("a", encoding="utf-8") as file:
            for image_id in track(progress, wish.image_ids, total=len(wish.image_ids)):
                if image_id not in told:
                    told[image_id] = self._tweaked(image_id, wish, segmenter)
                    file.write(json.dumps(told[image_id]) + "\n")
                    file.flush()
        changed = sum(len(one["put"]) for one in told.values())
        stale: list[int] = []
        done = self._store.objects.bulk(
            project,
            self._changes(told, stale),
            actor=self._person,
            description=f"Tweaked {changed:,} of {self._name(project, wish.class_id)}",
        )
        skipped = [one for one in told.values() if one["reason"]]
        return {
            "images": done.changed,
            "objects": sum(one["objects"] for one in told.values()),
            "changed": changed - sum(len(told[one]["put"]) for one in stale),
            "skipped": [
                *({"image_id": one["image_id"], "reason": one["reason"]} for one in skipped),
                *({"image_id": one, "reason": "somebody drew there meanwhile"} for one in stale),
            ],
        }

    def _name(self, project: Project, class_id: int) -> str:
        found = self._store.classes.get(class_id)
        if found.project_id != project.id:
            raise UnknownClassError(
                f"{project.name} has no class {class_id}", hint="reload the list of classes"
            )
        return found.name

    def _images(
        self, project: Project, class_id: int, ids: Sequence[int] | None, view: str | None
    ) -> list[int]:
        """Return the images where something can be tweaked, in the order of the view."""
        if view is not None:
            ordinals = [int(one) for one in self._store.views.ordinals(view)]
            ids = [row.id for row in self._store.images.by_ordinals(project.id, ordinals)]
        if ids is None:
            return [
                row.id
                for row, found in self._store.objects.stream(project, [class_id])
                if any(isinstance(one.shape, SOLID) for one in found)
            ]
        rows = [row for row in self._store.images.by_ids(ids) if row.project_id == project.id]
        drawn = self._store.objects.of([row.id for row in rows])
        return [row.id for row in rows if _of_class(drawn.get(row.id, ()), class_id)]

    def _tweaked(self, image_id: int, wish: Wish, segmenter: Segmenter) -> dict[str, Any]:
        """Return what becomes of an image, as JSON."""
        told: dict[str, Any] = {"image_id": image_id, "objects": 0, "put": [], "reason": ""}
        rows = self._store.images.by_ids([image_id])
        if not rows:
            return told | {"reason": "it is gone"}
        found = _of_class(self._store.objects.of([image_id]).get(image_id, ()), wish.class_id)
        told |= {"version": rows[0].version, "objects": len(found)}
        try:
            picture = self._assist.about(self._assist.pictures.of_row(rows[0]), segmenter)
            tight = tightened(found, picture, wish.min_iou)
        except SightlineError as error:
            return told | {"reason": str(error)}
        return told | {"put": [one.to_json() for one in tight if one is not None]}

    def _changes(self, told: dict[int, dict[str, Any]], stale: list[int]) -> Iterator[ObjectChange]:
        """Yield the changes of images that nobody drew in since; others are named in `stale`."""
        for image_id, one in told.items():
            if not one["put"]:
                continue
            row: ImageRow | None = next(iter(self._store.images.by_ids([image_id])), None)
            if row is None or row.version != one["version"]:
                stale.append(image_id)
                continue
            put = tuple(ImageObject.from_json(each) for each in one["put"])
            yield ObjectChange(image_id=image_id, put=put, version=row.version)


def tightened(
    objects: Sequence[ImageObject], picture: PictureAsk, min_iou: float
) -> list[ImageObject | None]:
    """Return objects with the shapes that a segmenter gives their boxes; None: one stays as it is.

    Raises:
        SightlineError: The segmenter fails.
    """
    boxes = [_inside(one.shape.bounds(), picture.size) for one in objects]
    asked = [
        Prompt(box=box, want="box" if isinstance(one.shape, Box) else "mask", multimask=False)
        for one, box in zip(objects, boxes, strict=True)
        if box is not None
    ]
    answers = iter(picture.predict_many(asked))
    return [
        None if box is None else _tight(one, next(answers), picture.size, min_iou)
        for one, box in zip(objects, boxes, strict=True)
    ]


def _inside(bounds: Bounds, size: tuple[int, int]) -> Bounds | None:
    """Return the part of a box that lies in a picture; None where there is none."""
    x1, y1, x2, y2 = bounds
    box = (max(0.0, x1), max(0.0, y1), min(float(size[0]), x2), min(float(size[1]), y2))
    return box if box[0] < box[2] and box[1] < box[3] else None


def _tight(
    one: ImageObject, found: Sequence[Candidate], size: tuple[int, int], min_iou: float
) -> ImageObject | None:
    if not found or _iou(found[0].box, one.shape.bounds()) < min_iou:
        return None
    shape = _shape(found[0], one.shape, size)
    if shape is None or _alike(shape, one.shape):
        return None
    return replace(one, shape=shape)


def _shape(found: Candidate, old: Shape, size: tuple[int, int]) -> Shape | None:
    if isinstance(old, Box):
        return shape_from_json("box", [float(side) for side in found.box])
    if found.mask is None or not found.mask.any():
        return None
    if isinstance(old, Mask):
        return encode_window(found.mask, window=found.window, size=size)
    return polygon_of(found.mask, window=found.window)


def _alike(new: Shape, old: Shape) -> bool:
    if not (isinstance(new, Box) and isinstance(old, Box)):
        return new == old
    return bool(np.abs(np.subtract(new.bounds(), old.bounds())).max() < SAME_PX)


def _iou(one: Bounds, other: Bounds) -> float:
    return float(iou(np.array([one], np.float64), np.array([other], np.float64))[0, 0])


def _of_class(objects: Sequence[ImageObject], class_id: int) -> list[ImageObject]:
    """Return the objects of a class that may be changed and have an area."""
    return [
        one
        for one in objects
        if one.class_id == class_id and not one.locked and isinstance(one.shape, SOLID)
    ]


def _read(scratch: Path) -> dict[int, dict[str, Any]]:
    """Return what an earlier attempt worked out; a torn last line is none."""
    found: dict[int, dict[str, Any]] = {}
    if not scratch.is_file():
        return found
    whole, _, torn = scratch.read_text("utf-8").rpartition("\n")
    for line in whole.splitlines():
        one = json.loads(line)
        found[int(one["image_id"])] = one
    if torn:
        scratch.write_text(whole + "\n" if whole else "", "utf-8")
    return found
