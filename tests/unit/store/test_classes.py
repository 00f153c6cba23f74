from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sightline.core.errors import ConflictError, InvalidInputError, UnknownClassError
from sightline.store.classes import ClassTable

if TYPE_CHECKING:
    from sightline.store.db import Database
    from sightline.store.labels import LabelStore
    from sightline.store.projects import Project


def test_classes_come_in_the_order_they_were_made_with_colours_and_keys_of_their_own(
    db: Database, project: Project, labels: LabelStore
) -> None:
    for number in range(11):
        labels.add_class(project, f"class {10 - number}", actor="ann")
    rows = ClassTable(db).list(project.id)
    assert [row.name for row in rows] == [f"class {10 - number}" for number in range(11)]
    assert [row.hotkey for row in rows] == [*"123456789", None, None]
    assert len({row.colour for row in rows}) == 11
    assert [row.position for row in rows] == list(range(11))


def test_an_id_is_never_used_again(db: Database, project: Project, labels: LabelStore) -> None:
    first = labels.add_class(project, "cat", actor="ann")
    labels.delete_class(project, first.id, actor="ann")
    second = labels.add_class(project, "cat", actor="ann")
    assert second.id != first.id
    assert (second.hotkey, second.position) == ("1", 1)
    assert second.colour != first.colour
    with pytest.raises(UnknownClassError):
        ClassTable(db).get(first.id)


def test_a_class_is_found_by_id_and_by_name(
    db: Database, project: Project, labels: LabelStore
) -> None:
    made = labels.add_class(project, "cat", actor="ann")
    table = ClassTable(db)
    assert table.get(made.id) == table.by_name(project.id, "cat") == made
    with pytest.raises(UnknownClassError, match="cta") as caught:
        table.by_name(project.id, "cta")
    assert caught.value.hint == "did you mean 'cat'?"


@pytest.mark.parametrize("name", ["", ".", "a/b", "x" * 300, "CON", "a\nb"])
def test_a_bad_name_is_refused(project: Project, labels: LabelStore, name: str) -> None:
    with pytest.raises(InvalidInputError, match="class"):
        labels.add_class(project, name, actor="ann")


def test_names_and_keys_are_taken_whatever_the_case_and_free_once_deleted(
    project: Project, labels: LabelStore
) -> None:
    cat = labels.add_class(project, "Cat", actor="ann", hotkey="5")
    with pytest.raises(ConflictError, match="'Cat'"):
        labels.add_class(project, "cAT", actor="ann")
    with pytest.raises(ConflictError, match="'Cat'"):
        labels.add_class(project, "dog", actor="ann", hotkey="5")
    with pytest.raises(InvalidInputError, match="hotkey"):
        labels.add_class(project, "dog", actor="ann", hotkey="0")
    assert labels.edit_class(project, cat.id, actor="ann", name="CAT").name == "CAT"
    labels.delete_class(project, cat.id, actor="ann")
    assert labels.add_class(project, "cat", actor="ann", hotkey="5").hotkey == "5"
