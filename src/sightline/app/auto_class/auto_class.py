"""Auto class: a head trained on crops says which class a drawn object has.

What the guard accepts may be taken at once; of the rest a person sees the three likeliest. All
objects of images are looked through by a job, whose answers a person reviews
(`auto_class_review`).
"""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.app.auto_class.names import NO_EXTENT, Namer, nameable, within
from sightline.core.errors import InvalidInputError, SightlineError, UnknownClassError
from sightline.core.geometry.shapes import KINDS
from sightline.heads.guard import Guard
from sightline.heads.threads import one_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from sightline.app.auto_class.names import Named
    from sightline.app.crop_heads.crop_heads import CropHeads
    from sightline.app.labels.bulk import Bulk
    from sightline.app.projects import Projects
    from sightline.core.arrays import I64
    from sightline.core.geometry.shapes import Bounds
    from sightline.core.objects import ImageObject
    from sightline.core.progress import Progress
    from sightline.jobs.runner import JobRunner
    from sightline.store.images import ImageRow
    from sightline.store.projects import Project
    from sightline.store.store import Store

JOB: Final = "auto-class"
MAX_BOXES: Final = 1_000
"""That may be asked about at once; more are a job's."""
NOTE: Final = "naming objects"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a job looks through."""

    image_ids: tuple[int, ...] | None = None
    """None: all."""
    class_id: int | None = None
    """Only objects of this class; None: all."""
    head: str = ""
    guard: Mapping[str, float] | None = None


class AutoClass:
    """Names objects of all projects. Thread-safe."""

    def __init__(
        self,
        store: Store,
        projects: Projects,
        jobs: JobRunner,
        person: str,
        parts: tuple[CropHeads, Bulk],
    ) -> None:
        self._store = store
        self._projects = projects
        self._jobs = jobs
        self._person = person
        self._heads, self._bulk = parts

    def status(self, project: Project) -> dict[str, Any]:
        """Return which head names objects of a project, how sure it has to be, or why none can."""
        told: dict[str, Any] = {
            "head": self._projects.settings(project).settings.box_head or None,
            "ready": False,
            "why": "",
            "hint": "",
            "encoder": None,
            "classes": [],
            "unknown": [],
            "untaught": [],
            "guard": self._guard(project, Guard(), None).to_dict(),
        }
        try:
            namer = self.namer(project)
        except SightlineError as error:
            return told | {"why": str(error), "hint": error.hint}
        head = namer.head
        rows = self._store.classes.list(project.id)
        return told | {
            "head": head.name,
            "ready": True,
            "encoder": head.encoder,
            "classes": list(head.bundle.foreground),
            "unknown": list(head.unknown),
            "untaught": [row.name for row in rows if row.id not in head.class_ids],
            "guard": namer.guard.to_dict(),
        }

    def namer(
        self, project: Project, head: str = "", guard: Mapping[str, float] | None = None
    ) -> Namer:
        """Return a head that is ready to name a project's objects.

        Args:
            project: Whose objects and classes.
            head: Name or id of a head; "": the project's.
            guard: min_prob, margin and bg_margin; what is left out is the project's.

        Raises:
            UnknownModelError: There is no such head.
            InvalidInputError: None is active, or its encoder has changed.
            MissingWeightsError, UnknownEngineError: Its file, or its encoder, is gone.
        """
        found = self._heads.fitted(project, head) if head else self._heads.active(project)
        if found is None:
            raise InvalidInputError(
                f"no head names objects of {project.name}",
                hint=f"train one, as in `sightline heads train {project.name}`, and activate it",
            )
        return Namer(self._heads, found, self._guard(project, found.bundle.guard, guard))

    def classify(
        self,
        image_id: int,
        *,
        boxes: Sequence[Bounds] = (),
        uids: Sequence[str] = (),
        head: str = "",
        guard: Mapping[str, float] | None = None,
    ) -> dict[str, Any]:
        """Return what a head says of boxes of an image, or of its objects by uid.

        Args:
            image_id: Any image of any project.
            boxes: x1, y1, x2, y2 in pixels of the upright picture.
            uids: Objects; those that are gone, or are points, are left out.
            head: See `namer`.
            guard: See `namer`.

        Raises:
            UnknownImageError: There is no such image.
            InvalidInputError: Boxes and uids are given, or neither, or a box is not valid.
            UnreadableImageError: Its file cannot be read.
        """
        if bool(boxes) == bool(uids):
            raise InvalidInputError("say which objects", hint="send either boxes or uids")
        if len(boxes) + len(uids) > MAX_BOXES:
            raise InvalidInputError(
                f"{len(boxes) + len(uids)} boxes at once",
                hint=f"ask about {MAX_BOXES}, or let a job do it",
            )
        began = time.perf_counter()
        row = self._store.images.get(image_id)
        namer = self.namer(self._store.projects.by_id(row.project_id), head, guard)
        asked = self._asked(row, boxes, set(uids))
        where = [box for _, box in asked]
        parts = namer.names(self._heads.picture_of(row), where, [uid for uid, _ in asked])
        return {
            "head": namer.head.name,
            "guard": namer.guard.to_dict(),
            "boxes": [one.to_dict() for part in parts for one in part],
            "ms": 1e3 * (time.perf_counter() - began),
        }

    def start(
        self,
        project: Project,
        *,
        view: str | None = None,
        image_ids: Sequence[int] | None = None,
        class_id: int | None = None,
        head: str = "",
        guard: Mapping[str, float] | None = None,
    ) -> dict[str, Any]:
        """Hand the look through objects to a job; it changes nothing, a person reviews its answers.

        Without a view or ids all images are meant.

        Raises:
            UnknownClassError, UnknownViewError, UnknownModelError: There is no such thing.
            InvalidInputError: No head can name them, or no object is drawn there.
        """
        namer = self.namer(project, head, guard)
        ids = None
        if view is not None or image_ids is not None:
            ids = self._bulk.targets(project, view=view, image_ids=image_ids)
        if class_id is not None and self._store.classes.get(class_id).project_id != project.id:
            raise UnknownClassError(
                f"{project.name} has no class {class_id}", hint="reload the list of classes"
            )
        if not len(self._places(project, ids, class_id)):
            raise InvalidInputError(
                "no object is drawn there that could be named",
                hint="draw some first, or take other images",
            )
        arguments = {
            "project": project.name,
            "image_ids": ids,
            "class_id": class_id,
            "head": namer.head.model,
            "guard": namer.guard.to_dict(),
        }
        job = self._jobs.start(JOB, arguments, project=project.name, actor=self._person)
        return job.to_dict()

    def perform(
        self, project: Project, wish: Wish, *, scratch: Path, progress: Progress
    ) -> dict[str, Any]:
        """Look through objects and write what should be of another class to `scratch`.

        Called by its job. What was worked out stays there, so that it resumes.

        Returns:
            Numbers of `images`, `objects`, of those that `agree`, are `unsure` or `locked`, and of
            `changes`, which `AutoClassReview` lists; `skipped`: [{image_id, reason}].
        """
        namer = self.namer(project, wish.head, wish.guard)
        ids = self._images(project, wish)
        total = len(self._places(project, wish.image_ids, wish.class_id))
        told = {one["image_id"]: one for one in read_scratch(scratch)}
        count = _Count(progress, total, sum(one["objects"] for one in told.values()))
        left = [one for one in ids if one not in told]
        threads = self._projects.settings(project).settings.worker_threads()
        with scratch.open("a", encoding="utf-8") as file:
            for one in _ahead(lambda key: self._checked(key, wish, namer, count), left, threads):
                told[one["image_id"]] = one
                file.write(json.dumps(one, separators=(",", ":")) + "\n")
                file.flush()
        return _summed(told.values()) | {
            "head": namer.head.name,
            "guard": namer.guard.to_dict(),
            "unknown": list(namer.head.unknown),
        }

    def _asked(
        self, row: ImageRow, boxes: Sequence[Bounds], uids: set[str]
    ) -> list[tuple[str | None, Bounds]]:
        size = (row.width, row.height)
        if boxes:
            return [(None, within(box, size)) for box in boxes]
        drawn = nameable(self._store.objects.of([row.id]).get(row.id, []), size)
        return [(one.uid, one.shape.bounds()) for one in drawn if one.uid in uids]

    def _checked(self, image_id: int, wish: Wish, namer: Namer, count: _Count) -> dict[str, Any]:
        """Return what becomes of an image's objects, as JSON."""
        told: dict[str, Any] = {"image_id": image_id, "reason": "", "found": []}
        told |= dict.fromkeys(("objects", "agree", "unsure", "locked"), 0)
        row = next(iter(self._store.images.by_ids([image_id])), None)
        if row is None:
            return told | {"reason": "it is gone"}
        there = self._store.objects.of([image_id]).get(image_id, [])
        drawn = [
            one
            for one in nameable(there, (row.width, row.height))
            if wish.class_id in (None, one.class_id)
        ]
        told |= {"objects": len(drawn), "width": row.width, "height": row.height}
        told["locked"] = sum(one.locked for one in drawn)
        free = [one for one in drawn if not one.locked]
        boxes = [one.shape.bounds() for one in free]
        picture, uids = self._heads.picture_of(row), [one.uid for one in free]
        said: list[Named] = []
        try:
            for part in namer.names(picture, boxes, uids, here=True):
                said += part
                count.add(len(part))
        except InvalidInputError as error:
            count.add(len(drawn) - len(said))
            return told | {"reason": str(error)}
        count.add(len(drawn) - len(said))
        return told | _judged(free, said)

    def _images(self, project: Project, wish: Wish) -> list[int]:
        """Return the images with objects that are meant, in the order asked for."""
        places = self._places(project, wish.image_ids, wish.class_id)
        state = self._store.state.get(project.id)
        found = dict.fromkeys(state.image_id[places].tolist())
        if wish.image_ids is None:
            return list(found)
        return [one for one in dict.fromkeys(wish.image_ids) if one in found]

    def _places(self, project: Project, ids: Sequence[int] | None, class_id: int | None) -> I64:
        """Return the ordinal of the image of each object that is meant, ascending."""
        found = self._store.object_index.get(project.id)[1]
        wanted = ~np.isin(found.kind, [KINDS.index(one) for one in NO_EXTENT])
        if class_id is not None:
            wanted &= found.class_id == class_id
        ordinals = found.ordinal[wanted]
        if ids is not None:
            state = self._store.state.get(project.id)
            ordinals = ordinals[np.isin(state.image_id[ordinals], ids)]
        return np.sort(ordinals)

    def _guard(self, project: Project, own: Guard, asked: Mapping[str, float] | None) -> Guard:
        """Return what an answer must reach: as asked, else as the project says, else the head."""
        loaded = self._projects.settings(project)
        values = own.to_dict()
        for name in values:
            key = f"auto_class_{name}"
            if loaded.origins.get(key, "default") != "default":
                values[name] = getattr(loaded.settings, key)
        return Guard.from_dict(values | dict(asked or {}))


