from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from fakes.pictures import new_file
from sightline.core.errors import ConflictError, InvalidInputError, NotFoundError
from sightline.core.geometry.shapes import Box, shape_from_json
from sightline.core.labels import LabelChange
from sightline.core.objects import ImageObject, ObjectChange
from sightline.store import objects as module
from sightline.store.events import EventLog
from sightline.store.images import ImageTable
from sightline.store.objects import ObjectStore
from sightline.store.snapshots import SnapshotStore
from sightline.store.state import StateCache

if TYPE_CHECKING:
    from sightline.store.db import Database
    from sightline.store.labels import LabelStore
    from sightline.store.projects import Project

SHAPES = {
    "box": [0.1, 0.2, 30.3, 40.7],
    "obb": [20.5, 20.25, 10.0, 5.0, -30.5],
    "polygon": [
        [[0.0, 0.0, 9.0, 0.0, 9.0, 9.5], [3.0, 1.0, 5.0, 1.0, 4.0, 2.0]],
        [[20, 20, 30, 20, 30, 30]],
    ],
    "mask": {"size": [2, 3], "counts": [1, 2, 3]},
    "keypoints": [[1.5, 2.5, 2], [0, 0, 0], [7.0, 8.0, 1]],
    "point": [5.125, 6.0],
}


@pytest.fixture
def objects(db: Database) -> ObjectStore:
    return ObjectStore(db)


@pytest.fixture
def car(labels: LabelStore, project: Project) -> int:
    return labels.add_class(project, "car", actor="ann").id


@pytest.fixture
def bus(labels: LabelStore, project: Project) -> int:
    return labels.add_class(project, "bus", actor="ann").id


def box(uid: str, class_id: int, x: float = 0.0, **more: Any) -> ImageObject:
    return ImageObject(uid=uid, class_id=class_id, shape=Box(x, 0.0, x + 10, 10.0), **more)


def uids(objects: ObjectStore, image_id: int) -> list[str]:
    return [one.uid for one in objects.of([image_id]).get(image_id, [])]


def test_every_shape_is_read_back_exactly(
    objects: ObjectStore, project: Project, car: int, ids: list[int]
) -> None:
    drawn = [
        ImageObject(
            uid=f"{at}-{kind}",
            class_id=car,
            shape=shape_from_json(kind, data),
            attributes={"text": 'a "quoted" é', "n": 3, "x": 0.1, "yes": True} if at % 2 else {},
            z=at,
            locked=at == 1,
            hidden=at == 2,
            score=0.3 if at == 3 else None,
            source="engine:yolox" if at == 4 else "person",
        )
        for at, (kind, data) in enumerate(SHAPES.items())
    ]
    done = objects.set(project, [ObjectChange(image_id=ids[0], put=tuple(drawn))], actor="ann")
    assert objects.of(ids[:2]) == {ids[0]: drawn}
    assert objects.form(ids[0])["objects"] == [one.to_json() for one in drawn]
    (state,) = done.images
    assert (state.version, state.review, state.objects) == (1, "in_progress", 6)
    assert done.description == "Add 6 objects in 1 image"


def test_an_entry_holds_only_what_differs_and_undo_and_redo_walk_over_it(
    objects: ObjectStore, labels: LabelStore, project: Project, car: int, ids: list[int]
) -> None:
    many = [box(f"u{at}", car, at) for at in range(20)]
    objects.set(project, [ObjectChange(image_id=ids[0], put=tuple(many))], actor="ann")
    moved = box("u3", car, 500.25)
    change = ObjectChange(
        image_id=ids[0], put=(moved, many[4]), delete=("u5", "nobody"), review="done", version=1
    )
    done = objects.set(project, [change], actor="ann")
    assert done.description == "Change 1, delete 1 objects in 1 image"
    after = objects.form(ids[0])
    assert (len(after["objects"]), after["review"], after["version"]) == (19, "done", 2)
    (newest,) = labels.image_history(project, ids[0], limit=1)
    assert (newest.before["objects"], newest.after["objects"]) == (20, 19)
    assert (newest.before["review"], newest.after["review"]) == ("in_progress", "done")
    labels.undo(project, actor="ann")
    assert objects.of(ids[:1])[ids[0]] == sorted(many, key=lambda one: one.uid)
    assert objects.form(ids[0])["review"] == "in_progress"
    labels.undo(project, actor="ann")
    assert objects.of(ids) == {}
    assert objects.form(ids[0])["review"] == "todo"
    labels.redo(project, actor="ann")
    labels.redo(project, actor="ann")
    assert objects.form(ids[0]) == {**after, "version": 6}


