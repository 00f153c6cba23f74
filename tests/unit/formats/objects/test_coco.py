"""COCO's JSON, there and back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings

from fakes.objects import assert_same, pictures, there_and_back
from sightline.core.errors import InvalidInputError
from sightline.formats.objects.table import open_reader

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.formats.objects.records import PictureRecord

KINDS = ["box", "obb", "polygon", "mask", "keypoints", "point"]


@settings(max_examples=25)
@given(pictures(KINDS, attributes=True, scores=True))
def test_every_shape_comes_back_as_it_was(found: list[PictureRecord]) -> None:
    back = there_and_back("coco", found)
    by_path = {one.path: one for one in found}
    assert {one.path for one in back} == set(by_path)
    for one in back:
        wanted = by_path[one.path]
        assert one.split == wanted.split
        assert_same(one.objects, wanted.objects)
        pairs = zip(one.objects, wanted.objects, strict=True)
        assert all(a.attributes == b.attributes and a.score == b.score for a, b in pairs)


def test_real_polygons_and_boxes_are_read(shared_data: Path) -> None:
    with open_reader(shared_data / "seg_facade") as reader:
        facade = list(reader.pictures())
        assert [one.name for one in reader.classes][:2] == ["facade", "balcony-fence"]
    assert len(facade) == 48
    assert sum(len(one.objects) for one in facade) == 1642
    assert all(one.file.startswith("images/") for one in facade)
    with open_reader(shared_data / "det_chess") as reader:
        assert sum(len(one.objects) for one in reader.pictures()) == 164


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"bbox": [1, 2, -3, 4]}, "no area"),
        ({"bbox": [1, 2, float("nan"), 4]}, "no area"),
        ({"bbox": ["x", 2, 3, 4]}, "no number"),
        ({"category_id": 9}, "not among the categories"),
        ({"image_id": 9}, "of no image"),
        ({"segmentation": [[1, 2, 3, 4]]}, "three points"),
        ({"segmentation": {"size": [5, 5], "counts": [25]}}, "5 x 5"),
        ({"segmentation": {"size": [80, 100], "counts": "~~~"}}, "no COCO text"),
        ({"keypoints": [1, 2]}, "visibility"),
    ],
)
def test_a_bad_annotation_is_left_out_with_its_reason(
    tmp_path: Path, change: dict[str, Any], why: str
) -> None:
    good = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]}
    data = {
        "annotations": [good, good | {"id": 2} | change],
        "categories": [{"id": 1, "name": "cat"}],
        "images": [{"id": 1, "file_name": "a.png", "width": 100, "height": 80}],
    }
    path = tmp_path / "labels.json"
    path.write_text(json.dumps(data))
    with open_reader(path) as reader:
        (one,) = list(reader.pictures())
    assert len(one.objects) == 1
    assert reader.refused_count == 1
    assert why in reader.refused[0].reason


def test_a_file_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "labels.json"
    path.write_text('{"images": [{"id": 1, "file_name": "a.png"}], "annotations": [{"id"')
    with open_reader(path) as reader, pytest.raises(InvalidInputError, match="no valid JSON"):
        list(reader.pictures())


def test_files_that_tell_of_the_same_pictures_again_are_left_out(tmp_path: Path) -> None:
    data: dict[str, Any] = {
        "images": [{"id": 1, "file_name": "a.png", "width": 100, "height": 80}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]}],
        "categories": [{"id": 1, "name": "cat"}],
    }
    for name in ("captions_train", "instances_train", "person_keypoints_train"):
        (tmp_path / f"{name}.json").write_text(json.dumps(data))
    with open_reader(tmp_path) as reader:
        assert len(list(reader.pictures())) == 1
    wheres = [one.where for one in reader.refused]
    assert wheres == ["captions_train.json", "person_keypoints_train.json"]
