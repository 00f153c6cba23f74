from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sightline.core.errors import (
    ConflictError,
    InvalidInputError,
    UnknownClassError,
    UnknownImageError,
)
from sightline.core.labels import LabelChange
from sightline.store.classes import ClassTable
from sightline.store.db import Database, sqlite_url
from sightline.store.images import ImageTable
from sightline.store.labels import LabelStore
from sightline.store.projects import ProjectTable

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.core.labels import Status
    from sightline.store.classes import ClassRow
    from sightline.store.projects import Project


@pytest.fixture
def cat(labels: LabelStore, project: Project) -> ClassRow:
    return labels.add_class(project, "cat", actor="ann")


@pytest.fixture
def dog(labels: LabelStore, project: Project, cat: ClassRow) -> ClassRow:
    assert cat.id
    return labels.add_class(project, "dog", actor="ann")


def shown(db: Database, project: Project) -> list[tuple[str, int | None]]:
    rows = ImageTable(db).by_ordinals(project.id, range(10))
    return [(row.status, row.class_id) for row in rows]


def label(image_id: int, class_id: int, version: int | None = None) -> LabelChange:
    return LabelChange(image_id, class_id, "labelled", version)


def test_a_label_counts_the_version_up(
    labels: LabelStore, project: Project, cat: ClassRow, ids: list[int]
) -> None:
    done = labels.set(project, [label(ids[0], cat.id, 0)], actor="ann")
    assert [(one.version, one.status, one.class_id) for one in done.images] == [
        (1, "labelled", cat.id)
    ]


def test_a_stale_version_is_refused_with_the_state_now(
    db: Database, labels: LabelStore, project: Project, cat: ClassRow, dog: ClassRow, ids: list[int]
) -> None:
    labels.set(project, [label(ids[0], cat.id, 0)], actor="ann")
    with pytest.raises(ConflictError) as caught:
        labels.set(project, [label(ids[1], dog.id, 0), label(ids[0], dog.id, 0)], actor="bob")
    assert caught.value.current == [
        {"id": ids[0], "version": 1, "status": "labelled", "class_id": cat.id, "tags": []}
    ]
    assert shown(db, project)[1] == ("unlabelled", None), "all or nothing"


def test_undo_and_redo_walk_the_same_way_back_and_forth(
    db: Database, labels: LabelStore, project: Project, cat: ClassRow, dog: ClassRow, ids: list[int]
) -> None:
    states = [shown(db, project)]
    for image_id, class_id in ((ids[0], cat.id), (ids[1], dog.id), (ids[0], dog.id)):
        labels.set(project, [label(image_id, class_id)], actor="ann")
        states.append(shown(db, project))
    for state in reversed(states[:-1]):
        labels.undo(project, actor="ann")
        assert shown(db, project) == state
    for state in states[1:]:
        labels.redo(project, actor="ann")
        assert shown(db, project) == state


def test_undo_survives_a_new_process(
    db: Database, labels: LabelStore, project: Project, cat: ClassRow, ids: list[int]
) -> None:
    labels.set(project, [label(ids[0], cat.id)], actor="ann")
    again = Database(db.url)
    LabelStore(again).undo(project, actor="ann")
    assert shown(again, project)[0] == ("unlabelled", None)
    LabelStore(again).redo(project, actor="ann")
    again.close()
    assert shown(db, project)[0] == ("labelled", cat.id)


def test_undo_takes_back_only_ones_own_changes(
    db: Database, labels: LabelStore, project: Project, cat: ClassRow, dog: ClassRow, ids: list[int]
) -> None:
    labels.set(project, [label(ids[0], cat.id)], actor="ann")
    labels.set(project, [label(ids[1], dog.id)], actor="bob")
    labels.undo(project, actor="ann")
    assert shown(db, project)[:2] == [("unlabelled", None), ("labelled", dog.id)]


def test_undo_is_refused_once_somebody_else_changed_the_image(
    db: Database, labels: LabelStore, project: Project, cat: ClassRow, dog: ClassRow, ids: list[int]
) -> None:
    labels.set(project, [label(ids[0], cat.id)], actor="ann")
    labels.set(project, [label(ids[0], dog.id)], actor="bob")
    with pytest.raises(ConflictError, match="changed since"):
        labels.undo(project, actor="ann")
    assert shown(db, project)[0] == ("labelled", dog.id)
    labels.undo(project, actor="bob")
    labels.undo(project, actor="ann")
    assert shown(db, project)[0] == ("unlabelled", None)


def test_a_new_change_clears_what_could_be_redone(
    labels: LabelStore, project: Project, cat: ClassRow, ids: list[int]
) -> None:
    labels.set(project, [label(ids[0], cat.id)], actor="ann")
    labels.undo(project, actor="ann")
    labels.set(project, [label(ids[1], cat.id)], actor="ann")
    assert labels.undo_state(project, actor="ann").redo is None
    labels.undo(project, actor="ann")
    assert labels.redo(project, actor="ann").images[0].id == ids[1]
    with pytest.raises(ConflictError, match="nothing to redo"):
        labels.redo(project, actor="ann")


def test_a_bulk_change_is_one_undo_step(
    db: Database, labels: LabelStore, project: Project, cat: ClassRow, ids: list[int]
) -> None:
    labels.set(project, [label(one, cat.id) for one in ids], actor="ann")
    assert labels.undo(project, actor="ann").count == 10
    assert {status for status, _ in shown(db, project)} == {"unlabelled"}


