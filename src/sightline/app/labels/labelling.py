"""Labels, classes and their history, as people give and take them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sightline.app.items import applied, class_item, outcome, shown_path
from sightline.core.errors import InvalidInputError, NotFoundError, UnknownImageError
from sightline.core.labels import LabelChange

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from sightline.store.history import Entry, ImageEntry, UndoState
    from sightline.store.journal import Applied
    from sightline.store.projects import Project
    from sightline.store.snapshots import Snapshot
    from sightline.store.state import ProjectState
    from sightline.store.store import Store

NOW = "now"
"""The labels as they are, where a snapshot could be named."""


class Labelling:
    """Everything a person can say about images."""

    def __init__(
        self,
        store: Store,
        person: str,
        folder: Callable[[Project], Path],
        task: Callable[[Project], str],
    ) -> None:
        self._store = store
        self._person = person
        self._folder = folder
        self._task = task

    def classes(self, project: Project) -> list[dict[str, Any]]:
        """Return the classes in their order, with how many images bear each as class or tag."""
        count = _counts(self._store.state.get(project.id))
        rows = self._store.classes.list(project.id)
        return [class_item(row, count.get(row.id, 0)) for row in rows]

    def add_class(
        self, project: Project, name: str, *, colour: str | None = None, hotkey: str | None = None
    ) -> dict[str, Any]:
        """Make a class; colour and hotkey are chosen when they are not given."""
        row = self._store.labels.add_class(
            project, name, actor=self._person, colour=colour, hotkey=hotkey
        )
        return class_item(row, 0)

    def edit_class(self, class_id: int, **values: Any) -> dict[str, Any]:
        """Change name, colour, hotkey, skeleton or position (from 0) of a class."""
        project = self._project_of(class_id)
        self._store.labels.edit_class(project, class_id, actor=self._person, **values)
        return next(one for one in self.classes(project) if one["id"] == class_id)

    def delete_class(
        self, class_id: int, *, dry_run: bool = False, expect: int | None = None
    ) -> dict[str, Any]:
        """Delete a class; images that then have none are unlabelled; one undo step."""
        project = self._project_of(class_id)
        done = self._store.labels.delete_class(
            project, class_id, actor=self._person, dry_run=dry_run, expect=expect
        )
        return outcome(done)

    def merge_classes(
        self,
        project: Project,
        sources: Sequence[int],
        into: int,
        *,
        dry_run: bool = False,
        expect: int | None = None,
    ) -> dict[str, Any]:
        """Make several classes one; one undo step brings all of them back."""
        done = self._store.labels.merge_classes(
            project, sources, into, actor=self._person, dry_run=dry_run, expect=expect
        )
        return outcome(done)

    def label(self, project: Project, changes: Sequence[LabelChange]) -> dict[str, Any]:
        """Label images; durable when it returns."""
        return applied(self.submit(project, changes).result())

    def submit(self, project: Project | str, changes: Sequence[LabelChange]) -> Future[Applied]:
        """Hand in labels; the future is done once they are durable.

        Raises:
            InvalidInputError: An image shall have none of the tags, and the project has classes.
        """
        if any(change.is_none_of_these for change in changes):
            found = self._store.projects.get(project) if isinstance(project, str) else project
            refuse_none_of_these(found, self._task)
        return self._store.labels.submit(project, changes, actor=self._person)

    def tag(
        self,
        project: Project,
        images: Sequence[int | str],
        add: Sequence[int | str] = (),
        remove: Sequence[int | str] = (),
    ) -> dict[str, Any]:
        """Give tags to images and take others away, by id or name; one undo step.

        Raises:
            UnknownClassError, UnknownImageError: There is no such tag, or no such image.
        """
        gives = tuple(self.class_id(project, one) for one in add)
        takes = tuple(self.class_id(project, one) for one in remove)
        if not gives and not takes:
            raise InvalidInputError("there is nothing to change", hint="say --add or --remove")
        ids = self.image_ids(project, images)
        changes = [LabelChange(one, None, None, add=gives, remove=takes) for one in ids]
        return applied(self._store.labels.set(project, changes, actor=self._person))

    def class_id(self, project: Project, ref: int | str) -> int:
        """Return the id of a class by its name, or by itself.

        Raises:
            UnknownClassError: There is none.
        """
        every = self._store.classes.list(project.id)
        for row in every:
            if ref in (row.id, row.name) or str(ref) == str(row.id):
                return row.id
        return self._store.classes.by_name(project.id, str(ref)).id

    def image_ids(self, project: Project, refs: Sequence[int | str]) -> list[int]:
        """Return the ids of images by id, path, or path relative to the project's folder.

        Raises:
            UnknownImageError: The project has no such image.
        """
        found = []
        for ref in refs:
            if str(ref).isdecimal():
                found.append(int(ref))
                continue
            places = (Path(str(ref)), self._folder(project) / str(ref))
            ordinals = [
                self._store.images.ordinal_at(project.id, place.expanduser().resolve())
                for place in places
            ]
            known = [one for one in ordinals if one is not None]
            if not known:
                raise UnknownImageError(
                    f"{project.name} has no image {ref!r}", hint="give an id or a path"
                )
            found.append(self._store.images.by_ordinals(project.id, known[:1])[0].id)
        return found

    def undo(self, project: Project) -> dict[str, Any]:
        """Take back this person's newest change."""
        return applied(self._store.labels.undo(project, actor=self._person))

    def redo(self, project: Project) -> dict[str, Any]:
        """Do again what this person undid last."""
        return applied(self._store.labels.redo(project, actor=self._person))

    def undo_state(self, project: Project) -> UndoState:
        """Return what undo and redo would do."""
        return self._store.labels.undo_state(project, actor=self._person)

    def history(
        self, project: Project, *, limit: int = 100, before: int = 0, person: str = ""
    ) -> list[Entry]:
        """Return the newest entries; those older than `before`, those of one person."""
        return self._store.labels.history(project, limit=limit, before=before, actor=person)

    def people(self, project: Project) -> list[str]:
        """Return everybody who has changed something, by name."""
        return self._store.labels.people(project)

    def image_history(self, image_id: int, *, limit: int = 100) -> list[ImageEntry]:
        """Return what stands on an image, newest first, each with before and after.

        Raises:
            UnknownImageError: There is no such image.
        """
        row = self._store.images.get(image_id)
        project = self._store.projects.by_id(row.project_id)
        return self._store.labels.image_history(project, image_id, limit=limit)

    def snapshots(self, project: Project) -> list[dict[str, Any]]:
        """Return the snapshots, newest first."""
        return [asdict(one) for one in self._store.snapshots.list(project)]

    def snapshot(self, project: Project, name: str) -> dict[str, Any]:
        """Keep the labels as they are under a name."""
        return asdict(self._store.snapshots.create(project, name, actor=self._person))

    def restore(self, project: Project, ref: int | str) -> dict[str, Any]:
        """Set the labels back to a snapshot, by id or name; one undo step."""
        found = self._find_snapshot(project, ref)
        return applied(self._store.snapshots.restore(project, found.id, actor=self._person))

    def delete_snapshot(self, project: Project, ref: int | str) -> dict[str, Any]:
        """Forget a snapshot, by id or name; the labels stay as they are."""
        found = self._find_snapshot(project, ref)
        self._store.snapshots.delete(project, found.id)
        return {"deleted": found.id, "name": found.name}

    def diff(self, project: Project, first: int | str, second: int | str = NOW) -> dict[str, Any]:
        """Return what changed from one snapshot to another, by id or name, or to `now`.

        Raises:
            NotFoundError: There is no such snapshot.
        """
        found = [
            None if one == NOW else self._find_snapshot(project, one) for one in (first, second)
        ]
        start, end = (None if one is None else one.id for one in found)
        told = self._store.snapshots.diff(project, start, end)
        names = [NOW if one is None else one.name for one in found]
        paths = {one.id: one.path for one in self._store.images.by_ids([o.id for o in told.images])}
        folder = self._folder(project)
        return {
            "from": names[0],
            "to": names[1],
            "changed": told.changed,
            "images": [
                {**asdict(one), "path": shown_path(paths.get(one.id, ""), folder)}
                for one in told.images
            ],
            "classes": list(told.classes),
            "summary": [
                {"before": before, "after": after, "count": count}
                for before, after, count in told.summary
            ],
        }

    def set_splits(self, project: Project, splits: dict[int, str]) -> dict[str, Any]:
        """Put images into splits by hand; one undo step."""
        return applied(self._store.labels.set_splits(project, splits, actor=self._person))

    def _project_of(self, class_id: int) -> Project:
        return self._store.projects.by_id(self._store.classes.get(class_id).project_id)

    def _find_snapshot(self, project: Project, ref: int | str) -> Snapshot:
        every = self._store.snapshots.list(project)
        keys = ([str(one.id) for one in every], [one.name for one in every])
        for key in keys if isinstance(ref, int) else reversed(keys):
            if str(ref) in key:
                return every[key.index(str(ref))]
        raise NotFoundError(f"no snapshot {ref!r}", hint="see the list of snapshots")


def refuse_none_of_these(project: Project, task: Callable[[Project], str]) -> None:
    """Raise InvalidInputError unless a project gives tags: only there images may have none."""
    if task(project) != "multi":
        raise InvalidInputError(
            f"{project.name} gives one class to each image: `none of these` is for tags",
            hint="set the project's task to multi, or mark the image unsure or skipped",
        )


def _counts(state: ProjectState) -> dict[int, int]:
    """Return how many images bear each class, as class or as tag."""
    tags = state.tags
    both = state.class_id[tags.ordinal] == tags.class_id
    own = tags.class_id[state.alive[tags.ordinal] & ~both]
    ids, counts = np.unique(np.concatenate([state.class_id[state.alive], own]), return_counts=True)
    return dict(zip(ids.tolist(), counts.tolist(), strict=True))
