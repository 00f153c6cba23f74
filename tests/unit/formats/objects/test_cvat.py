"""CVAT's XML for images, there and back."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from fakes.objects import assert_same, pictures, read_as, there_and_back
from sightline.core.errors import InvalidInputError
from sightline.core.geometry.shapes import Box, Keypoints, Mask, OrientedBox, Point, Polygon
from sightline.formats.objects.table import open_reader

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.formats.objects.records import ObjectReader, ObjectRecord, PictureRecord

KINDS = ["box", "obb", "ring", "holed", "mask", "keypoints", "point"]

TASK = """<?xml version="1.0" encoding="utf-8"?>
<annotations>
  <version>1.1</version>
  <meta>
    <task>
      <id>7</id><name>street</name><size>2</size><mode>annotation</mode>
      <labels>
        <label><name>car</name><color>#ff0000</color><type>any</type>
          <attributes>
            <attribute><name>parked</name><mutable>False</mutable>
              <input_type>checkbox</input_type><default_value>false</default_value>
              <values>false</values></attribute>
            <attribute><name>doors</name><mutable>False</mutable>
              <input_type>number</input_type><default_value>4</default_value>
              <values>0;9;1</values></attribute>
            <attribute><name>plate</name><mutable>False</mutable>
              <input_type>text</input_type><default_value></default_value>
              <values></values></attribute>
          </attributes>
        </label>
        <label><name>person</name><color>#00ff00</color><type>skeleton</type>
          <attributes></attributes><svg>&lt;line/&gt;</svg></label>
        <label><name>nose</name><type>points</type><attributes></attributes>
          <parent>person</parent></label>
        <label><name>foot</name><type>points</type><attributes></attributes>
          <parent>person</parent></label>
      </labels>
    </task>
    <dumped>2024-01-01 00:00:00.000000+00:00</dumped>
  </meta>
  <image id="0" name="sub\\frame_0.png" subset="Train" task_id="7" width="10" height="8">
    <tag label="rain" source="manual"></tag>
    <box label="car" source="manual" occluded="1" xtl="1.25" ytl="2.00" xbr="4.50" ybr="6.75"
         z_order="2" group_id="3">
      <attribute name="parked">true</attribute>
      <attribute name="doors">5</attribute>
      <attribute name="plate">true &amp; false</attribute>
    </box>
    <box label="car" occluded="0" xtl="2" ytl="2" xbr="6" ybr="4" rotation="330.00" z_order="0">
    </box>
    <polygon label="car" occluded="0" points="1.00,1.00;5.00,1.00;5.00,5.50" z_order="0"></polygon>
    <points label="car" occluded="0" points="3.50,4.25" z_order="0"></points>
    <mask label="car" occluded="0" rle="1, 2, 2, 1" left="2" top="3" width="3" height="2"
          z_order="0"></mask>
    <ellipse label="car" occluded="0" cx="5.00" cy="4.00" rx="2.00" ry="1.00" z_order="0"></ellipse>
    <skeleton label="person" source="manual" z_order="0">
      <points label="foot" source="manual" outside="0" occluded="1" points="7.00,7.50"></points>
      <points label="nose" source="manual" outside="0" occluded="0" points="6.00,1.50">
        <attribute name="side">left</attribute>
      </points>
      <attribute name="age">old</attribute>
    </skeleton>
    <polyline label="car" occluded="0" points="1.00,1.00;5.00,1.00" z_order="0"></polyline>
    <cuboid label="car" occluded="0" xtl1="1" ytl1="1"></cuboid>
  </image>
  <image id="1" name="frame_1.png" width="10" height="8">
  </image>