class _Count:
    """How many objects are done, told by several threads."""

    def __init__(self, progress: Progress, total: int, done: int) -> None:
        self._progress = progress
        self._total = total
        self._done = done
        self._lock = threading.Lock()
        progress.advance(done, total, NOTE)

    def add(self, count: int) -> None:
        """Count some more, and stop when that is wished."""
        self._progress.check()
        with self._lock:
            self._done += count
            self._progress.advance(self._done, self._total, NOTE)


def _ahead(
    work: Callable[[int], dict[str, Any]], items: Iterable[int], threads: int
) -> Iterator[dict[str, Any]]:
    """Yield what comes of each item, in their order, some of them worked on at once."""
    running: deque[Future[dict[str, Any]]] = deque()
    with one_thread(), ThreadPoolExecutor(threads, thread_name_prefix="classes") as pool:
        try:
            for item in items:
                running.append(pool.submit(work, item))
                if len(running) > 2 * threads:
                    yield running.popleft().result()
            while running:
                yield running.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def read_scratch(scratch: Path) -> Iterator[dict[str, Any]]:
    """Yield what was worked out of each image; a torn last line is taken away."""
    if not scratch.is_file():
        return
    whole, _, torn = scratch.read_text("utf-8").rpartition("\n")
    if torn:
        scratch.write_text(whole + "\n" if whole else "", "utf-8")
    yield from map(json.loads, whole.splitlines())


def _judged(objects: Sequence[ImageObject], said: Sequence[Named]) -> dict[str, Any]:
    """Return which objects should be of another class, and how many of the others there are."""
    pairs = list(zip(objects, said, strict=True))
    sure = [(one, name) for one, name in pairs if name.class_id is not None]
    found = [
        {
            "uid": one.uid,
            "kind": one.shape.kind,
            "bounds": list(name.box),
            "from": one.class_id,
            "to": name.class_id,
            "p": round(name.decision.p, 6),
            "margin": round(name.decision.margin, 6),
        }
        for one, name in sure
        if one.class_id != name.class_id
    ]
    return {"agree": len(sure) - len(found), "unsure": len(pairs) - len(sure), "found": found}


def _summed(told: Iterable[dict[str, Any]]) -> dict[str, Any]:
    rows = list(told)
    return {
        "images": len(rows),
        **{
            name: sum(one[name] for one in rows)
            for name in ("objects", "agree", "unsure", "locked")
        },
        "changes": sum(len(one["found"]) for one in rows),
        "skipped": [
            {"image_id": one["image_id"], "reason": one["reason"]} for one in rows if one["reason"]
        ],
    }
