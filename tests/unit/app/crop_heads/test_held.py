"""Pictures that were decoded last are held, within bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from sightline.app.crop_heads.held import HeldPictures
from sightline.app.crop_heads.rows import Pictured
from sightline.core.errors import UnreadableImageError
from sightline.imaging.limits import Limits

if TYPE_CHECKING:
    from pathlib import Path

BYTES = 20 * 10 * 3


def picture(folder: Path, name: str, colour: int = 9) -> Pictured:
    Image.fromarray(np.full((10, 20, 3), colour, np.uint8)).save(folder / f"{name}.png")
    return Pictured(folder / f"{name}.png", name, (20, 10))


def test_a_picture_is_decoded_once_and_the_oldest_goes_first(tmp_path: Path) -> None:
    held = HeldPictures(Limits, limit_bytes=2 * BYTES)
    one, two, three = (picture(tmp_path, name) for name in "abc")
    first = held.pixels(one)
    assert held.pixels(one) is first
    second = held.pixels(two)
    assert held.pixels(one) is first
    held.pixels(three)
    assert held.pixels(one) is first
    assert held.pixels(two) is not second


def test_another_content_under_the_same_name_is_another_picture(tmp_path: Path) -> None:
    held = HeldPictures(Limits)
    before = picture(tmp_path, "a")
    assert held.pixels(before).max() == 9
    picture(tmp_path, "a", colour=200)
    after = Pictured(before.path, "other", before.size)
    assert held.pixels(after).max() == 200


def test_a_picture_over_the_bound_is_not_held_and_a_damaged_one_is_refused(tmp_path: Path) -> None:
    held = HeldPictures(Limits, limit_bytes=BYTES - 1)
    one = picture(tmp_path, "a")
    assert held.pixels(one) is not held.pixels(one)
    one.path.write_bytes(b"no picture")
    with pytest.raises(UnreadableImageError):
        held.pixels(one)
