from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sightline.core.errors import ConflictError, NotFoundError
from sightline.core.labels import LabelChange
from sightline.store.classes import ClassTable
from sightline.store.images import ImageTable
from sightline.store.snapshots import SnapshotStore

if TYPE_CHECKING:
    from sightline.store.db import Database
    from sightline.store.labels import LabelStore
    from sightline.store.projects import Project


def test_restore_brings_labels_classes_and_tags_back_and_undo_takes_that_back(
    db: Database, labels: LabelStore, project: Project, ids: list[int]
) -> None:
    cat = labels.add_class(project, "cat", actor="ann")
    labels.set(project, [LabelChange(ids[0], cat.id, "labelled", tags=(cat.id,))], actor="ann")
    store = SnapshotStore(db)
    kept = store.create(project, "before lunch", actor="ann")
    assert (kept.labelled, [one.name for one in store.list(project)]) == (1, ["before lunch"])
    labels.edit_class(project, cat.id, actor="ann", name="tiger")
    labels.set(project, [LabelChange(ids[0], None, "skipped", tags=())], actor="ann")
    store.restore(project, kept.id, actor="ann")
    row = ImageTable(db).get(ids[0])
    assert (row.status, row.class_id, row.tags) == ("labelled", cat.id, (cat.id,))
    assert ClassTable(db).get(cat.id).name == "cat"
    labels.undo(project, actor="ann")
    assert ImageTable(db).get(ids[0]).status == "skipped"
    assert ClassTable(db).get(cat.id).name == "tiger"


def test_restoring_what_is_there_already_is_refused(db: Database, project: Project) -> None:
    store = SnapshotStore(db)
    kept = store.create(project, "now", actor="ann")
    with pytest.raises(ConflictError, match="already"):
        store.restore(project, kept.id, actor="ann")
    with pytest.raises(NotFoundError):
        store.restore(project, kept.id + 1, actor="ann")


def test_a_name_is_given_once(db: Database, project: Project) -> None:
    store = SnapshotStore(db)
    store.create(project, "now", actor="ann")
    with pytest.raises(ConflictError, match="already"):
        store.create(project, "now", actor="ann")
