"""Builds of polygons: a project's boxes, outlined by a segmenter, as a project of their own.

    projects/SOURCE/segments/OUT/ledger.jsonl   what is worked out, picture by picture
    projects/SOURCE/segments/OUT/tree/          what becomes projects/OUT/

The source is only read. Whatever ends an attempt (a stop, SIGKILL, a full disk), the next one
works out the pictures that have no line in the ledger, and no others.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import orjson
from blake3 import blake3

from sightline.app.datasets.object_exports import DONE as SEEN
from sightline.app.segments.ledger import Ledger
from sightline.app.segments.place import DONE, SegmentPlace
from sightline.app.segments.shapes import SegmentWish, segmented
from sightline.app.segments.tree import Tree, read_twins
from sightline.app.segments.work import SegmentWork, tally
from sightline.core.errors import BusyError, ConflictError, InvalidInputError
from sightline.core.geometry.shapes import KINDS
from sightline.core.names import check_name
from sightline.formats.sinks import disk_told
from sightline.store.locks import FileLock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sightline.app.assist.assist import Assist
    from sightline.app.pictures.pictures import Pictures
    from sightline.app.projects import Projects
    from sightline.core.progress import Progress
    from sightline.jobs.runner import JobRunner
    from sightline.settings import Settings
    from sightline.store.projects import Project
    from sightline.store.store import Store

KIND: Final = "segment"
ENDING: Final = "_seg"
ACTIVE: Final = ("queued", "running")
FIRST: Final = 12
"""Pictures that are shown before a build."""
MOST_SHOWN: Final = 200
"""Objects of a preview."""
BOXED: Final = KINDS.index("box"), KINDS.index("obb")
CHECK_EVERY: Final = 1_000
OUTLINED: Final = KINDS.index("polygon"), KINDS.index("mask")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a build is made of."""

    keys: dict[int, str]
    """What stands for each picture, by image id, in the order of the pictures."""
    hash: str
    """What stands for all of it."""


