from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sightline.core.errors import ConflictError
from sightline.core.labels import LabelChange
from sightline.store.classes import ClassTable
from sightline.store.exchange import Exchange, NewClass, Wish

if TYPE_CHECKING:
    from sightline.store.db import Database
    from sightline.store.labels import LabelStore
    from sightline.store.projects import Project


def test_classes_labels_tags_and_splits_are_one_step(
    db: Database, project: Project, ids: list[int], labels: LabelStore
) -> None:
    exchange = Exchange(db)
    wishes = [
        Wish(ids[0], 0, status="labelled", class_name="cat", tags=("big", "cat")),
        Wish(ids[1], 0, split="test"),
        Wish(ids[2], 0, status="unsure"),
    ]
    new = [NewClass("cat", "#112233", "1"), NewClass("big", hotkey="1")]
    done = exchange.apply(project, wishes, new, actor="ann", description="import")
    assert done.count == 3
    made = {row.name: row for row in ClassTable(db).list(project.id)}
    assert (made["cat"].colour, made["cat"].hotkey, made["big"].hotkey) == ("#112233", "1", "2")
    now = {one.id: one for one in exchange.now(project.id)}
    first, second = now[ids[0]], now[ids[1]]
    assert (first.class_id, set(first.tags)) == (made["cat"].id, {made["cat"].id, made["big"].id})
    assert (second.split, second.split_fixed, second.status) == (2, True, 0)
    labels.undo(project, actor="ann")
    assert all(
        (one.status, one.tags, one.split_fixed) == (0, (), False)
        for one in exchange.now(project.id)
    )
    assert ClassTable(db).list(project.id) == []


def test_an_image_that_changed_since_stops_all_of_it(
    db: Database, project: Project, ids: list[int], labels: LabelStore
) -> None:
    exchange = Exchange(db)
    labels.set(project, [LabelChange(ids[0], None, "skipped")], actor="bob")
    wishes = [Wish(ids[0], 0, status="unsure"), Wish(ids[1], 0, status="unsure")]
    with pytest.raises(ConflictError):
        exchange.apply(project, wishes, [NewClass("cat")], actor="ann", description="import")
    assert ClassTable(db).list(project.id) == []


def test_times_are_of_what_stands(
    db: Database, project: Project, ids: list[int], labels: LabelStore
) -> None:
    exchange = Exchange(db)
    cat = labels.add_class(project, "cat", actor="ann").id
    labels.set(project, [LabelChange(one, None, "unsure") for one in ids[:2]], actor="ann")
    before = exchange.times(project.id)
    labels.set(project, [LabelChange(one, cat, "labelled") for one in ids[:3]], actor="ann")
    labels.set(project, [LabelChange(ids[0], cat, "labelled")], actor="ann")
    labels.set(project, [LabelChange(ids[1], None, "unlabelled")], actor="ann")
    found = exchange.times(project.id)
    assert found.unsure == {ids[0], ids[1]}
    assert found.first.keys() == {ids[0], ids[2]}
    assert found.first[ids[0]] == before.first[ids[0]]
    assert found.last[ids[0]] == found.last[ids[2]], "saying the same again is no news"
    for _ in range(3):
        labels.undo(project, actor="ann")
    assert exchange.times(project.id) == before
