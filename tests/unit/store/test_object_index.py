from __future__ import annotations

from typing import TYPE_CHECKING

from sightline.core.geometry.shapes import Box, Point
from sightline.core.objects import ImageObject, ObjectChange
from sightline.store.object_index import ObjectIndex
from sightline.store.objects import ObjectStore

if TYPE_CHECKING:
    from sightline.store.db import Database
    from sightline.store.labels import LabelStore
    from sightline.store.projects import Project


def test_the_arrays_follow_what_is_drawn(
    db: Database, labels: LabelStore, project: Project, ids: list[int]
) -> None:
    car = labels.add_class(project, "car", actor="ann").id
    objects, index = ObjectStore(db), ObjectIndex(db)
    seq, none = index.get(project.id)
    assert (len(none), index.get(project.id)[1]) == (0, none)

    def box(uid: str, x: float) -> ImageObject:
        return ImageObject(uid=uid, class_id=car, shape=Box(x, 1.0, x + 2.5, 3.0))

    point = ImageObject(uid="p", class_id=car, shape=Point(5.5, 6.0))
    changes = [
        ObjectChange(image_id=ids[4], put=(box("b", 2.0), box("a", 1.0))),
        ObjectChange(image_id=ids[2], put=(point,)),
    ]
    objects.set(project, changes, actor="ann")
    later, found = index.get(project.id)
    assert later > seq
    assert found.ordinal.tolist() == [2, 4, 4]
    assert found.uid.tolist() == [b"p", b"a", b"b"]
    assert found.kind.tolist() == [5, 0, 0]
    assert found.bounds.tolist() == [[5.5, 6, 5.5, 6], [1, 1, 3.5, 3], [2, 1, 4.5, 3]]
    assert found.size.shape == (3, 2)
    objects.set(project, [ObjectChange(image_id=ids[4], delete=("a",))], actor="ann")
    assert index.get(project.id)[1].uid.tolist() == [b"p", b"b"]
    labels.undo(project, actor="ann")
    assert index.get(project.id)[1].uid.tolist() == [b"p", b"a", b"b"]
    objects.set(project, [ObjectChange(image_id=ids[0], review="done")], actor="ann")
    assert len(index.get(project.id)[1]) == 3
