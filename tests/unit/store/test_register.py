from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fakes.pictures import new_file
from sightline.core.labels import LabelChange
from sightline.store.images import ImageTable
from sightline.store.projects import Project, ProjectTable
from sightline.store.state import StateCache

if TYPE_CHECKING:
    from sightline.store.db import Database
    from sightline.store.labels import LabelStore


def test_every_page_is_an_image_with_an_ordinal_of_its_own(db: Database) -> None:
    project = ProjectTable(db).create("p")
    table = ImageTable(db)
    done = table.register(project, [new_file(0, pages=3), new_file(1), new_file(2, pages=2)])
    rows = table.by_ordinals(project.id, range(10))
    assert done.added == 6
    assert [(row.ordinal, row.path, row.page) for row in rows] == [
        (0, "/pictures/0.jpg", 0),
        (1, "/pictures/0.jpg", 1),
        (2, "/pictures/0.jpg", 2),
        (3, "/pictures/1.jpg", 0),
        (4, "/pictures/2.jpg", 0),
        (5, "/pictures/2.jpg", 1),
    ]


def test_the_same_bytes_at_a_second_path_are_one_image_with_two_places(
    db: Database, project: Project
) -> None:
    table = ImageTable(db)
    done = table.register(project, [new_file(3, path="/copy/3.jpg")])
    assert done.added == 0
    row = table.by_ordinals(project.id, [3])[0]
    assert done.image_ids[row.digest] == (row.id,)
    assert table.places(row.asset_id) == ["/pictures/3.jpg", "/copy/3.jpg"]


def test_a_file_changed_in_place_is_a_new_image_and_the_old_one_is_buried(
    db: Database, project: Project
) -> None:
    table = ImageTable(db)
    changed = replace(new_file(3), digest="f" * 64)
    assert table.register(project, [changed]).added == 1
    rows = {row.digest: row for row in table.by_ordinals(project.id, range(20))}
    assert rows["f" * 64].path == "/pictures/3.jpg"
    assert new_file(3).digest not in rows
    assert not StateCache(db).get(project.id).alive[3]


def test_bytes_that_come_back_bring_their_image_with_its_label(
    db: Database, labels: LabelStore, project: Project, ids: list[int]
) -> None:
    table = ImageTable(db)
    cat = labels.add_class(project, "cat", actor="ann")
    labels.set(project, [LabelChange(ids[3], cat.id, "labelled")], actor="ann")
    table.register(project, [replace(new_file(3), digest="f" * 64)])
    table.register(project, [new_file(3)])
    row = table.get(ids[3])
    assert (row.path, row.class_id, row.ordinal) == ("/pictures/3.jpg", cat.id, 3)
    assert table.by_ordinals(project.id, [10]) == [], "the changed bytes are nowhere now"


def test_a_file_that_has_another_place_is_not_buried(db: Database, project: Project) -> None:
    table = ImageTable(db)
    table.register(project, [new_file(3, path="/copy/3.jpg")])
    table.register(project, [replace(new_file(3), digest="f" * 64)])
    assert table.by_ordinals(project.id, [3])[0].path == "/copy/3.jpg"


def test_a_place_that_is_missing_gives_way_to_one_that_is_there(
    db: Database, project: Project
) -> None:
    table = ImageTable(db)
    table.register(project, [new_file(3, path="/moved/3.jpg")])
    gone = [one.id for one in table.locations(project.id) if one.path == "/pictures/3.jpg"]
    table.set_missing(gone, missing=True)
    assert table.by_ordinals(project.id, [3])[0].path == "/moved/3.jpg"


def test_ordinals_are_never_used_again(db: Database, project: Project) -> None:
    table = ImageTable(db)
    table.register(project, [new_file(100)])
    assert table.by_ordinals(project.id, [10])[0].digest == new_file(100).digest
    assert StateCache(db).get(project.id).size == 11


def test_more_files_than_one_statement_takes_are_registered_whole(db: Database) -> None:
    project = ProjectTable(db).create("many")
    table = ImageTable(db)
    table.register(project, [new_file(number) for number in range(1300)])
    table.register(project, [new_file(number) for number in range(1250, 1400)])
    assert [row.ordinal for row in table.page_after(project.id, -1, 5000)] == list(range(1400))