def test_a_stale_change_is_refused_with_what_is_drawn_now(
    objects: ObjectStore, project: Project, car: int, ids: list[int]
) -> None:
    first = ObjectChange(image_id=ids[0], put=(box("a", car),), version=0)
    objects.set(project, [first], actor="ann")
    other = ObjectChange(image_id=ids[1], put=(box("c", car),), version=0)
    with pytest.raises(ConflictError) as caught:
        objects.set(
            project,
            [other, ObjectChange(image_id=ids[0], put=(box("b", car),), version=0)],
            actor="bob",
        )
    assert caught.value.current == [objects.form(ids[0])]
    assert uids(objects, ids[1]) == []


def test_a_change_sent_again_because_its_answer_was_lost_changes_nothing(
    objects: ObjectStore, labels: LabelStore, project: Project, car: int, ids: list[int]
) -> None:
    change = ObjectChange(image_id=ids[0], put=(box("a", car),), delete=("b",), version=0)
    objects.set(project, [change], actor="ann")
    again = objects.set(project, [change], actor="ann")
    assert (again.count, again.images[0].version, again.images[0].objects) == (0, 1, 1)
    assert len(labels.history(project)) == 2


def test_clearing_takes_all_and_keeps_what_comes_again(
    objects: ObjectStore, labels: LabelStore, project: Project, car: int, ids: list[int]
) -> None:
    put = (box("a", car), box("b", car))
    objects.set(project, [ObjectChange(image_id=ids[0], put=put)], actor="ann")
    change = ObjectChange(image_id=ids[0], put=(box("b", car), box("c", car)), clear=True)
    objects.set(project, [change], actor="ann")
    assert uids(objects, ids[0]) == ["b", "c"]
    labels.undo(project, actor="ann")
    assert uids(objects, ids[0]) == ["a", "b"]


def test_what_another_person_drew_since_is_not_undone_away(
    objects: ObjectStore, labels: LabelStore, project: Project, car: int, ids: list[int]
) -> None:
    objects.set(project, [ObjectChange(image_id=ids[0], put=(box("a", car),))], actor="ann")
    objects.set(project, [ObjectChange(image_id=ids[0], put=(box("b", car),))], actor="bob")
    with pytest.raises(ConflictError, match="changed since"):
        labels.undo(project, actor="ann")
    assert uids(objects, ids[0]) == ["a", "b"]


def test_objects_and_labels_are_told_apart(
    db: Database,
    objects: ObjectStore,
    labels: LabelStore,
    project: Project,
    car: int,
    ids: list[int],
) -> None:
    start = EventLog(db).last_id()
    done = objects.set(project, [ObjectChange(image_id=ids[0], put=(box("a", car),))], actor="ann")
    labels.set(project, [LabelChange(ids[0], car, "labelled")], actor="ann")
    told = EventLog(db).since(start)
    assert [one.kind for one in told] == ["objects", "labels"]
    assert told[0].payload == {"project": "pets", "seq": done.seq, "images": [ids[0]], "count": 1}


