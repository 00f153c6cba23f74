from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.pictures import new_file
from sightline.core.errors import ConflictError, InvalidInputError
from sightline.store.edits import EditStore
from sightline.store.images import ImageTable
from sightline.store.labels import LabelStore
from sightline.store.projects import ProjectTable

if TYPE_CHECKING:
    from sightline.store.db import Database
    from sightline.store.projects import Project


@pytest.fixture
def project(db: Database) -> Project:
    found = ProjectTable(db).create("p")
    ImageTable(db).register(found, [new_file(number) for number in range(3)])
    return found


def test_edits_and_names_are_set_undone_and_told(db: Database, project: Project) -> None:
    images, edits, labels = ImageTable(db), EditStore(db), LabelStore(db)
    first, second, third = (row.id for row in images.page_after(project.id, -1, 9))
    done = edits.set(project, "edit", {first: "{}", second: None}, actor="a", description="Edit")
    assert (done.count, done.changed) == (2, 1)
    edits.set(project, "alias", {first: "one", third: "two"}, actor="a", description="Name")
    assert images.get(first).stem == "one"
    assert images.get(second).stem == "1"
    assert edits.names(project.id)[third] == ("two", "/pictures/2.jpg")
    labels.undo(project, actor="a")
    assert images.get(first).alias is None
    assert images.get(first).edit == "{}"
    labels.undo(project, actor="a")
    assert images.get(first).edit is None
    assert labels.redo(project, actor="a").description == "Redo: Edit"


def test_a_stale_edit_is_refused_with_what_is_there(db: Database, project: Project) -> None:
    images, edits = ImageTable(db), EditStore(db)
    row = images.page_after(project.id, -1, 1)[0]
    edits.set(project, "edit", {row.id: "{}"}, actor="a", description="Edit")
    with pytest.raises(ConflictError) as caught:
        edits.set(
            project,
            "edit",
            {row.id: None},
            actor="b",
            description="Edit",
            versions={row.id: row.version},
        )
    assert caught.value.current
    ids = [one.id for one in images.page_after(project.id, -1, 2)]
    with pytest.raises(ConflictError, match="2 images by now"):
        edits.set(
            project, "alias", dict.fromkeys(ids, "x"), actor="b", description="Name", expect=1
        )
    with pytest.raises(InvalidInputError):
        edits.set(project, "edit", {}, actor="b", description="Edit")
