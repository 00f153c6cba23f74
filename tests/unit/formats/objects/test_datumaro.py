"""Datumaro's JSON, there and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings

from fakes.objects import (
    CLASSES,
    assert_all_comes_back,
    pictures,
    read_as,
)
from sightline.core.errors import InvalidInputError
from sightline.core.geometry import masks
from sightline.core.geometry.shapes import Box, Keypoints, Mask, OrientedBox, Point, Polygon
from sightline.formats.objects.records import PictureRecord
from sightline.formats.objects.table import open_reader, writer_of
from sightline.formats.sinks import FolderSink

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.formats.objects.records import ObjectReader

KINDS = ["box", "obb", "ring", "holed", "mask", "keypoints", "point"]
ITEMS: list[dict[str, Any]] = [
    {
        "id": "street/0001",
        "annotations": [
            {"id": 0, "type": "label", "attributes": {}, "group": 0, "label_id": 2},
            {"id": 1, "type": "bbox", "attributes": {"occluded": True, "plate": "AB 1"},
             "group": 4, "label_id": 0, "z_order": 3, "bbox": [1.5, 2.25, 30.0, 20.5]},
            {"id": 2, "type": "bbox", "attributes": {"rotation": 90.0}, "group": 0,
             "label_id": 0, "z_order": 0, "bbox": [10.0, 10.0, 20.0, 10.0]},
            {"id": 3, "type": "polygon", "attributes": {}, "group": 9, "label_id": 0,
             "points": [1.0, 1.0, 5.0, 1.0, 5.0, 5.0], "z_order": 0},
            {"id": 4, "type": "polygon", "attributes": {}, "group": 9, "label_id": 0,
             "points": [7.0, 1.0, 9.0, 1.0, 9.0, 5.0], "z_order": 0},
            {"id": 5, "type": "points", "attributes": {}, "group": 0, "label_id": 1,
             "points": [3.0, 4.0, 0.0, 0.0], "z_order": 0, "visibility": [1, 0]},
            {"id": 6, "type": "points", "attributes": {"score": 0.5}, "group": 0, "label_id": 1,
             "points": [3.0, 4.0], "z_order": 0, "visibility": [2]},
            {"id": 7, "type": "ellipse", "attributes": {}, "group": 0, "label_id": 0,
             "points": [0.0, 0.0, 8.0, 4.0], "z_order": 0},
            {"id": 8, "type": "rotated_bbox", "attributes": {}, "group": 0, "label_id": 0,
             "points": [20.0, 20.0, 8.0, 4.0, 30.0], "z_order": 0},
            {"id": 9, "type": "skeleton", "attributes": {}, "group": 0, "label_id": 1,
             "elements": [{"type": "points", "points": [1.0, 2.0], "visibility": [2]},
                          {"type": "points", "points": [5.0, 6.0], "visibility": [1]}]},
            {"id": 10, "type": "polyline", "attributes": {}, "group": 0, "label_id": 0,
             "points": [0.0, 0.0, 8.0, 4.0], "z_order": 0},
            {"id": 11, "type": "caption", "attributes": {}, "group": 0, "caption": "a street"},
        ],
        "attr": {"frame": 0},
        "image": {"path": "street_0001.png", "size": [480, 640]},
    },
    {"id": "empty", "annotations": [], "image": {"path": "empty.jpg"}},
]  # fmt: skip
CATEGORIES = {
    "label": {
        "labels": [{"name": one, "parent": "", "attributes": []} for one in ("car", "man", "rain")],
        "label_groups": [],
        "attributes": ["occluded"],
    },
    "points": {"items": [{"label_id": 1, "labels": ["a", "b"], "joints": [[1, 2]]}]},
}
DOCUMENT = {
    "dm_format_version": "1.0",
    "media_type": 2,
    "infos": {},
    "categories": CATEGORIES,
    "items": ITEMS,
}


def read(tmp_path: Path, document: Any) -> tuple[list[PictureRecord], ObjectReader]:
    file = tmp_path / "annotations" / "train.json"
    return read_as(file, document, "datumaro", root=tmp_path)


def with_one(**row: Any) -> dict[str, Any]:
    good = {"type": "bbox", "label_id": 0, "bbox": [1, 2, 3, 4]}
    return DOCUMENT | {"items": [{"id": "a", "annotations": [good | row, good]}]}


@settings(max_examples=25)
@given(pictures(KINDS, attributes=True, scores=True))
def test_every_shape_comes_back_as_it_was(found: list[PictureRecord]) -> None:
    assert_all_comes_back("datumaro", found)


def test_a_data_set_as_datumaro_writes_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "images" / "train").mkdir(parents=True)
    (tmp_path / "images" / "train" / "street_0001.png").write_bytes(b"")
    found, reader = read(tmp_path, DOCUMENT)
    one, empty = found
    assert one.file == "images/train/street_0001.png"
    assert (one.path, one.split, one.width, one.height) == ("street/0001.png", "train", 640, 480)
    assert (one.label, empty.path, empty.objects) == ("rain", "empty.jpg", ())
    turned, two, keys, point, ellipse, oriented, bones, car = one.objects
    assert turned.shape == OrientedBox(20.0, 15.0, 20.0, 10.0, 90.0)
    assert isinstance(two.shape, Polygon)
    assert len(two.shape.parts) == 2
    assert keys.shape == Keypoints(((3.0, 4.0, 1), (0.0, 0.0, 0)))
    assert (point.shape, point.score) == (Point(3.0, 4.0), 0.5)
    assert ellipse.shape.bounds()[2] == pytest.approx(8, abs=0.01)
    assert oriented.shape == OrientedBox(20.0, 20.0, 8.0, 4.0, 30.0)
    assert bones.shape == Keypoints(((1.0, 2.0, 2), (5.0, 6.0, 1)))
    assert car.shape == Box(1.5, 2.25, 31.5, 22.75)
    assert car.attributes == {"occluded": True, "plate": "AB 1", "group": 4}
    assert [one.name for one in reader.classes] == ["car", "man", "rain"]
    assert reader.classes[1].skeleton == {"names": ["a", "b"], "edges": [[0, 1]]}
    reasons = [one.reason for one in reader.refused]
    assert reasons == ["a line has no area", "a caption is of no class"]


def test_pictures_of_a_data_set_are_found(tmp_path: Path) -> None:
    out = tmp_path / "out"
    pictures = []
    for folder in ("a", "b"):
        source = tmp_path / f"{folder}.png"
        source.write_bytes(folder.encode())
        path = f"{folder}/same.png"
        pictures.append(PictureRecord(path, (), 9, 9, split="val", source=str(source)))
    out.mkdir()
    writer_of("datumaro")(FolderSink(out), pictures, CLASSES, tmp_path, images="copy")
    with open_reader(out) as reader:
        files = [one.file for one in reader.pictures()]
    assert files == ["images/val/a/same.png", "images/val/b/same.png"]


def test_categories_may_stand_behind_the_items(tmp_path: Path) -> None:
    document = {"items": ITEMS, "categories": CATEGORIES}
    assert len(read(tmp_path, document)[0][0].objects) == 8


def test_a_mask_is_read(tmp_path: Path) -> None:
    runs = {"counts": "52203", "size": [9, 10]}
    found, reader = read(tmp_path, with_one(type="mask", rle=runs))
    if not reader.refused:
        assert isinstance(found[0].objects[0].shape, Mask)
        assert masks.decode(found[0].objects[0].shape).any()


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"bbox": [1, 2, 0, 4]}, "no area"),
        ({"bbox": [1, 2, float("nan"), 4]}, "infinite or none"),
        ({"bbox": [1, 2, 3]}, "not enough values"),
        ({"bbox": ["1", 2, 3, 4]}, "concatenate"),
        ({"bbox": None}, "unpack"),
        ({"label_id": 7}, "beyond the 3 labels"),
        ({"label_id": "car"}, "beyond"),
        ({"type": "polygon", "points": [1, 2, 3, 4]}, "three points"),
        ({"type": "points", "points": [1, 2, 3], "visibility": [2, 2]}, "shorter"),
        ({"type": "mask", "rle": {"counts": "~", "size": [9, 9]}}, "no COCO text"),
        ({"type": "cuboid_3d"}, "no place in a picture"),
        ({"type": ["bbox"]}, "unhashable"),
        ({"z_order": "top"}, "invalid literal"),
    ],
)
def test_a_bad_annotation_is_left_out_with_its_reason(
    tmp_path: Path, row: dict[str, Any], why: str
) -> None:
    found, reader = read(tmp_path, with_one(**row))
    assert [one.shape for one in found[0].objects] == [Box(1.0, 2.0, 4.0, 6.0)]
    assert reader.refused_count == 1
    assert why in reader.refused[0].reason


def test_an_item_that_is_none_is_left_out(tmp_path: Path) -> None:
    items = [7, {"annotations": []}, {"id": ""}, {"id": "a", "image": {"size": [1]}}]
    found, reader = read(tmp_path, DOCUMENT | {"items": items})
    assert found == []
    assert reader.refused_count == 4


@pytest.mark.parametrize(
    "document", ["", "[]", "{}", '{"items": [', '{"categories": 7, "items": []}', "{"]
)
def test_what_is_no_data_set_is_refused(tmp_path: Path, document: str) -> None:
    with pytest.raises(InvalidInputError) as told:
        read(tmp_path, document)
    assert told.value.hint