</annotations>
"""


def read(tmp_path: Path, text: str | bytes) -> tuple[list[PictureRecord], ObjectReader]:
    return read_as(tmp_path / "annotations.xml", text, "cvat")


def image(inside: str, *, name: str = "a.png") -> str:
    size = 'width="10" height="8"'
    return f'<annotations><image id="0" name="{name}" {size}>{inside}</image></annotations>'


def said(one: ObjectRecord) -> dict[str, str]:
    """Return attributes as text: in CVAT, one name has one type within a class."""
    return {key: str(value).lower() for key, value in one.attributes.items()}


@settings(max_examples=25)
@given(pictures(KINDS, attributes=True, scores=True))
def test_every_shape_comes_back_as_it_was(found: list[PictureRecord]) -> None:
    back = there_and_back("cvat", found)
    by_path = {one.path: one for one in found}
    assert {one.path for one in back} == set(by_path)
    for one in back:
        wanted = by_path[one.path]
        assert one.split == wanted.split
        assert_same(one.objects, wanted.objects)
        pairs = zip(one.objects, wanted.objects, strict=True)
        assert all(said(a) == said(b) and a.score == b.score for a, b in pairs)


def test_a_task_as_cvat_writes_it_is_read(tmp_path: Path) -> None:
    found, reader = read(tmp_path, TASK)
    one, empty = found
    assert (one.path, one.split, one.width, one.height) == ("sub/frame_0.png", "train", 10, 8)
    assert (one.label, one.tags) == ("rain", ())
    assert (empty.path, empty.objects) == ("frame_1.png", ())
    turned, ring, point, mask, ellipse, person, car = one.objects  # the highest z_order comes last
    assert car.shape == Box(1.25, 2.0, 4.5, 6.75)
    assert car.attributes == {
        "parked": True,
        "doors": 5,
        "plate": "true & false",
        "occluded": True,
        "group": 3,
    }
    assert turned.shape == OrientedBox(4.0, 3.0, 4.0, 2.0, -30.0)
    assert ring.shape == Polygon((((1.0, 1.0, 5.0, 1.0, 5.0, 5.5),),))
    assert point.shape == Point(3.5, 4.25)
    assert isinstance(mask.shape, Mask)
    assert mask.shape.bounds() == (3.0, 3.0, 5.0, 5.0)
    assert isinstance(ellipse.shape, Polygon)
    assert person.shape == Keypoints(((6.0, 1.5, 2), (7.0, 7.5, 1)))
    assert person.attributes == {"age": "old"}
    classes = {one.name: one for one in reader.classes}
    assert list(classes) == ["car", "person", "rain"]
    assert classes["car"].colour == "#ff0000"
    assert classes["person"].skeleton == {"names": ["nose", "foot"], "edges": []}
    assert [one.reason for one in reader.refused] == [
        "a line has no area",
        "a cuboid has no place in a picture",
    ]


def test_one_tag_is_the_class_and_several_are_tags(tmp_path: Path) -> None:
    tags = '<tag label="a"></tag><tag label="b"></tag>'
    assert read(tmp_path, image(tags))[0][0].tags == ("a", "b")


def test_pictures_of_a_zip_are_found_and_the_format_too(tmp_path: Path) -> None:
    path = tmp_path / "task.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("annotations.xml", TASK)
        packed.writestr("images/Train/sub/frame_0.png", b"")
        packed.writestr("images/frame_1.png", b"")
    with open_reader(path) as reader:
        files = [one.file for one in reader.pictures()]
    assert files == ["images/Train/sub/frame_0.png", "images/frame_1.png"]


@pytest.mark.parametrize(
    ("inside", "why"),
    [
        ('<box label="a" xtl="1" ytl="1" xbr="1" ybr="5"/>', "no area"),
        ('<box label="a" xtl="nan" ytl="1" xbr="4" ybr="5"/>', "none"),
        ('<box label="a" xtl="1e999" ytl="1" xbr="4" ybr="5"/>', "infinite"),
        ('<box label="a" xtl="x" ytl="1" xbr="4" ybr="5"/>', "could not convert"),
        ('<box label="a" xtl="1" ytl="1" xbr="4"/>', "it has no ybr"),
        ('<box xtl="1" ytl="1" xbr="4" ybr="5"/>', "it has no label"),
        ('<polygon label="a" points="1,1;2,2"/>', "three points"),
        ('<polygon label="a" points="1,1;2"/>', "x,y"),
        ('<polygon label="a" points=""/>', "x,y"),
        ('<mask label="a" rle="99" left="0" top="0" width="2" height="2"/>', "do not fit"),
        ('<mask label="a" rle="4" left="0" top="0" width="2" height="2"/>', "no pixel"),
        ('<mask label="a" rle="0, 4" left="50" top="0" width="2" height="2"/>', "no pixel"),
        ('<mask label="a" rle="0, 9" left="0" top="0" width="999999" height="999999"/>', "mask"),
        ('<skeleton label="a"><points label="n" points="1,2,3"/></skeleton>', "no point|x,y"),
        ('<skeleton label="a"><points label="n" outside="1" points="1,2"/></skeleton>', "no point"),
        ('<ellipse label="a" cx="1" cy="1" rx="0" ry="1"/>', "no area"),
        ('<box label="a" xtl="1" ytl="1" xbr="4" ybr="5" z_order="x"/>', "invalid literal"),
    ],
)  # fmt: skip
def test_a_bad_shape_is_left_out_with_its_reason(tmp_path: Path, inside: str, why: str) -> None:
    good = '<box label="a" xtl="4" ytl="5" xbr="1" ybr="2"/>'
    found, reader = read(tmp_path, image(inside + good))
    assert [one.shape for one in found[0].objects] == [Box(1.0, 2.0, 4.0, 5.0)]
    assert "a.png" in reader.refused[0].where
    assert any(part in reader.refused[0].reason for part in why.split("|"))


def test_decimal_commas_line_ends_and_a_mark_are_read(tmp_path: Path) -> None:
    inside = (
        '<box label="a" xtl="1,5" ytl="2,5" xbr="4" ybr="5"/>\r\n'
        '<polygon label="a" points="1,5,2,5;4,5,2,5;4,5,6,5"/>'
    )
    found, _ = read(tmp_path, b"\xef\xbb\xbf" + image(inside).encode())
    assert found[0].objects[0].shape == Box(1.5, 2.5, 4.0, 5.0)
    assert found[0].objects[1].shape == Polygon((((1.5, 2.5, 4.5, 2.5, 4.5, 6.5),),))


def test_an_image_without_a_name_and_a_track_are_left_out(tmp_path: Path) -> None:
    text = '<annotations><image id="3"></image><track id="1"><box xtl="1"/></track></annotations>'
    found, reader = read(tmp_path, text)
    assert found == []
    assert [one.reason for one in reader.refused] == [
        "it has no name",
        "tracks are of videos: export it as CVAT for images",
    ]


BOMB = '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><annotations>&c;</annotations>'


@pytest.mark.parametrize(
    "text",
    [
        BOMB,
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><annotations/>',
        "<annotations>&c;</annotations>",
        "<html><body/></html>",
        TASK[:900],
        "",
        "no xml",
        b"\xff\xfe\x00",
    ],
)
def test_what_is_not_safe_or_no_file_of_cvat_is_refused(tmp_path: Path, text: str | bytes) -> None:
    with pytest.raises(InvalidInputError) as told:
        read(tmp_path, text)
    assert told.value.hint


def test_a_folder_without_xml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="no XML"), open_reader(tmp_path, "cvat"):
        pass
