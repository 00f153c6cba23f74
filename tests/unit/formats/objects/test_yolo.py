"""YOLO's text files, there and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from fakes.objects import SIDE, assert_same, pictures, there_and_back
from sightline.core.geometry.shapes import Box
from sightline.formats.objects.frames import in_pixels
from sightline.formats.objects.records import ObjectRecord, PictureRecord
from sightline.formats.objects.table import open_reader

if TYPE_CHECKING:
    from pathlib import Path


@settings(max_examples=25)
@given(pictures(["box"]))
def test_boxes_come_back_within_a_millionth_of_a_pixel(found: list[PictureRecord]) -> None:
    back = there_and_back("yolo", found)
    by_path = {f"images/{one.split}/{one.path[:-4]}": one for one in found}
    assert {one.path for one in back} == set(by_path)
    for one in back:
        assert one.split == by_path[one.path].split
        assert_same(one.objects, by_path[one.path].objects)


def test_small_boxes_are_not_floored_to_whole_pixels() -> None:
    small = Box(10.7, 20.3, 21.9, 33.2)
    found = [PictureRecord("a.png", (ObjectRecord("cat", small),), SIDE, SIDE, split="train")]
    for _ in range(5):
        (back,) = there_and_back("yolo", found)
        assert_same(back.objects, found[0].objects)
        found = [PictureRecord("a.png", back.objects, SIDE, SIDE, split="train")]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("0 nan .5 .1 .1", "infinite or none"),
        ("0 .5 .5 0 .1", "no area"),
        ("0 .5 .5 -.2 .1", "no area"),
        ("0 .5 .5 .1", "4 numbers|a box takes 5"),
        ("7 .5 .5 .1 .1", "beyond the 1 names"),
        ("-1 .5 .5 .1 .1", "no class"),
        ("1.5 .5 .5 .1 .1", "no class"),
        ("0 a .5 .1 .1", "no number"),
        ("0 .1 .1 .2 .2 .3 .3", "no area"),
    ],
)
def test_a_bad_line_is_left_out_with_its_place_and_reason(
    tmp_path: Path, line: str, why: str
) -> None:
    tmp_path.joinpath("classes.txt").write_text("cat\n")
    tmp_path.joinpath("a.txt").write_text(f"0 .5 .5 .1 .1\n\n{line}\n")
    tmp_path.joinpath("b.txt").write_text("0 .1 .1 .2 .1 .3 .3\n0 .1 .1 .2 .1 .3 .3 .4 .4 .3 .2\n")
    with open_reader(tmp_path, "yolo") as reader:
        first = next(iter(list(reader.pictures())))
    if line.count(" ") == 6:
        assert len(first.objects) == 2 or reader.refused_count == 1
        return
    assert len(first.objects) == 1
    (refused,) = reader.refused
    assert refused.where == "a.txt:3"
    assert any(part in refused.reason for part in why.split("|"))


def test_marks_line_ends_and_decimal_commas_are_understood(tmp_path: Path) -> None:
    tmp_path.joinpath("classes.txt").write_bytes("\ufeffcat\r\ndog\r\n".encode())
    tmp_path.joinpath("a.txt").write_bytes("\ufeff1 0,5 0,5 0,25 0,5\r\n".encode())
    with open_reader(tmp_path) as reader:
        (one,) = list(reader.pictures())
    assert one.objects == (ObjectRecord("dog", Box(0.375, 0.25, 0.625, 0.75)),)
    assert [one.name for one in reader.classes] == ["cat", "dog"]


def test_real_boxes_are_read_with_the_names_that_lie_beside_them(shared_data: Path) -> None:
    with open_reader(shared_data / "det_coco128" / "boxes_yolo") as reader:
        found = list(reader.pictures())
    assert len(found) == 128
    assert sum(len(one.objects) for one in found) == 941
    assert reader.refused_count == 0
    first = in_pixels(found[0], 640, 480).objects[0]
    assert first.label == "bowl"
    assert first.shape.bounds() == pytest.approx((1.08, 187.69, 612.67, 473.53), abs=0.01)
