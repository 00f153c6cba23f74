"""What objects from elsewhere change in an image."""

from __future__ import annotations

from sightline.core.geometry.shapes import Box, Keypoints, Point, Polygon, Shape
from sightline.core.objects import ImageObject
from sightline.formats.objects.records import ObjectRecord
from sightline.label.object_plan import matched, plan_objects

NAMES = {1: "Cat", 2: "dog"}


def there(uid: str, shape: Shape, class_id: int = 1) -> ImageObject:
    return ImageObject(uid=uid, class_id=class_id, shape=shape)


def test_the_same_is_of_one_class_one_kind_and_overlaps() -> None:
    ring = (0.0, 0.0, 100.0, 0.0, 100.0, 100.0, 0.0, 100.0)
    now = [
        there("box", Box(0, 0, 100, 100)),
        there("point", Point(5, 5)),
        there("pose", Keypoints(((1.0, 1.0, 2),))),
    ]
    wanted = [
        ObjectRecord("cat", Box(0, 0, 100, 98)),
        ObjectRecord("cat", Box(0, 0, 100, 90)),
        ObjectRecord("dog", Box(0, 0, 100, 100)),
        ObjectRecord("cat", Polygon(((ring,),))),
        ObjectRecord("cat", Point(5.5, 4.5)),
        ObjectRecord("cat", Point(7, 5)),
        ObjectRecord("cat", Keypoints(((1.5, 1.0, 2),))),
        ObjectRecord("cat", Keypoints(((1.5, 1.0, 2), (1.0, 1.0, 2)))),
    ]
    found = [one and one.uid for one in matched(now, NAMES, wanted)]
    assert found == ["box", None, None, None, "point", None, "pose", None]


def test_of_two_that_overlap_the_equal_one_is_meant() -> None:
    now = [there("a", Box(0, 0, 100, 100)), there("b", Box(0, 0, 100, 99))]
    wanted = [ObjectRecord("cat", Box(0, 0, 100, 99)), ObjectRecord("cat", Box(0, 0, 100, 100))]
    plan = plan_objects(now, NAMES, wanted, "replace")
    assert (plan.same, plan.add, plan.change, plan.delete) == (2, [], [], [])


def test_two_wanted_ones_do_not_share_one_place_when_they_replace() -> None:
    now = [there("a", Box(0, 0, 100, 100))]
    wanted = [ObjectRecord("cat", Box(0, 0, 100, 100)), ObjectRecord("cat", Box(0, 0, 100, 99))]
    plan = plan_objects(now, NAMES, wanted, "replace")
    assert (plan.same, len(plan.add), plan.delete) == (1, 1, [])


def test_an_image_without_wanted_objects_is_emptied_by_replace_only() -> None:
    now = [there("a", Box(0, 0, 9, 9))]
    assert plan_objects(now, NAMES, [], "replace").delete == ["a"]
    assert not plan_objects(now, NAMES, [], "merge")
    assert not plan_objects(now, NAMES, [ObjectRecord("dog", Box(0, 0, 5, 5))], "add")
