from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.pictures import new_file
from sightline.core.errors import UnknownImageError
from sightline.store.images import ImageTable

if TYPE_CHECKING:
    from sightline.store.db import Database
    from sightline.store.projects import Project


def test_images_come_in_the_order_asked_for(db: Database, project: Project) -> None:
    rows = ImageTable(db).by_ordinals(project.id, [7, 2, 99, 5])
    assert [row.ordinal for row in rows] == [7, 2, 5]


def test_pages_follow_each_other_without_gap(db: Database, project: Project) -> None:
    table = ImageTable(db)
    first = table.page_after(project.id, -1, 4)
    second = table.page_after(project.id, first[-1].ordinal, 4)
    assert [row.ordinal for row in first + second] == list(range(8))


def test_text_is_found_in_any_case_and_is_never_a_pattern(db: Database, project: Project) -> None:
    table = ImageTable(db)
    table.register(project, [new_file(50, path="/odd/100%_Sure.png")])
    assert table.ordinals_matching(project.id, "100%_sure") == [10]
    assert table.ordinals_matching(project.id, "%") == [10]
    assert table.ordinals_matching(project.id, "_ure") == []


def test_an_unknown_image_is_an_error(db: Database, project: Project) -> None:
    assert project.id
    with pytest.raises(UnknownImageError):
        ImageTable(db).get(10**6)
