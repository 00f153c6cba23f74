from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sightline.core.errors import ConflictError, InvalidInputError, UnknownProjectError
from sightline.store.images import ImageTable
from sightline.store.projects import Project, ProjectTable

if TYPE_CHECKING:
    from sightline.store.db import Database


def test_a_name_is_taken_whatever_its_case(db: Database) -> None:
    table = ProjectTable(db)
    table.create("Pets")
    with pytest.raises(ConflictError):
        table.create("pets")


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\\b", "CON", "x" * 300, "a\nb", " a"])
def test_a_name_that_no_folder_can_have_is_refused(db: Database, name: str) -> None:
    with pytest.raises(InvalidInputError):
        ProjectTable(db).create(name)


def test_an_unknown_project_says_what_is_near(db: Database, project: Project) -> None:
    assert project.name == "pets"
    with pytest.raises(UnknownProjectError) as caught:
        ProjectTable(db).get("pet")
    assert "pets" in caught.value.hint


def test_the_trash_frees_the_name_and_gives_everything_back(db: Database, project: Project) -> None:
    table = ProjectTable(db)
    hidden = table.to_trash("pets")
    assert [row.name for row in table.list()] == []
    other = table.create("pets")
    with pytest.raises(ConflictError):
        table.from_trash(hidden.id, "pets")
    table.remove(other.name)
    assert table.from_trash(hidden.id, "pets").id == project.id
    assert len(ImageTable(db).by_ordinals(project.id, range(10))) == 10


def test_remove_takes_every_row_along(db: Database, project: Project) -> None:
    ProjectTable(db).remove("pets")
    assert ImageTable(db).by_ordinals(project.id, range(10)) == []


def test_archived_projects_are_listed_apart(db: Database, project: Project) -> None:
    table = ProjectTable(db)
    table.set_archived(project.name, archived=True)
    assert table.list(archived=False) == []
    assert [row.name for row in table.list(archived=True)] == ["pets"]
