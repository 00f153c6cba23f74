"""Label Studio's JSON, there and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.objects import (
    assert_all_comes_back,
    masks,
    pictures,
    read_as,
)
from sightline.core.errors import InvalidInputError
from sightline.core.geometry.masks import decode, encode
from sightline.core.geometry.shapes import Box, Keypoints, Mask, OrientedBox, Point, Polygon
from sightline.formats.objects.brush import brush_of, mask_of_brush
from sightline.formats.objects.labelstudio_tasks import place_of

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.formats.objects.records import ObjectReader, PictureRecord

KINDS = ["box", "obb", "ring", "holed", "mask", "keypoints", "point"]


def result(kind: str, value: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a result as Label Studio exports it."""
    return {
        "id": f"r{abs(hash((kind, str(value), str(more)))) % 10**9}",
        "type": kind,
        "from_name": "label",
        "to_name": "img",
        "original_width": 200,
        "original_height": 100,
        "image_rotation": 0,
        "value": value,
    } | more


def rectangle(x: float, y: float, width: float, height: float, **more: Any) -> dict[str, Any]:
    value = {"x": x, "y": y, "width": width, "height": height, "rotation": 0}
    return result("rectanglelabels", value | {"rectanglelabels": ["car"]} | more)


def task(*results: Any, **more: Any) -> dict[str, Any]:
    return {
        "id": 7,
        "data": {"image": "/data/upload/3/1a2b3c4d-a.jpg"},
        "annotations": [{"id": 1, "result": list(results), "was_cancelled": False}],
        "predictions": [],
    } | more


def read(tmp_path: Path, found: Any) -> tuple[list[PictureRecord], ObjectReader]:
    return read_as(tmp_path / "tasks.json", found, "labelstudio")


@settings(max_examples=20)
@given(pictures(KINDS, attributes=True, scores=True))
def test_every_shape_comes_back_as_it_was(found: list[PictureRecord]) -> None:
    assert_all_comes_back("labelstudio", found)


def test_an_export_of_label_studio_is_read(tmp_path: Path) -> None:
    plain = {"x": 10, "y": 20, "width": 5, "height": 10}
    pair: dict[str, Any] = {
        "id": "pair",
        "to_name": "img",
        "original_width": 200,
        "original_height": 100,
    }
    found, reader = read(
        tmp_path,
        [
            task(
                rectangle(10.5, 20, 5, 10),
                rectangle(50, 50, 10, 10, rotation=90),
                result("polygonlabels", {"points": [[0, 0], [10, 0], [10, 50]], "closed": True,
                                         "polygonlabels": ["tree"]}),
                result("ellipselabels", {"x": 50, "y": 50, "radiusX": 10, "radiusY": 10,
                                         "rotation": 0, "ellipselabels": ["pond"]}),
                result("keypointlabels", {"x": 50, "y": 25, "width": 0.5,
                                          "keypointlabels": ["nose", "tip"]}, score=0.5),
                pair | {"type": "rectangle", "from_name": "box", "value": plain},
                pair | {"type": "labels", "from_name": "label",
                        "value": plain | {"labels": ["van"]}},
                pair | {"type": "choices", "from_name": "colour",
                        "value": plain | {"choices": ["red"]}},
                pair | {"type": "textarea", "from_name": "plate",
                        "value": plain | {"text": ["AB 1"]}},
                {"type": "choices", "from_name": "weather", "value": {"choices": ["rain"]}},
                {"type": "relation", "from_id": "a", "to_id": "b", "direction": "right"},
                result("vectorlabels", {"vertices": []}),
            )
        ],
    )  # fmt: skip
    (one,) = found
    assert (one.path, one.width, one.height) == ("a.jpg", 200, 100)
    assert (one.label, one.tags) == ("rain", ())
    car, turned, tree, pond, nose, van = one.objects
    assert car.shape == Box(21.0, 20.0, 31.0, 30.0)
    # 20 x 10 px, turned by 90 degrees about its top left corner, which is at 100, 50
    assert isinstance(turned.shape, OrientedBox)
    assert turned.shape.to_json() == pytest.approx([95, 60, 20, 10, 90])
    assert turned.shape.bounds() == pytest.approx((90, 50, 100, 70))
    assert isinstance(tree.shape, Polygon)
    assert tree.shape.bounds() == (0.0, 0.0, 20.0, 50.0)
    assert pond.shape.bounds() == pytest.approx((80, 40, 120, 60), abs=0.02)
    assert (nose.label, nose.shape, nose.score) == ("nose", Point(100.0, 25.0), 0.5)
    assert nose.attributes == {"labels": "tip"}
    assert (van.label, van.attributes) == ("van", {"colour": "red", "plate": "AB 1"})
    assert reader.refused[0].reason == "a vectorlabels is no object of a picture"


