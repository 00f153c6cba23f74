from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.pictures import new_file
from sightline.core.labels import LabelChange
from sightline.store.db import Database
from sightline.store.images import ImageTable
from sightline.store.labels import LabelStore
from sightline.store.state import StateCache

if TYPE_CHECKING:
    from sightline.store.projects import Project


def test_the_state_follows_labels_and_new_images(
    db: Database, labels: LabelStore, project: Project, ids: list[int]
) -> None:
    cache = StateCache(db)
    before = cache.get(project.id)
    cat = labels.add_class(project, "cat", actor="ann")
    labels.set(project, [LabelChange(ids[4], cat.id, "labelled")], actor="ann")
    ImageTable(db).register(project, [new_file(20, split="test")])
    after = cache.get(project.id)
    assert after.size == 11
    assert after.class_id.tolist() == [-1] * 4 + [cat.id] + [-1] * 6
    assert after.status[4] == 1
    assert after.split[10] == 2
    assert before.status.sum() == 0, "what was given out stays as it was"
    assert cache.get(project.id) is after


def test_the_state_sees_what_another_process_wrote(
    db: Database, labels: LabelStore, project: Project, ids: list[int]
) -> None:
    cache = StateCache(db)
    cat = labels.add_class(project, "cat", actor="ann")
    cache.get(project.id)
    other = Database(db.url)
    LabelStore(other).set(project, [LabelChange(ids[0], cat.id, "labelled")], actor="bob")
    other.close()
    assert cache.get(project.id).class_id[0] == cat.id


def test_the_state_follows_tags_given_changed_and_taken_back(
    db: Database, labels: LabelStore, project: Project, ids: list[int]
) -> None:
    cache = StateCache(db)
    red = labels.add_class(project, "red", actor="ann").id
    big = labels.add_class(project, "big", actor="ann").id
    labels.set(
        project,
        [
            LabelChange(ids[2], None, "labelled", tags=(red, big)),
            LabelChange(ids[7], None, "labelled", tags=(big,)),
        ],
        actor="ann",
    )
    before = cache.get(project.id)
    assert before.tags.of(2) == [red, big]
    labels.set(project, [LabelChange(ids[2], None, "labelled", tags=(red,))], actor="ann")
    labels.set(project, [LabelChange(ids[0], red, "labelled")], actor="ann")
    after = cache.get(project.id)
    assert [after.tags.of(one) for one in (0, 2, 7)] == [[], [red], [big]]
    assert before.tags.of(2) == [red, big], "what was given out stays as it was"
    labels.undo(project, actor="ann")
    labels.undo(project, actor="ann")
    assert cache.get(project.id).tags.of(2) == [red, big]
    labels.delete_class(project, big, actor="ann")
    assert StateCache(db).get(project.id).tags.of(7) == [], "a deleted class takes its tags along"
