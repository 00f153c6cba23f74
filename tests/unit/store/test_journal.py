from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.core.errors import ConflictError
from sightline.core.labels import LabelChange
from sightline.store.classes import ClassTable
from sightline.store.delta import Delta
from sightline.store.events import EventLog
from sightline.store.images import ImageTable
from sightline.store.journal import EVENT_IDS

if TYPE_CHECKING:
    from sightline.store.db import Database
    from sightline.store.labels import LabelStore
    from sightline.store.projects import Project

VALUES = st.none() | st.integers(0, 9) | st.booleans()
STATES = st.none() | st.fixed_dictionaries({"name": st.text(max_size=5), "deleted": st.booleans()})


@st.composite
def deltas(draw: st.DrawFn) -> Delta:
    ids = tuple(draw(st.lists(st.integers(1, 1 << 40), unique=True, max_size=5)))
    column = st.lists(VALUES, min_size=len(ids), max_size=len(ids))
    fields: dict[str, Any] = draw(
        st.dictionaries(st.sampled_from(["status", "class_id", "split"]), st.tuples(column, column))
    )
    tops = tuple(draw(st.lists(st.integers(0, 1 << 62), min_size=len(ids), max_size=len(ids))))
    classes = tuple(draw(st.lists(st.tuples(st.integers(1, 1 << 31), STATES, STATES), max_size=2)))
    return Delta(ids, fields, tops, classes)


@given(deltas())
def test_an_entry_is_read_back_as_it_was_written(delta: Delta) -> None:
    assert Delta.unpack(delta.pack()) == delta


def test_a_large_change_is_told_without_its_images(
    db: Database, project: Project, labels: LabelStore
) -> None:
    from fakes.pictures import new_file

    more = [new_file(number) for number in range(100, 100 + EVENT_IDS)]
    ImageTable(db).register(project, more)
    ids = [row.id for row in ImageTable(db).page_after(project.id, -1, EVENT_IDS + 1)]
    cat = labels.add_class(project, "cat", actor="ann")
    for count in (EVENT_IDS, EVENT_IDS + 1):
        changes = [LabelChange(one, cat.id, "labelled") for one in ids[:count]]
        done = labels.set(project, changes, actor="ann")
        assert (done.count, len(done.images)) == (count, EVENT_IDS)
        told = EventLog(db).since(0)[-1]
        assert told.kind == "labels"
        assert told.payload["count"] == count
        assert len(told.payload["images"]) == (count if count <= EVENT_IDS else 0)
        json.dumps(told.payload)


def test_a_class_that_others_use_by_now_is_not_undone_away(
    db: Database, project: Project, labels: LabelStore, ids: list[int]
) -> None:
    cat = labels.add_class(project, "cat", actor="ann")
    labels.set(project, [LabelChange(ids[0], cat.id, "labelled")], actor="bob")
    before = labels.history(project)
    with pytest.raises(ConflictError, match="'cat'") as caught:
        labels.undo(project, actor="ann")
    assert caught.value.hint
    assert labels.history(project) == before
    assert ClassTable(db).get(cat.id).name == "cat"
    labels.undo(project, actor="bob")
    labels.undo(project, actor="ann")
    assert ClassTable(db).list(project.id) == []


def test_a_deletion_is_not_done_again_over_labels_given_since(
    db: Database, project: Project, labels: LabelStore, ids: list[int]
) -> None:
    cat = labels.add_class(project, "cat", actor="ann")
    labels.delete_class(project, cat.id, actor="ann")
    labels.undo(project, actor="ann")
    labels.set(project, [LabelChange(ids[0], cat.id, "labelled")], actor="bob")
    with pytest.raises(ConflictError, match="'cat'"):
        labels.redo(project, actor="ann")
    assert ImageTable(db).get(ids[0]).class_id == cat.id


def test_a_class_edited_by_another_is_not_undone(project: Project, labels: LabelStore) -> None:
    cat = labels.add_class(project, "cat", actor="ann")
    labels.edit_class(project, cat.id, actor="bob", name="tiger")
    with pytest.raises(ConflictError, match="class has been changed"):
        labels.undo(project, actor="ann")


def test_tags_of_a_deleted_class_are_hidden_and_come_back_with_it(
    db: Database, project: Project, labels: LabelStore, ids: list[int]
) -> None:
    wet, red = (labels.add_class(project, name, actor="ann").id for name in ("wet", "red"))
    labels.set(project, [LabelChange(ids[0], None, "labelled", tags=(wet, red))], actor="ann")
    labels.delete_class(project, red, actor="ann")
    assert ImageTable(db).get(ids[0]).tags == (wet,)
    labels.undo(project, actor="ann")
    assert ImageTable(db).get(ids[0]).tags == (wet, red)