def test_reviews_and_notes_alone_are_changes(
    objects: ObjectStore, labels: LabelStore, project: Project, ids: list[int]
) -> None:
    change = ObjectChange(image_id=ids[0], review="rejected", note="the tail is missing")
    assert objects.set(project, [change], actor="bob").description == "Mark 1 image rejected"
    form = objects.form(ids[0])
    assert (form["review"], form["note"]) == ("rejected", "the tail is missing")
    labels.undo(project, actor="bob")
    assert (objects.form(ids[0])["review"], objects.form(ids[0])["note"]) == ("todo", "")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"put": (box("a", 999),)}, "999"),
        ({"put": (box("a", 1), box("a", 1, 5))}, "one uid"),
        ({"image_id": 12345, "clear": True}, "12345"),
    ],
)
def test_what_is_not_valid_changes_nothing(
    objects: ObjectStore,
    labels: LabelStore,
    project: Project,
    ids: list[int],
    change: dict[str, Any],
    error: str,
) -> None:
    assert labels.add_class(project, "car", actor="ann").id == 1
    wish = ObjectChange(**{"image_id": ids[0], **change})
    with pytest.raises((NotFoundError, InvalidInputError), match=error):
        objects.set(project, [wish], actor="ann")
    assert objects.of(ids) == {}


def test_deleting_a_class_takes_its_objects_along_and_undo_brings_them_back(
    objects: ObjectStore, labels: LabelStore, project: Project, car: int, bus: int, ids: list[int]
) -> None:
    put = (box("a", car), box("b", bus))
    objects.set(project, [ObjectChange(image_id=ids[0], put=put)], actor="ann")
    objects.set(project, [ObjectChange(image_id=ids[1], put=(box("c", car),))], actor="ann")
    before = objects.of(ids)
    done = labels.delete_class(project, car, actor="ann")
    assert done.count == 2
    assert {key: [one.uid for one in found] for key, found in objects.of(ids).items()} == {
        ids[0]: ["b"]
    }
    labels.undo(project, actor="ann")
    assert objects.of(ids) == before


def test_merging_classes_takes_their_objects_along(
    objects: ObjectStore, labels: LabelStore, project: Project, car: int, bus: int, ids: list[int]
) -> None:
    put = (box("a", car), box("b", bus))
    objects.set(project, [ObjectChange(image_id=ids[0], put=put)], actor="ann")
    labels.merge_classes(project, [car], bus, actor="ann")
    assert [one.class_id for one in objects.of(ids)[ids[0]]] == [bus, bus]
    labels.undo(project, actor="ann")
    assert [one.class_id for one in objects.of(ids)[ids[0]]] == [car, bus]


def test_a_class_that_objects_bear_is_not_undone_away(
    objects: ObjectStore, labels: LabelStore, project: Project, car: int, ids: list[int]
) -> None:
    objects.set(project, [ObjectChange(image_id=ids[0], put=(box("a", car),))], actor="bob")
    with pytest.raises(ConflictError, match="'car'"):
        labels.undo(project, actor="ann")
    labels.delete_class(project, car, actor="ann")
    with pytest.raises(ConflictError):
        labels.undo(project, actor="bob")


def test_a_snapshot_holds_objects_and_brings_them_back_in_one_step(
    db: Database, objects: ObjectStore, labels: LabelStore, project: Project, ids: list[int]
) -> None:
    car = labels.add_class(project, "car", actor="ann").id
    snapshots = SnapshotStore(db)
    put = (box("a", car), box("b", car, 3.5))
    objects.set(
        project, [ObjectChange(image_id=ids[0], put=put, review="done", note="x")], actor="ann"
    )
    kept = snapshots.create(project, "kept", actor="ann")
    change = ObjectChange(image_id=ids[0], put=(box("b", car, 4.5),), delete=("a",), review="todo")
    objects.set(project, [change, ObjectChange(image_id=ids[1], put=(box("c", car),))], actor="ann")
    told = snapshots.diff(project, kept.id, None)
    assert told.changed == 2
    assert told.summary == (("2 objects", "1 objects", 1), ("0 objects", "1 objects", 1))
    assert told.images[0].before is not None
    assert told.images[0].before["objects"] == 2
    later = objects.of(ids)
    snapshots.restore(project, kept.id, actor="ann")
    assert objects.of(ids) == {ids[0]: list(put)}
    assert (objects.form(ids[0])["review"], objects.form(ids[0])["note"]) == ("done", "x")
    labels.undo(project, actor="ann")
    assert objects.of(ids) == later