def test_the_annotation_that_counts_is_the_truth_or_the_newest(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"result": [rectangle(1, 1, 1, 1)], "updated_at": "2024-05-02"},
        {"result": [rectangle(2, 2, 1, 1)], "updated_at": "2024-05-03"},
        {"result": [rectangle(3, 3, 1, 1)], "updated_at": "2024-05-04", "was_cancelled": True},
    ]
    truth = [rows[0] | {"ground_truth": True}, rows[1]]
    both = [task(annotations=rows), task(annotations=truth)]
    found, reader = read(tmp_path, both)
    assert [one.objects[0].shape.bounds()[0] for one in found] == [4.0, 2.0]
    assert "cancelled" in reader.refused[0].reason
    assert reader.refused_count == 3


def test_predictions_count_where_nobody_has_drawn(tmp_path: Path) -> None:
    guess = {"result": [rectangle(1, 1, 1, 1)], "score": 0.75}
    found, _ = read(
        tmp_path,
        [task(annotations=[], predictions=[guess]), task(predictions=[guess])],
    )
    assert [one.score for one in found[0].objects] == [0.75]
    assert found[1].objects == ()


def test_short_old_and_single_tasks_are_read(tmp_path: Path) -> None:
    inside = {"x": 1, "y": 1, "width": 2, "height": 2, "rectanglelabels": ["car"]}
    size = {"original_width": 200, "original_height": 100}
    short = {"id": 1, "image": "s3://bucket/in/b.jpg", "label": [inside | size], "choice": "rain"}
    old = task(completions=[{"result": [rectangle(1, 1, 2, 2)]}])
    del old["annotations"]
    found, _ = read(tmp_path, [short, old])
    assert [one.path for one in found] == ["in/b.jpg", "a.jpg"]
    assert found[0].label == "rain"
    assert found[0].objects[0].shape == found[1].objects[0].shape == Box(2.0, 1.0, 6.0, 3.0)
    alone = {"id": 4, "result": [rectangle(1, 1, 2, 2)], "task": {"data": {"img": "x/c.png"}}}
    assert read(tmp_path, alone)[0][0].path == "x/c.png"
    assert read(tmp_path, task())[0][0].path == "a.jpg"


def test_a_picture_of_unknown_size_is_in_fractions(tmp_path: Path) -> None:
    turned = rectangle(1, 1, 2, 2, rotation=9)
    plain = rectangle(10, 20, 50, 50)
    for one in (turned, plain):
        del one["original_width"], one["original_height"]
    found, reader = read(tmp_path, [task(turned, plain)])
    assert found[0].objects[0].shape.bounds() == pytest.approx((0.1, 0.2, 0.6, 0.7))
    assert (found[0].width, found[0].height) == (1, 1)
    assert "size of its picture" in reader.refused[0].reason


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (rectangle(1, 1, 0, 5), "no area"),
        (rectangle(1, float("nan"), 2, 5), "none"),
        (result("rectanglelabels", {"x": 1, "rectanglelabels": ["a"]}), "it has no y"),
        (result("rectanglelabels", {"x": "1", "y": 1, "width": 1, "height": 1}), "multiply"),
        (result("polygonlabels", {"points": [[1, 1], [2, 2]], "polygonlabels": ["a"]}), "three"),
        (result("polygonlabels", {"points": 7}), "iterable"),
        (result("brushlabels", {"format": "rle", "rle": [1, 2]}), "cut off"),
        (result("brushlabels", {"format": "rle", "rle": [0] * 99}), "values"),
        (result("brushlabels", {"format": "png"}), "no list of runs"),
        (result("brushlabels", {"format": "rle", "rle": [999]}), "range"),
        (rectangle(1, 1, 2, 2) | {"image_rotation": 90}, "turned in Label Studio"),
        (rectangle(1, 1, 2, 2) | {"original_width": 300}, "others of it are not"),
        (7, "a result is no object"),
        ({"type": "rectanglelabels", "value": 7}, "a result is no object"),
    ],
)  # fmt: skip
def test_a_bad_result_is_left_out_with_its_reason(tmp_path: Path, bad: Any, why: str) -> None:
    found, reader = read(tmp_path, [task(rectangle(5, 5, 5, 5), bad)])
    assert [one.shape for one in found[0].objects] == [Box(10.0, 5.0, 20.0, 10.0)]
    assert reader.refused_count == 1
    assert why in reader.refused[0].reason


