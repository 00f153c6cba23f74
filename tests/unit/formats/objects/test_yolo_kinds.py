"""YOLO's polygons, oriented boxes and poses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.objects import (
    CLASSES,
    SIDE,
    assert_same,
    numbers,
    pictures,
    rings,
    there_and_back,
)
from sightline.core.geometry.convert import area_of
from sightline.core.geometry.shapes import Box, Keypoints, OrientedBox, Polygon
from sightline.formats.objects.bridges import joined_rings
from sightline.formats.objects.frames import in_pixels
from sightline.formats.objects.records import ObjectRecord, PictureRecord
from sightline.formats.objects.table import open_reader

if TYPE_CHECKING:
    from pathlib import Path


@settings(max_examples=15)
@given(pictures(["ring"]))
def test_polygons_come_back(found: list[PictureRecord]) -> None:
    by_path = {f"images/{one.split}/{one.path[:-4]}": one for one in found}
    for one in there_and_back("yolo-seg", found):
        assert_same(one.objects, by_path[one.path].objects)


@settings(max_examples=15)
@given(pictures(["obb"]))
def test_oriented_boxes_come_back(found: list[PictureRecord]) -> None:
    by_path = {f"images/{one.split}/{one.path[:-4]}": one for one in found}
    for one in there_and_back("yolo-obb", found):
        wanted = by_path[one.path].objects
        for thing, other in zip(one.objects, wanted, strict=True):
            assert isinstance(thing.shape, OrientedBox)
            assert isinstance(other.shape, OrientedBox)
            corners = zip(thing.shape.corners(), other.shape.corners(), strict=True)
            assert all(a == pytest.approx(b, abs=1e-6) for a, b in corners)


@settings(max_examples=15)
@given(pictures(["keypoints", "box"]))
def test_poses_and_objects_without_one_come_back(found: list[PictureRecord]) -> None:
    by_path = {f"images/{one.split}/{one.path[:-4]}": one for one in found}
    for one in there_and_back("yolo-pose", found):
        assert_same(one.objects, by_path[one.path].objects)


def test_a_pose_keeps_the_box_beside_it() -> None:
    shape = Keypoints(((10.0, 10.0, 2), (20.5, 30.0, 1)))
    thing = ObjectRecord(CLASSES[2].name, shape, box=(5.0, 6.0, 50.0, 60.0))
    found = [PictureRecord("a.png", (thing,), SIDE, SIDE, split="train")]
    (back,) = there_and_back("yolo-pose", found)
    assert back.objects[0].box == pytest.approx((5, 6, 50, 60), abs=1e-6)


def halved(ring: tuple[float, ...]) -> tuple[float, ...]:
    """A ring within a ring that has corners about its centre."""
    cx, cy = sum(ring[::2]) / len(ring[::2]), sum(ring[1::2]) / len(ring[::2])
    return tuple((value + (cy if n % 2 else cx)) / 2 for n, value in enumerate(ring))


@settings(max_examples=15)
@given(st.lists(rings(least=5), min_size=1, max_size=3))
def test_holes_and_parts_become_one_ring_of_the_same_area(
    outers: list[tuple[float, ...]],
) -> None:
    apart = [tuple(v + 300 * n for v in ring) for n, ring in enumerate(outers)]
    shape = Polygon(tuple((ring, halved(ring)) for ring in apart))
    ring = joined_rings(shape)
    xs, ys = list(ring[::2]), list(ring[1::2])
    pairs = list(zip(xs, ys, xs[1:] + xs[:1], ys[1:] + ys[:1], strict=True))
    area = abs(sum(x * v - u * y for x, y, u, v in pairs)) / 2
    assert area == pytest.approx(area_of(shape), rel=1e-6, abs=1e-6)
    assert set(numbers(shape)) == set(ring)


def test_a_hole_comes_back_as_a_hole() -> None:
    outer = (10.0, 10.0, 90.0, 10.0, 90.0, 90.0, 10.0, 90.0)
    hole = (40.0, 40.0, 40.0, 60.0, 60.0, 60.0, 60.0, 40.0)
    thing = ObjectRecord("cat", Polygon(((outer, hole),)))
    (back,) = there_and_back("yolo-seg", [PictureRecord("a.png", (thing,), SIDE, SIDE)])
    shape = back.objects[0].shape
    assert isinstance(shape, Polygon)
    assert [len(ring) for ring in shape.parts[0]] == [8, 8]


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        (["0 .1 .1 .3 .1 .3 .2 .1 .2"], "obb"),
        (["0 .1 .1 .3 .1 .3 .2 .1 .2", "0 .1 .1 .3 .1 .3 .2 .1 .2 .0 .15"], "polygon"),
        (["0 .1 .1 .3 .1 .3 .2 .1 .2 .9"], "obb"),
        (["0 .2 .2 .1 .1 .9"], "box"),
    ],
)
def test_what_lines_are_is_seen_from_their_length(
    tmp_path: Path, lines: list[str], kind: str
) -> None:
    tmp_path.joinpath("a.txt").write_text("\n".join(lines))
    with open_reader(tmp_path) as reader:
        (one,) = (in_pixels(one, 100, 80) for one in reader.pictures())
    assert one.objects[0].shape.kind == kind
    assert one.objects[0].score == (0.9 if lines[0].endswith(".9") else None)
    assert [one.name for one in reader.classes] == ["0"]


def test_points_of_a_pose_are_counted_by_the_data_sets_own_word(tmp_path: Path) -> None:
    tmp_path.joinpath("data.yaml").write_text(
        "names: [hand]\nkpt_shape: [2, 2]\nval: valid/images\n"
    )
    labels = tmp_path / "valid" / "labels"
    labels.mkdir(parents=True)
    labels.joinpath("a.txt").write_text("0 .5 .5 .2 .2 .45 .5 0 0\n0 .5 .5 .2 .2 .1 .1 .1\n")
    with open_reader(tmp_path) as reader:
        (one,) = list(reader.pictures())
    assert one.objects[0].shape == Keypoints(((0.45, 0.5, 2), (0.0, 0.0, 0)))
    assert one.split == "val"
    assert "2 x 2" in reader.refused[0].reason


def test_names_by_number_splits_and_pictures_are_found(tmp_path: Path) -> None:
    tmp_path.joinpath("data.yaml").write_text(
        "path: .\ntrain: images/one\nval: [images/two]\nnames: {0: cat, 7: dog}\n"
    )
    for part in ("one", "two"):
        for kind in ("images", "labels"):
            (tmp_path / kind / part).mkdir(parents=True)
        tmp_path.joinpath("images", part, "a.JPG").write_bytes(b"")
        tmp_path.joinpath("labels", part, "a.txt").write_text("7 .5 .5 1 1\n")
    with open_reader(tmp_path) as reader:
        found = list(reader.pictures())
    assert [(one.path, one.split) for one in found] == [
        ("images/one/a.JPG", "train"),
        ("images/two/a.JPG", "val"),
    ]
    assert found[0].objects[0] == ObjectRecord("dog", Box(0, 0, 1, 1))
    assert reader.twins == {"a"}


def test_real_polygons_have_names_of_their_own_beside_those_of_boxes(shared_data: Path) -> None:
    with open_reader(shared_data / "det_coco128" / "polygons_yoloseg") as reader:
        found = list(reader.pictures())
    assert sum(len(one.objects) for one in found) == 746
    assert found[0].objects[0].label == "bowl"
    assert reader.refused_count == 0
