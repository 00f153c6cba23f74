"""Labels, classes and their history, as people give and take them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from sightline.app.items import applied, class_item
from sightline.core.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future

    from sightline.core.labels import LabelChange
    from sightline.store.journal import Applied
    from sightline.store.labels import Entry, UndoState
    from sightline.store.projects import Project
    from sightline.store.snapshots import Snapshot
    from sightline.store.store import Store


class Labelling:
    """Everything a person can say about images."""

    def __init__(self, store: Store, person: str) -> None:
        self._store = store
        self._person = person

    def classes(self, project: Project) -> list[dict[str, Any]]:
        """Return the classes in their order, with counts."""
        state = self._store.state.get(project.id)
        ids, counts = np.unique(state.class_id[state.alive], return_counts=True)
        count = dict(zip(ids.tolist(), counts.tolist(), strict=True))
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
        """Change name, colour or hotkey of a class."""
        project = self._project_of(class_id)
        self._store.labels.edit_class(project, class_id, actor=self._person, **values)
        return next(one for one in self.classes(project) if one["id"] == class_id)

    def delete_class(self, class_id: int) -> dict[str, Any]:
        """Delete a class; its images become unlabelled; one undo step."""
        project = self._project_of(class_id)
        return applied(self._store.labels.delete_class(project, class_id, actor=self._person))

    def label(self, project: Project, changes: Sequence[LabelChange]) -> dict[str, Any]:
        """Label images; durable when it returns."""
        return applied(self._store.labels.set(project, changes, actor=self._person))

    def submit(self, project: Project | str, changes: Sequence[LabelChange]) -> Future[Applied]:
        """Hand in labels; the future is done once they are durable."""
        return self._store.labels.submit(project, changes, actor=self._person)

    def undo(self, project: Project) -> dict[str, Any]:
        """Take back this person's newest change."""
        return applied(self._store.labels.undo(project, actor=self._person))

    def redo(self, project: Project) -> dict[str, Any]:
        """Do again what this person undid last."""
        return applied(self._store.labels.redo(project, actor=self._person))

    def undo_state(self, project: Project) -> UndoState:
        """Return what undo and redo would do."""
        return self._store.labels.undo_state(project, actor=self._person)

    def history(self, project: Project, *, limit: int = 100, before: int = 0) -> list[Entry]:
        """Return the newest entries, or those older than `before`."""
        return self._store.labels.history(project, limit=limit, before=before)

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

    def set_splits(self, project: Project, splits: dict[int, str]) -> dict[str, Any]:
        """Put images into splits by hand; one undo step."""
        return applied(self._store.labels.set_splits(project, splits, actor=self._person))

    def _project_of(self, class_id: int) -> Project:
        return self._store.projects.by_id(self._store.classes.get(class_id).project_id)

    def _find_snapshot(self, project: Project, ref: int | str) -> Snapshot:
        for one in self._store.snapshots.list(project):
            if ref in (one.id, one.name):
                return one
        raise NotFoundError(f"no snapshot {ref!r}", hint="see the list of snapshots")