def test_a_task_that_is_none_or_has_no_picture_is_left_out(tmp_path: Path) -> None:
    found, reader = read(tmp_path, [7, {"data": {"text": "hello"}}, {"id": 3}])
    assert found == []
    assert reader.refused_count == 3


@pytest.mark.parametrize("text", ["", "7", '[{"id": 1', '{"annotations"', '{"x": 1}'])
def test_what_holds_no_tasks_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidInputError) as told:
        read(tmp_path, text)
    assert told.value.hint


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("/data/upload/3/1a2b3c4d-my%20cat.jpg", "my cat.jpg"),
        ("/data/local-files/?d=in/a%20b.jpg", "in/a b.jpg"),
        ("http://localhost:8080/data/local-files/?d=in/a.jpg", "in/a.jpg"),
        ("https://host.org/x/a%20b.jpg?token=7", "x/a b.jpg"),
        ("s3://bucket/x/a.jpg", "x/a.jpg"),
        ("C:\\pictures\\a.jpg", "C:/pictures/a.jpg"),
        ("/mnt/a.jpg", "/mnt/a.jpg"),
        ("a.jpg", "a.jpg"),
    ],
)
def test_the_places_of_pictures_are_understood(written: str, path: str) -> None:
    assert place_of(written) == path


@settings(max_examples=40)
@given(masks(9, 7) | masks(70, 90))
def test_a_brush_comes_back(mask: Mask) -> None:
    assert mask_of_brush(brush_of(mask), mask.width, mask.height) == mask


def test_a_brush_of_literal_values_and_any_widths_is_read() -> None:
    head = f"{16:032b}{7:05b}{2:04b}{3:04b}{7:04b}{15:04b}"
    values = [9, 9, 9, 255, 9, 9, 9, 0]
    literal = "0" + "00" + f"{7:03b}" + "".join(f"{one:08b}" for one in values)
    repeated = "1" + "01" + f"{7:04b}" + f"{128:08b}"
    text = head + literal + repeated
    text += "0" * (-len(text) % 8)
    data = [int(text[at : at + 8], 2) for at in range(0, len(text), 8)]
    assert decode(mask_of_brush(data, 2, 2)).tolist() == [[True, False], [True, True]]


def test_a_large_brush_is_one_of_few_bytes() -> None:
    pixels = np.zeros((1000, 1500), np.bool_)
    pixels[100:900, 200:1300] = True
    mask = encode(pixels)
    packed = brush_of(mask)
    assert len(packed) < 10_000
    assert mask_of_brush(packed, 1500, 1000) == mask


@given(st.binary(max_size=40), st.integers(0, 3), st.integers(0, 3))
def test_any_brush_is_read_or_refused(data: bytes, width: int, height: int) -> None:
    head = (4 * width * height).to_bytes(4, "big")
    for one in (data, head + data):
        try:
            found = mask_of_brush(list(one), width, height)
        except ValueError:
            continue
        assert (found.width, found.height) == (width, height)


def test_keypoints_of_another_tool_stay_points(tmp_path: Path) -> None:
    point = {"x": 5, "y": 5, "width": 1, "keypointlabels": ["nose"]}
    found, _ = read(tmp_path, [task(result("keypointlabels", point))])
    assert not isinstance(found[0].objects[0].shape, Keypoints)