def test_deleting_a_class_frees_its_images_and_one_undo_brings_all_back(
    db: Database, labels: LabelStore, project: Project, cat: ClassRow, ids: list[int]
) -> None:
    labels.set(project, [label(one, cat.id) for one in ids[:3]], actor="ann")
    labels.delete_class(project, cat.id, actor="ann")
    assert shown(db, project)[0] == ("unlabelled", None)
    assert ClassTable(db).list(project.id) == []
    labels.undo(project, actor="ann")
    assert shown(db, project)[0] == ("labelled", cat.id)
    assert [row.hotkey for row in ClassTable(db).list(project.id)] == ["1"]


def test_tags_are_set_and_taken_back(
    db: Database, labels: LabelStore, project: Project, cat: ClassRow, dog: ClassRow, ids: list[int]
) -> None:
    both = LabelChange(ids[0], None, "labelled", tags=(dog.id, cat.id))
    labels.set(project, [both], actor="ann")
    assert ImageTable(db).get(ids[0]).tags == (cat.id, dog.id)
    labels.undo(project, actor="ann")
    assert ImageTable(db).get(ids[0]).tags == ()


def test_the_history_of_an_image_names_what_stands(
    labels: LabelStore, project: Project, cat: ClassRow, dog: ClassRow, ids: list[int]
) -> None:
    labels.set(project, [label(ids[0], cat.id)], actor="ann")
    labels.set(project, [label(ids[0], dog.id), label(ids[1], dog.id)], actor="bob")
    found = labels.image_history(project, ids[0])
    assert [(one.actor, one.description) for one in found] == [
        ("bob", "Label 2 images dog"),
        ("ann", "Label 1 image cat"),
    ]


def test_splits_are_set_by_hand_and_taken_back(
    db: Database, labels: LabelStore, project: Project, ids: list[int]
) -> None:
    labels.set_splits(project, {ids[0]: "test"}, actor="ann")
    assert ImageTable(db).get(ids[0]).split == "test"
    labels.undo(project, actor="ann")
    assert ImageTable(db).get(ids[0]).split == "train"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda ids, _cat: LabelChange(ids[-1] + 99, None, "skipped"), UnknownImageError),
        (lambda ids, cat: label(ids[0], cat + 99), UnknownClassError),
        (lambda ids, _cat: LabelChange(ids[0], None, "labelled"), InvalidInputError),
        (lambda ids, cat: LabelChange(ids[0], cat, cast("Status", "gone")), InvalidInputError),
    ],
)
def test_a_wrong_change_is_refused_and_says_what_to_do(
    labels: LabelStore,
    project: Project,
    cat: ClassRow,
    ids: list[int],
    change: Callable[[list[int], int], LabelChange],
    error: type[Exception],
) -> None:
    with pytest.raises(error) as caught:
        labels.set(project, [change(ids, cat.id)], actor="ann")
    assert getattr(caught.value, "hint", "")


def test_an_image_cannot_be_named_twice(
    labels: LabelStore, project: Project, cat: ClassRow, ids: list[int]
) -> None:
    with pytest.raises(InvalidInputError, match="twice"):
        labels.set(project, [label(ids[0], cat.id), label(ids[0], cat.id)], actor="ann")


def test_classes_of_another_project_are_refused(
    db: Database, labels: LabelStore, project: Project, ids: list[int]
) -> None:
    other = ProjectTable(db).create("other")
    foreign = labels.add_class(other, "bird", actor="ann")
    with pytest.raises(InvalidInputError, match="another project"):
        labels.set(project, [label(ids[0], foreign.id)], actor="ann")


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"name": "CAT"}, ConflictError),
        ({"name": "a/b"}, InvalidInputError),
        ({"name": "bird", "hotkey": "1"}, ConflictError),
        ({"name": "bird", "hotkey": "0"}, InvalidInputError),
        ({"name": "bird", "colour": "red"}, InvalidInputError),
    ],
)
def test_a_class_that_clashes_is_refused(
    labels: LabelStore,
    project: Project,
    cat: ClassRow,
    values: dict[str, Any],
    error: type[Exception],
) -> None:
    assert cat.hotkey == "1"
    with pytest.raises(error):
        labels.add_class(project, actor="ann", **values)


steps = st.lists(
    st.one_of(
        st.tuples(st.just("set"), st.integers(0, 3), st.integers(0, 2), st.sampled_from("ab")),
        st.tuples(st.just("undo"), st.just(0), st.just(0), st.sampled_from("ab")),
        st.tuples(st.just("redo"), st.just(0), st.just(0), st.sampled_from("ab")),
    ),
    max_size=14,
)


@given(steps)
@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_two_people_do_undoing_it_all_gives_the_beginning(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, int, str]]
) -> None:
    from fakes.pictures import new_file
    from sightline.store.schema import migrate

    folder = tmp_path_factory.mktemp("undo")
    db = Database(sqlite_url(folder / "x.db"))
    migrate(db, backups=folder)
    project = ProjectTable(db).create("p")
    ImageTable(db).register(project, [new_file(number) for number in range(4)])
    labels = LabelStore(db)
    kinds = [labels.add_class(project, name, actor="setup").id for name in ("x", "y", "z")]
    rows = ImageTable(db).by_ordinals(project.id, range(4))
    for step, image, kind, who in steps:
        try:
            if step == "set":
                labels.set(project, [label(rows[image].id, kinds[kind])], actor=who)
            else:
                getattr(labels, step)(project, actor=who)
        except ConflictError:
            continue
    progress = True
    while progress:
        progress = False
        for who in "ab":
            try:
                labels.undo(project, actor=who)
                progress = True
            except ConflictError:
                continue
    found = {(row.status, row.class_id) for row in ImageTable(db).by_ordinals(project.id, range(4))}
    db.close()
    assert found == {("unlabelled", None)}
