"""DOTA's text files, there and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from fakes.objects import pictures, there_and_back
from sightline.core.geometry.shapes import OrientedBox
from sightline.formats.objects.table import open_reader

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.formats.objects.records import PictureRecord


@settings(max_examples=15)
@given(pictures(["obb"]))
def test_oriented_boxes_come_back(found: list[PictureRecord]) -> None:
    by_path = {f"{one.split}/{one.path[:-4]}": one for one in found}
    for one in there_and_back("dota", found):
        wanted = by_path[one.path]
        assert one.split == wanted.split
        for thing, other in zip(one.objects, wanted.objects, strict=True):
            assert thing.label == other.label
            assert isinstance(thing.shape, OrientedBox)
            assert isinstance(other.shape, OrientedBox)
            corners = zip(thing.shape.corners(), other.shape.corners(), strict=True)
            assert all(a == pytest.approx(b, abs=1e-6) for a, b in corners)


def test_heads_difficulties_and_skewed_shapes_are_understood(tmp_path: Path) -> None:
    folder = tmp_path / "labelTxt"
    folder.mkdir()
    folder.joinpath("P1.txt").write_text(
        "imagesource:GoogleEarth\ngsd:0.1\n"
        "10 10 50 10 50 31 10 30 small-vehicle 1\n"
        "10 10 90 10 50 60 10 60 ship 0\n"
        "10 10 10 10 10 10 10 10 ship 0\n"
        "10 10 10 10 ship\n"
        "a 10 90 10 50 60 10 60 ship 0\n"
    )
    with open_reader(tmp_path) as reader:
        (one,) = list(reader.pictures())
    assert [thing.shape.kind for thing in one.objects] == ["obb", "polygon"]
    assert one.objects[0].attributes == {"difficult": True}
    assert [one.where for one in reader.refused] == [f"P1.txt:{n}" for n in (5, 6, 7)]
    assert one.path == "P1"
