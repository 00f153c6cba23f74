"""Pascal VOC's XML, there and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from fakes.objects import SIDE, assert_same, pictures, there_and_back
from sightline.core.geometry.shapes import Box, OrientedBox, Polygon
from sightline.formats.objects.records import ObjectRecord, PictureRecord
from sightline.formats.objects.table import open_reader

if TYPE_CHECKING:
    from pathlib import Path

ONE = """<annotation><filename>{name}</filename><size><width>100</width><height>80</height></size>
<object><name> cat </name><difficult>1</difficult>{shape}</object></annotation>"""


def bndbox(*values: object) -> str:
    keys = ("xmin", "ymin", "xmax", "ymax")
    inner = "".join(f"<{key}>{value}</{key}>" for key, value in zip(keys, values, strict=True))
    return f"<bndbox>{inner}</bndbox>"


@settings(max_examples=20)
@given(pictures(["box"], attributes=True, scores=True))
def test_boxes_attributes_and_scores_come_back(found: list[PictureRecord]) -> None:
    by_path = {one.path: one for one in found}
    for one in there_and_back("voc", found):
        wanted = by_path[one.path]
        assert one.split == wanted.split
        assert_same(one.objects, wanted.objects)
        for thing, other in zip(one.objects, wanted.objects, strict=True):
            assert thing.score == other.score
            shown = {key: 1 if said == "1" else said for key, said in other.attributes.items()}
            flag = {"occluded": True} if shown.pop("occluded", None) is True else {}
            assert {**thing.attributes} == shown | flag


@pytest.mark.parametrize(
    ("shape", "wanted"),
    [
        (bndbox(1.5, 2, 30, 40), Box(1.5, 2, 30, 40)),
        (bndbox(30, 40, "1,5", 2), Box(1.5, 2, 30, 40)),
        (
            "<robndbox><cx>50</cx><cy>40</cy><w>20</w><h>10</h><angle>0</angle></robndbox>",
            OrientedBox(50, 40, 20, 10, 0),
        ),
        (
            "<polygon><x1>1</x1><y1>2</y1><x2>9</x2><y2>2</y2><x3>5</x3><y3>9</y3></polygon>"
            + bndbox(1, 2, 9, 9),
            Polygon((((1.0, 2.0, 9.0, 2.0, 5.0, 9.0),),)),
        ),
    ],
)
def test_shapes_are_read(tmp_path: Path, shape: str, wanted: object) -> None:
    tmp_path.joinpath("a.xml").write_text(ONE.format(name="a.jpg", shape=shape))
    with open_reader(tmp_path) as reader:
        (one,) = list(reader.pictures())
    assert one.objects == (ObjectRecord("cat", wanted, attributes={"difficult": True}),)  # type: ignore[arg-type]
    assert (one.path, one.width, one.height) == ("a.jpg", 100, 80)


@pytest.mark.parametrize(
    ("shape", "why"),
    [
        (bndbox(5, 5, 5, 9), "no area"),
        (bndbox("nan", 5, 5, 9), "infinite or none"),
        (bndbox("x", 5, 5, 9), "xmin 'x' is no number"),
        ("", "no bndbox"),
        ("<polygon><x1>1</x1><y1>2</y1><x2>9</x2><y2>2</y2></polygon>", "three points"),
    ],
)
def test_a_bad_object_is_left_out_with_its_reason(tmp_path: Path, shape: str, why: str) -> None:
    tmp_path.joinpath("a.xml").write_text(ONE.format(name="a.jpg", shape=shape))
    with open_reader(tmp_path) as reader:
        (one,) = list(reader.pictures())
    assert one.objects == ()
    assert reader.refused[0].where == "a.xml: object 1"
    assert why in reader.refused[0].reason


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><annotation>&c;</annotation>',
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><annotation/>',
        "<annotation><object><name>cat",
    ],
)
def test_bombs_and_cut_off_files_are_left_out_and_the_others_stay(
    tmp_path: Path, text: str
) -> None:
    tmp_path.joinpath("a.xml").write_text(ONE.format(name="a.jpg", shape=bndbox(1, 2, 3, 4)))
    tmp_path.joinpath("b.xml").write_text(text)
    with open_reader(tmp_path, "voc") as reader:
        (one,) = list(reader.pictures())
    assert len(one.objects) == 1
    assert [one.where for one in reader.refused] == ["b.xml"]


def test_a_name_in_the_file_counts_and_folders_are_kept(tmp_path: Path) -> None:
    for day in ("day 1", "day 2"):
        folder = tmp_path / "Annotations" / day
        folder.mkdir(parents=True)
        folder.joinpath("x.xml").write_text(ONE.format(name="I.JPG", shape=bndbox(1, 2, 3, 4)))
    with open_reader(tmp_path) as reader:
        found = list(reader.pictures())
    assert [one.path for one in found] == ["day 1/I.JPG", "day 2/I.JPG"]
    assert reader.twins == {"x"}


def test_real_files_are_read_and_invalid_boxes_left_out(shared_data: Path) -> None:
    with open_reader(shared_data / "det_bccd") as reader:
        found = list(reader.pictures())
    assert len(found) == 364
    assert sum(len(one.objects) for one in found) + reader.refused_count == 4888
    assert reader.refused_count <= 2
    assert all(one.file for one in found)


def test_characters_that_no_xml_can_hold_do_not_break_a_file() -> None:
    thing = ObjectRecord("cat", Box(1, 2, 3, 4), attributes={"note": "a\x00<b>&\x1f"})
    found = [PictureRecord("a.png", (thing,), SIDE, SIDE, split="train")]
    (back,) = there_and_back("voc", found)
    assert back.objects[0].attributes == {"note": "a\ufffd<b>&\ufffd"}