class SegmentBuilds:
    """Makes projects of polygons out of projects of boxes."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        assist: Assist,
        parts: tuple[Projects, Pictures, JobRunner],
    ) -> None:
        self._store = store
        self._settings = settings
        self._assist = assist
        self._projects, self._pictures, self._jobs = parts
        self._place = SegmentPlace(store, self._projects, self._pictures, settings.person)

    def overview(self, project: Project) -> dict[str, Any]:
        """Return what a build would be made of, and the builds in the making."""
        found = self._store.object_index.get(project.id)[1]
        boxed, outlined = np.isin(found.kind, BOXED), np.isin(found.kind, OUTLINED)
        return {
            "classes": len(self._store.classes.list(project.id)),
            "boxes": int(boxed.sum()),
            "outlines": int(outlined.sum()),
            "left_out": int((~(boxed | outlined)).sum()),
            "pictures": len(np.unique(found.ordinal[boxed])),
            "first": self.first(project),
            "out": self.free_name(project),
            "workers": self._settings.segment_workers,
            "active": self._active(project),
        }

    def first(self, project: Project, count: int = FIRST) -> list[int]:
        """Return the ids of the first pictures with boxes."""
        found = self._store.object_index.get(project.id)[1]
        ordinals = np.unique(found.ordinal[np.isin(found.kind, BOXED)])[:count]
        return [row.id for row in self._store.images.by_ordinals(project.id, ordinals.tolist())]

    def free_name(self, project: Project) -> str:
        """Return a name for a build that nothing bears yet."""
        known = {one.name.casefold() for one in self._store.projects.list()}
        name, count = f"{project.name}{ENDING}", 2
        while name.casefold() in known or self._store.project_dir(name).exists():
            name, count = f"{project.name}{ENDING}{count}", count + 1
        return name

    def preview(self, project: Project, image_id: int, wish: SegmentWish) -> dict[str, Any]:
        """Return what a build would make of one picture; nothing is changed.

        Raises:
            UnknownImageError, UnknownEngineError: There is no such thing.
            InvalidInputError: The picture is of another project.
            UnreadableImageError: It cannot be read.
            EngineFailedError: The segmenter breaks down.
        """
        row = self._store.images.get(image_id)
        if row.project_id != project.id:
            raise InvalidInputError(
                f"{project.name} has no image {image_id}", hint="reload the page"
            )
        segmenter = self._assist.engines.load(wish.engine)
        every = self._store.objects.of([image_id]).get(image_id, [])
        picture = self._assist.about(self._assist.pictures.of_row(row), segmenter)
        made = segmented(every[:MOST_SHOWN], picture, wish)
        return {
            "image_id": image_id,
            "width": row.width,
            "height": row.height,
            "polygons": made.polygons,
            "fallbacks": made.fallbacks,
            "more": max(0, len(every) - MOST_SHOWN),
            "objects": [
                one.to_json()
                | {"said": made.scores.get(one.uid), "reason": made.why.get(one.uid, "")}
                for one in made.objects
            ],
        }

    def start(
        self, project: Project, wish: SegmentWish, *, out: str = "", workers: int | None = None
    ) -> dict[str, Any]:
        """Hand a build to a job; one that was stopped goes on where it was.

        Raises:
            InvalidInputError: The project has no classes or no boxes, or the name is not valid.
            UnknownEngineError: There is no such segmenter.
            ConflictError: The name is another project's, or the build is being made.
        """
        name = check_name(out or f"{project.name}{ENDING}", "project")
        self._check(project)
        self._assist.engines.load(wish.engine)
        if name in self._active(project):
            raise ConflictError(f"{name} is being made already", hint="wait for it, or stop it")
        self._place.marker(project, name)
        arguments = {
            "project": project.name,
            "out": name,
            "workers": workers or self._settings.segment_workers,
            "wish": wish.to_dict(),
        }
        job = self._jobs.start(KIND, arguments, project=project.name, actor=self._settings.person)
        return job.to_dict()

    def perform(
        self, project: Project, out: str, wish: SegmentWish, *, workers: int, progress: Progress
    ) -> dict[str, Any]:
        """Make a build, or what is missing of it, and return its report. Called by its job.

        Raises:
            BusyError: Somebody makes it already.
            ConflictError: It is there already, of other boxes or wishes.
            CancelledError: The progress said so; what is done is kept.
            EngineFailedError: The segmenter fails again and again; what is done is kept.
            StorageError: It does not fit on the disk; what is done is kept.
        """
        self._check(project)
        folder = self.folder(project) / out
        with _locked(folder), disk_told(folder):
            progress.advance(0, None, "reading the boxes")
            report = self._made(project, out, wish, workers, progress)
        shutil.rmtree(folder, ignore_errors=True)
        return report

    def folder(self, project: Project) -> Path:
        """Return where builds of a project lie while they are made."""
        return self._projects.folder(project) / "segments"

    def _made(
        self, project: Project, out: str, wish: SegmentWish, workers: int, progress: Progress
    ) -> dict[str, Any]:
        """Do what a build still lacks: outlines, folders, the project."""
        folder = self.folder(project) / out
        segmenter = self._assist.engines.load(wish.engine)
        work = SegmentWork(self._store, self._assist, segmenter, wish)
        plan = self._plan(project, work, progress)
        marker = self._place.marker(project, out)
        if marker is not None and marker.get("state") == DONE:
            return self._as_it_was(marker, plan, out)
        with Ledger(folder / "ledger.jsonl") as ledger:
            skipped: list[dict[str, Any]] = []
            made = 0
            if marker is None:
                missing = [one for one, key in plan.keys.items() if ledger.key(one) != key]
                progress.log(
                    f"{project.name}: {len(plan.keys):,} pictures, {len(missing):,} to do, "
                    f"by {wish.engine} ({segmenter.key}), {workers} at once"
                )
                done = work.run(
                    missing, ledger, workers=workers, total=len(plan.keys), progress=progress
                )
                made, skipped = done.made, done.skipped
                tree = Tree(self._store, self._assist.pictures, project, folder)
                about = {"source": project.name, "source_id": project.id, "hash": plan.hash}
                about |= {"wish": wish.to_dict(), "skipped": skipped}
                tree.write(list(plan.keys), ledger, about, progress)
                tree.put_in_place(self._place.folder(out))
            marker = self._place.marker(project, out) or {}
            twins = read_twins(folder)
            self._place.register(
                project, out, twins, lambda one: ledger.get(one)["objects"], progress
            )
            counts = tally(ledger.get(one.image_id) for one in twins)
        report = {
            "project": project.name,
            "out": out,
            "path": str(self._place.folder(out)),
            "engine": wish.engine,
            "made": made,
            **marker.get("counts", {}),
            **counts,
            "skipped": marker.get("skipped", []),
        }
        self._place.settle(out, report)
        _log(progress, report)
        return report

    def _plan(self, project: Project, work: SegmentWork, progress: Progress) -> Plan:
        """Return the pictures of a build, and what stands for each."""
        keys: dict[int, str] = {}
        classes = [one.state() for one in self._store.classes.list(project.id)]
        hasher = blake3(orjson.dumps(classes))
        for row, found in self._store.objects.stream(project):
            drawn = any(KINDS.index(one.shape.kind) in (*BOXED, *OUTLINED) for one in found)
            if not drawn and (found or row.review not in SEEN):
                continue
            keys[row.id] = work.key(row, found)
            said = [row.id, keys[row.id], row.split, row.stem, row.status, row.class_id, row.tags]
            hasher.update(orjson.dumps(said))
            if len(keys) % CHECK_EVERY == 0:
                progress.check()
        return Plan(keys, hasher.hexdigest()[:32])

    def _as_it_was(self, marker: dict[str, Any], plan: Plan, out: str) -> dict[str, Any]:
        """Return the report of a build that is finished.

        Raises:
            ConflictError: It is of other boxes, or was wished for otherwise.
        """
        if marker.get("hash") != plan.hash:
            raise ConflictError(
                f"{out} is there already, built of other boxes or with another engine or options",
                hint="choose another name with --out, or delete that project first",
            )
        report: dict[str, Any] = marker.get("report", {})
        return report | {"made": 0}

    def _check(self, project: Project) -> None:
        """Refuse a project of which nothing can be built.

        Raises:
            InvalidInputError: It has no classes, or no boxes.
        """
        if not self._store.classes.list(project.id):
            raise InvalidInputError(
                f"{project.name} has no classes", hint="add some, and draw boxes of them"
            )
        if not np.isin(self._store.object_index.get(project.id)[1].kind, BOXED).any():
            raise InvalidInputError(
                f"{project.name} has no boxes",
                hint="draw or import some; polygons and masks need no build: export yolo-seg",
            )

    def _active(self, project: Project) -> dict[str, str]:
        """Return the builds in the making: their names, and their jobs."""
        jobs = self._jobs.list(state=ACTIVE, project=project.name)
        return {job.arguments["out"]: job.id for job in jobs if job.kind == KIND}


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder.with_name(f".{folder.name}.lock"))
    if not lock.try_acquire():
        raise BusyError("this build is being made already", hint="wait for its job, or stop it")
    try:
        yield
    finally:
        lock.release()


def _log(progress: Progress, report: dict[str, Any]) -> None:
    """Say what came of it."""
    for split, count in report["splits"].items():
        progress.log(f"{split}: {count['pictures']:,} pictures, {count['objects']:,} objects")
    progress.log(
        f"{report['polygons']:,} outlined, {report['fallbacks']:,} boxes left, "
        f"{report['outlines']:,} outlines kept, {report['left_out']:,} points left out"
    )
