"""JSON of labelme and X-AnyLabeling, there and back."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings

from fakes.objects import CLASSES, assert_same, pictures, there_and_back
from sightline.core.errors import InvalidInputError
from sightline.core.geometry import masks
from sightline.core.geometry.shapes import Box, Keypoints, Mask, OrientedBox, Point, Polygon
from sightline.formats.objects import windows
from sightline.formats.objects.table import open_reader

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.formats.objects.records import ObjectReader, PictureRecord

KINDS = ["box", "obb", "ring", "holed", "mask", "keypoints", "point"]
PNG = base64.b64encode(windows.png_of(np.array([[1, 0], [1, 1]], np.bool_))).decode()


def shape(kind: str, *points: list[Any], **more: Any) -> dict[str, Any]:
    """Return a shape as labelme writes it."""
    return {
        "label": "car",
        "points": list(points),
        "group_id": None,
        "description": "",
        "shape_type": kind,
        "flags": {},
        "mask": None,
    } | more


def document(*shapes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "version": "5.4.1",
        "flags": {},
        "shapes": list(shapes),
        "imagePath": "a.jpg",
        "imageData": None,
        "imageHeight": 80,
        "imageWidth": 100,
    } | more


def read(tmp_path: Path, found: Any) -> tuple[PictureRecord, ObjectReader]:
    path = tmp_path / "a.json"
    path.write_text(found if isinstance(found, str) else json.dumps(found))
    with open_reader(path, "labelme") as reader:
        (one,) = list(reader.pictures())
    return one, reader


@settings(max_examples=25)
@given(pictures(KINDS, attributes=True, scores=True))
def test_every_shape_comes_back_as_it_was(found: list[PictureRecord]) -> None:
    named = [
        replace(one, label=CLASSES[0].name, tags=("wet", "dark")[:at])
        for at, one in enumerate(found)
    ]
    back = there_and_back("labelme", named)
    by_name = {one.path.rpartition("/")[2]: one for one in named}
    assert {one.path.rpartition("/")[2] for one in back} == set(by_name)
    for one in back:
        wanted = by_name[one.path.rpartition("/")[2]]
        assert wanted.path.endswith(one.path)  # a folder around all of a data set is no part of it
        assert (one.split, one.label, one.tags) == (wanted.split, wanted.label, wanted.tags)
        assert_same(one.objects, wanted.objects)
        pairs = zip(one.objects, wanted.objects, strict=True)
        assert all(a.attributes == b.attributes and a.score == b.score for a, b in pairs)


def test_a_file_of_labelme_is_read(tmp_path: Path) -> None:
    one, reader = read(
        tmp_path,
        document(
            shape("rectangle", [40.5, 30.0], [10.0, 20.25], group_id=3, flags={"wet": True}),
            shape("polygon", [1, 1], [9, 1], [9, 9], group_id=5),
            shape("polygon", [11, 1], [19, 1], [19, 9], group_id=5),
            shape("circle", [50, 40], [53, 44]),
            shape("point", [5.5, 6.5], label="nose"),
            shape("points", [1, 2], [3, 4]),
            shape("mask", [10, 20], [11, 21], mask=PNG),
            shape("oriented_rectangle", [10, 10], [10, 30], [0, 30], [0, 10]),
            shape("line", [1, 1], [2, 2]),
            shape("linestrip", [1, 1], [2, 2], [3, 3]),
            flags={"rain": True, "snow": False},
        ),
    )
    assert (one.path, one.width, one.height, one.label) == ("a.jpg", 100, 80, "rain")
    car, two, circle, nose, points, mask, turned = one.objects
    assert car.shape == Box(10.0, 20.25, 40.5, 30.0)
    assert car.attributes == {"wet": True, "group": 3}
    assert isinstance(two.shape, Polygon)
    assert len(two.shape.parts) == 2
    assert circle.shape.bounds() == pytest.approx((45, 35, 55, 45), abs=0.01)
    assert (nose.label, nose.shape) == ("nose", Point(5.5, 6.5))
    assert points.shape == Keypoints(((1.0, 2.0, 2), (3.0, 4.0, 2)))
    assert isinstance(mask.shape, Mask)
    pixels = masks.decode(mask.shape)
    assert pixels.shape == (80, 100)
    assert sorted(zip(*np.nonzero(pixels), strict=True)) == [(20, 10), (21, 10), (21, 11)]
    assert turned.shape.bounds() == pytest.approx((0, 10, 10, 30))
    assert [one.reason for one in reader.refused] == ["a line has no area"] * 2


def test_a_file_of_x_anylabeling_is_read(tmp_path: Path) -> None:
    more = {"score": 0.5, "difficult": True, "attributes": {"colour": "red"}, "kie_linking": []}
    corners = ([20.0, 10.0], [20.0, 50.0], [0.0, 50.0], [0.0, 10.0])
    one, reader = read(
        tmp_path,
        document(
            shape("rotation", *corners, direction=1.5707963267948966, **more),
            shape("rectangle", [1, 2], [8, 2], [8, 9], [1, 9], description="far away"),
            shape("quadrilateral", [0, 0], [10, 0], [8, 5], [2, 5]),
            shape("cuboid", *corners),
            imagePath="..\\pictures\\a b.jpg",
        ),
    )
    turned, box, quad = one.objects
    assert turned.shape == OrientedBox(10.0, 30.0, 40.0, 20.0, 90.0)
    assert (turned.score, turned.attributes) == (0.5, {"difficult": True, "colour": "red"})
    assert (box.shape, box.attributes) == (Box(1, 2, 8, 9), {"description": "far away"})
    assert isinstance(quad.shape, Polygon)
    assert one.path == "pictures/a b.jpg"
    assert reader.refused[0].reason == "a cuboid has no place in a picture"


def test_pictures_are_found_from_where_the_label_file_lies(tmp_path: Path) -> None:
    for folder, name in (("labels", "../images/a.jpg"), ("b", "a.jpg")):
        (tmp_path / folder).mkdir()
        text = json.dumps(document(imagePath=name))
        (tmp_path / folder / "a.json").write_text(text)
    (tmp_path / "images").mkdir()
    for name in ("images/a.jpg", "b/a.jpg"):
        (tmp_path / name).write_bytes(b"")
    with open_reader(tmp_path) as reader:
        found = [(one.path, one.file) for one in reader.pictures()]
    assert found == [("b/a.jpg", "b/a.jpg"), ("images/a.jpg", "images/a.jpg")]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (shape("rectangle", [1, 1], [1, 9]), "no area"),
        (shape("rectangle", [1, 1]), "a rectangle of 1"),
        (shape("rectangle", [1, float("nan")], [2, 9]), "none"),
        (shape("rectangle", [1, 1], ["x", 9]), "could not convert"),
        (shape("polygon", [1, 1], [2, 2]), "three points"),
        (shape("polygon", [1, 1], [2, 1], [3, 1]), "no area"),
        (shape("rotation", [1, 1], [2, 2]), "an oriented box of 2"),
        (shape("circle", [1, 1], [1, 1]), "no area"),
        (shape("mask", [1, 1], [2, 2], mask="%%%"), "base64"),
        (shape("mask", [1, 1], [2, 2], mask="AAAA"), "no PNG"),
        (shape("mask", [1, 1], [2, 2]), "NoneType"),
        (shape("mask", [900, 1], [901, 2], mask=PNG), "no pixel"),
        ({"label": "a"}, "it has no points"),
        ({"points": [[1, 1], [2, 2], [3, 1]]}, "it has no label"),
        (7, "attribute"),
        (shape("point", [1, 1], group_id=1,
               attributes={"keypoint": 5, "keypoints": 2, "visibility": 2}), "point 5 of 2"),
    ],
)  # fmt: skip
def test_a_bad_shape_is_left_out_with_its_reason(tmp_path: Path, bad: Any, why: str) -> None:
    one, reader = read(tmp_path, document(bad, shape("point", [1, 2])))
    assert [thing.shape for thing in one.objects] == [Point(1.0, 2.0)]
    assert reader.refused[0].where == "a.json: shape 1"
    assert why in reader.refused[0].reason


def test_a_damaged_file_among_others_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(document()).encode())
    (tmp_path / "b.json").write_text(json.dumps(document())[:50])
    (tmp_path / "c.json").write_text("[]")
    with open_reader(tmp_path, "labelme") as reader:
        assert len(list(reader.pictures())) == 1
    assert [one.where for one in reader.refused] == ["b.json", "c.json"]


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"shapes": 7}', '{"shapes": ['])
def test_a_single_file_that_is_damaged_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidInputError) as told:
        read(tmp_path, text)
    assert told.value.hint


def test_a_folder_without_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="no JSON"), open_reader(tmp_path, "labelme"):
        pass
