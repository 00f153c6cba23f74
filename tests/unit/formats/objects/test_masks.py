"""PNG masks, there and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from fakes.objects import CLASSES, there_and_back
from sightline.core.geometry.masks import decode, encode
from sightline.core.geometry.shapes import Mask
from sightline.formats.objects.records import ObjectRecord, PictureRecord
from sightline.formats.objects.table import open_reader

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.arrays import Bool


def block(x1: int, y1: int, x2: int, y2: int) -> Bool:
    pixels = np.zeros((900, 900), np.bool_)
    pixels[y1:y2, x1:x2] = True
    return pixels


@pytest.mark.parametrize("count", [3, 300])
def test_masks_of_objects_come_back(count: int) -> None:
    things = tuple(
        ObjectRecord(CLASSES[n % 3].name, encode(block(2 * n, n, 2 * n + 2, n + 9)))
        for n in range(count)
    )
    found = [PictureRecord("day 1/a.png", things, 900, 900, split="val")]
    (back,) = there_and_back("masks", found)
    assert back.objects == things
    assert (back.path, back.split) == ("day 1/a", "val")


def test_what_lies_on_top_hides_what_is_below() -> None:
    below, above = block(0, 0, 10, 10), block(5, 0, 15, 10)
    things = (ObjectRecord("cat", encode(below)), ObjectRecord("cat", encode(above)))
    (back,) = there_and_back("masks", [PictureRecord("a.png", things, 900, 900)])
    first, second = (one.shape for one in back.objects)
    assert isinstance(first, Mask)
    assert isinstance(second, Mask)
    assert (decode(first) == (below & ~above)).all()
    assert (decode(second) == above).all()


def test_values_palettes_and_colours_name_classes(tmp_path: Path) -> None:
    folder = tmp_path / "masks"
    folder.mkdir()
    values = np.array([[0, 1], [2, 255]], np.uint8)
    Image.fromarray(values).save(folder / "grey.png")
    palette = Image.frombytes("P", (2, 2), values.tobytes())
    palette.putpalette(list(range(256)) * 3)
    palette.save(folder / "palette.png")
    tmp_path.joinpath("classes.yaml").write_text("names: {0: background, 1: cat, 2: dog}\n")
    with open_reader(tmp_path) as reader:
        found = list(reader.pictures())
    assert [one.name for one in reader.classes] == ["cat", "dog"]
    for one in found:
        assert [thing.label for thing in one.objects] == ["cat", "dog"]
        assert one.objects[0].shape.bounds() == (1, 0, 2, 1)


def test_colours_are_looked_up_in_the_labelmap(tmp_path: Path) -> None:
    folder = tmp_path / "SegmentationClass"
    folder.mkdir()
    colours = np.zeros((2, 2, 3), np.uint8)
    colours[0, 1] = (10, 20, 30)
    colours[1, 1] = (1, 2, 3)
    Image.fromarray(colours).save(folder / "a.png")
    tmp_path.joinpath("labelmap.txt").write_text("# x\nbackground:0,0,0::\ncat:10,20,30::\n")
    with open_reader(tmp_path) as reader:
        (one,) = list(reader.pictures())
    assert [thing.label for thing in one.objects] == ["#010203", "cat"]


def test_a_mask_of_black_and_white_is_one_object(tmp_path: Path) -> None:
    folder = tmp_path / "masks"
    folder.mkdir()
    Image.fromarray(np.array([[0, 255]], np.uint8)).save(folder / "a.png")
    folder.joinpath("b.png").write_bytes(b"no picture")
    with open_reader(tmp_path, "masks") as reader:
        (one,) = list(reader.pictures())
    assert [thing.label for thing in one.objects] == ["object"]
    assert reader.refused[0].where == "b.png"


def test_real_masks_have_the_classes_that_lie_beside_them(shared_data: Path) -> None:
    with open_reader(shared_data / "det_coco128" / "semantic_masks", "masks") as reader:
        first = next(reader.pictures())
    assert (first.width, first.height) == (640, 480)
    assert {one.label for one in first.objects} >= {"bowl", "broccoli"}