def test_an_import_is_written_in_parts_and_undone_as_one_step(
    objects: ObjectStore,
    labels: LabelStore,
    project: Project,
    car: int,
    ids: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "PART", 5)
    wishes = [
        ObjectChange(image_id=ids[at % 4], put=tuple(box(f"{at}-{n}", car, n) for n in range(3)))
        for at in range(6)
    ]
    done = objects.bulk(project, iter(wishes), actor="ann", description="Import 18 objects")
    assert (done.count, done.changed) == (6, 6)
    newest, *older = labels.history(project)
    assert (newest.description, newest.count, newest.seq) == ("Import 18 objects", 6, done.seq)
    assert [one.kind for one in older] == ["classes"]
    after = objects.of(ids)
    assert sum(len(found) for found in after.values()) == 18
    undone = labels.undo(project, actor="ann")
    assert undone.description == "Undo: Import 18 objects"
    assert objects.of(ids) == {}
    assert all(objects.form(one)["review"] == "todo" for one in ids)
    labels.redo(project, actor="ann")
    assert objects.of(ids) == after
    labels.undo(project, actor="ann")
    assert objects.of(ids) == {}


def test_undoing_an_import_that_somebody_drew_over_changes_nothing(
    objects: ObjectStore,
    labels: LabelStore,
    project: Project,
    car: int,
    ids: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "PART", 1)
    wishes = [ObjectChange(image_id=one, put=(box("a", car),)) for one in ids[:3]]
    objects.bulk(project, wishes, actor="ann", description="Import")
    objects.set(project, [ObjectChange(image_id=ids[0], put=(box("b", car),))], actor="bob")
    before = objects.of(ids)
    with pytest.raises(ConflictError):
        labels.undo(project, actor="ann")
    assert objects.of(ids) == before


def test_objects_stream_by_ordinal_with_every_image(
    db: Database, objects: ObjectStore, project: Project, car: int, bus: int, ids: list[int]
) -> None:
    put = (box("a", car), box("b", bus))
    objects.set(project, [ObjectChange(image_id=ids[3], put=put)], actor="ann")
    ImageTable(db).register(project, [new_file(number) for number in range(100, 100 + 600)])
    found = list(objects.stream(project, [bus]))
    assert [row.ordinal for row, _ in found] == list(range(610))
    assert [(row.id, [one.uid for one in some]) for row, some in found if some] == [(ids[3], ["b"])]
    assert found[3][0].objects == 2
    assert objects.counts(project) == {car: 1, bus: 1}


def test_many_objects_get_another_class_or_go_as_one_step(
    objects: ObjectStore, labels: LabelStore, project: Project, car: int, bus: int, ids: list[int]
) -> None:
    for one in ids[:2]:
        put = (box("a", car), box("b", car))
        objects.set(project, [ObjectChange(image_id=one, put=put)], actor="ann")
    named = {ids[0]: ["a", "gone"], ids[1]: ["a", "b"]}
    done = objects.reclass(project, named, bus, actor="ann", description="3 objects: bus")
    assert done.count == 2
    assert objects.counts(project) == {car: 1, bus: 3}
    objects.reclass(project, named, None, actor="ann", description="Delete 3 objects")
    assert objects.counts(project) == {car: 1}
    labels.undo(project, actor="ann")
    labels.undo(project, actor="ann")
    assert objects.counts(project) == {car: 4}


def test_the_state_of_all_images_follows(
    db: Database, objects: ObjectStore, project: Project, car: int, ids: list[int]
) -> None:
    cache = StateCache(db)
    assert cache.get(project.id).review.tolist() == [0] * 10
    put = (box("a", car), box("b", car))
    change = ObjectChange(image_id=ids[2], put=put, review="reviewed")
    objects.set(project, [change], actor="ann")
    state = cache.get(project.id)
    assert (state.review[2], state.objects[2], state.objects.sum()) == (3, 2, 2)
