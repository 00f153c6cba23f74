"""What a job of auto class would change, for a person to look through and carry out as one step."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.app.auto_class.auto_class import JOB, read_scratch
from sightline.core.errors import ConflictError, InvalidInputError, UnknownJobError
from sightline.core.objects import ObjectChange

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from sightline.core.objects import ImageObject
    from sightline.jobs.runner import JobRunner
    from sightline.store.projects import Project
    from sightline.store.store import Store

FILE: Final = "auto-class.jsonl"
KEPT: Final = 4
"""Lists that stay in memory."""
PART: Final = 500
"""Images whose objects are read, compared and changed together."""
PART_OBJECTS: Final = 5_000
TRIES: Final = 3
TOLD: Final = 100
"""Objects left out that are named one by one."""
SHARES: Final = 101
SAME_PX: Final = 0.01

Name = tuple[int, str]
"""Image and uid of an object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which of the changes a person wants."""

    every: bool = False
    """All that are at least so sure, but those in `but`."""
    min_p: float = 0.0
    objects: tuple[Name, ...] = ()
    """These, however sure."""
    but: tuple[Name, ...] = ()


class AutoClassReview:
    """The answers of jobs that looked through objects."""

    def __init__(self, store: Store, jobs: JobRunner, person: str) -> None:
        self._store = store
        self._jobs = jobs
        self._person = person
        self._known: OrderedDict[tuple[str, int], list[dict[str, Any]]] = OrderedDict()

    def listed(
        self, project: Project, job_id: str, *, offset: int = 0, limit: int = 200
    ) -> dict[str, Any]:
        """Return a part of the changes, the surest first.

        Returns:
            total, items, next, and `above`: how many are at least so sure, for 0, .01, ... 1.

        Raises:
            UnknownJobError: The project has no such job of auto class.
            ConflictError: It has not ended well.
        """
        rows = self._rows(project, job_id)
        sure = np.array([row["p"] for row in rows])
        steps = np.arange(SHARES) / (SHARES - 1)
        end = min(offset + limit, len(rows))
        return {
            "total": len(rows),
            "items": rows[offset:end],
            "next": str(end) if end < len(rows) else None,
            "above": (sure[None] >= steps[:, None]).sum(axis=1).tolist(),
        }

    def apply(self, project: Project, job_id: str, choice: Choice) -> dict[str, Any]:
        """Give the chosen objects their new class, as one step that undo takes back.

        What has been changed, locked or deleted since the job looked is left as it is.

        Returns:
            Numbers of `objects` and `images` that were changed and of those `left_out`, `stale`
            (image_id, uid, reason of the first of these), `seq` and `description` of the step.

        Raises:
            UnknownJobError, ConflictError: See `listed`.
            InvalidInputError: Nothing is chosen.
            UnknownClassError: A new class has been deleted since.
        """
        rows = self._chosen(self._rows(project, job_id), choice)
        head = (self._jobs.get(job_id).result or {}).get("head", "")
        if not rows:
            raise InvalidInputError(
                "nothing is chosen", hint="name objects of the list, or take all above some p"
            )
        step = _Step(self._store, project, self._person, f"Auto class by {head}")
        by_image: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for row in rows:
            by_image[row["image_id"]].append(row)
        for part in _parts(by_image):
            step.take(part)
        return step.told()

    def apply_all(self, project: Project, job_id: str) -> dict[str, Any]:
        """Carry out all changes of a job; see `apply`."""
        return self.apply(project, job_id, Choice(every=True))

    def _chosen(self, rows: Sequence[dict[str, Any]], choice: Choice) -> list[dict[str, Any]]:
        named, but = set(choice.objects), set(choice.but)
        sure = choice.min_p if choice.every else np.inf
        return [
            row
            for row in rows
            if (name := (row["image_id"], row["uid"])) in named
            or (row["p"] >= sure and name not in but)
        ]

    def _rows(self, project: Project, job_id: str) -> list[dict[str, Any]]:
        job = self._jobs.get(job_id)
        if job.kind != JOB or job.project != project.name:
            raise UnknownJobError(
                f"{project.name} has no auto class {job_id!r}", hint="see `sightline jobs list`"
            )
        if job.state != "done":
            raise ConflictError(
                f"job {job_id} is {job.state}", hint="wait until it is done, or resume it"
            )
        key = job_id, job.attempt
        if key not in self._known:
            self._known[key] = _sorted(self._jobs.folder(job_id).path / FILE)
        self._known.move_to_end(key)
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        return self._known[key]


class _Step:
    """One undo step that is made part by part, with what was left out of it."""

    def __init__(self, store: Store, project: Project, person: str, description: str) -> None:
        self._store = store
        self._project = project
        self._person = person
        self._description = description
        self._seq: int | None = None
        self._stale: list[dict[str, Any]] = []
        self._objects = self._images = 0

    def take(self, part: Mapping[int, list[dict[str, Any]]]) -> None:
        """Change the objects of some images; tried again when somebody draws there just now."""
        for left in range(TRIES - 1, -1, -1):
            changes, stale = self._planned(part)
            try:
                done = self._store.objects.bulk(
                    self._project,
                    changes,
                    actor=self._person,
                    description=self._description,
                    batch=self._seq,
                )
            except ConflictError:
                if not left:
                    raise
                continue
            self._seq = self._seq or done.seq
            self._images += done.changed
            self._objects += sum(len(one.put) for one in changes)
            self._stale += stale
            return

    def told(self) -> dict[str, Any]:
        """Return what came of it."""
        return {
            "seq": self._seq,
            "description": self._description if self._seq is not None else "Nothing changed",
            "objects": self._objects,
            "images": self._images,
            "left_out": len(self._stale),
            "stale": self._stale[:TOLD],
        }

    def _planned(
        self, part: Mapping[int, list[dict[str, Any]]]
    ) -> tuple[list[ObjectChange], list[dict[str, Any]]]:
        """Return the changes of those that are still as the job saw them, and the others."""
        rows = {row.id: row for row in self._store.images.by_ids(list(part))}
        drawn = self._store.objects.of(list(rows))
        changes: list[ObjectChange] = []
        stale: list[dict[str, Any]] = []
        for image_id, wanted in part.items():
            now = {one.uid: one for one in drawn.get(image_id, ())}
            put: list[ImageObject] = []
            for one in wanted:
                there = now.get(one["uid"])
                reason = _stale(one, there)
                if there is not None and not reason:
                    put.append(replace(there, class_id=one["to"]))
                else:
                    name = {"image_id": image_id, "uid": one["uid"]}
                    stale.append(name | {"reason": reason})
            if put:
                row = rows[image_id]
                change = ObjectChange(image_id=image_id, put=tuple(put), version=row.version)
                # Nobody has begun to draw there by this.
                changes.append(change if row.review != "todo" else replace(change, review="todo"))
        return changes, stale


def _parts(
    by_image: Mapping[int, list[dict[str, Any]]],
) -> Iterator[dict[int, list[dict[str, Any]]]]:
    """Yield images with their objects in parts that one transaction can write."""
    part: dict[int, list[dict[str, Any]]] = {}
    size = 0
    for image_id, rows in by_image.items():
        if part and (len(part) >= PART or size + len(rows) > PART_OBJECTS):
            yield part
            part, size = {}, 0
        part[image_id] = rows
        size += len(rows)
    if part:
        yield part


def _stale(said: Mapping[str, Any], now: ImageObject | None) -> str:
    """Return why an object is not as the job saw it, or nothing."""
    if now is None:
        return "it is gone"
    if now.class_id == said["to"]:
        return "it has the class already"
    if now.class_id != said["from"]:
        return "it got another class"
    if np.abs(np.subtract(now.shape.bounds(), said["bounds"])).max() > SAME_PX:
        return "it was drawn anew"
    return "it is locked" if now.locked else ""


def _sorted(file: Path) -> list[dict[str, Any]]:
    """Return what a job found, the surest first."""
    rows = list(_read(file))
    return sorted(rows, key=lambda row: (-row["p"], row["image_id"], row["uid"]))


def _read(file: Path) -> Iterator[dict[str, Any]]:
    for one in read_scratch(file):
        where = {"image_id": one["image_id"]}
        if one["found"]:
            where |= {"width": one["width"], "height": one["height"]}
        yield from (where | found for found in one["found"])
