from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from sightline.core.edits import Edit
from sightline.imaging.decode import upright
from sightline.imaging.edit import edited, made, sized

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.arrays import U8


def noise(width: int = 40, height: int = 30) -> Image.Image:
    rng = np.random.default_rng(3)
    return Image.fromarray(rng.integers(0, 255, (height, width, 3), dtype=np.uint8))


def pixels(image: Image.Image, edit: Edit) -> U8:
    return np.asarray(edited(image, edit))


def test_crop_flip_and_quarters_move_pixels_and_change_none() -> None:
    image = noise()
    whole = np.asarray(image)
    assert np.array_equal(pixels(image, Edit()), whole)
    assert np.array_equal(pixels(image, Edit(crop=(0.25, 0.5, 0.5, 0.5))), whole[15:, 10:30])
    assert np.array_equal(pixels(image, Edit(flip=True)), whole[:, ::-1])
    assert np.array_equal(pixels(image, Edit(rotate=90)), np.rot90(whole, -1))
    assert np.array_equal(pixels(image, Edit(rotate=180)), np.rot90(whole, 2))
    assert np.array_equal(pixels(image, Edit(rotate=-90)), np.rot90(whole))
    both = pixels(image, Edit(rotate=90, flip=True))
    assert np.array_equal(both, np.rot90(whole[:, ::-1], -1))


def test_a_tilt_turns_the_content_clockwise() -> None:
    image = Image.new("RGB", (101, 101))
    image.putpixel((50, 20), (255, 255, 255))
    for x in (49, 50, 51):
        for y in (19, 20, 21):
            image.putpixel((x, y), (255, 255, 255))
    out = np.asarray(edited(image, Edit(rotate=30)))[..., 0].astype(float)
    middle = np.array(out.shape) / 2
    ys, xs = np.nonzero(out > 100)
    dx, dy = xs.mean() + 0.5 - middle[1], ys.mean() + 0.5 - middle[0]
    assert np.degrees(np.arctan2(dx, -dy)) == pytest.approx(30, abs=2)
    assert np.hypot(dx, dy) == pytest.approx(30, abs=1)


def test_a_tilt_shows_no_empty_corner() -> None:
    white = Image.new("RGB", (60, 40), (255, 255, 255))
    for degrees in (1, 17, 44.9, -30, 100):
        assert np.asarray(edited(white, Edit(rotate=degrees))).min() > 250


def test_a_cut_has_a_pixel_at_least() -> None:
    tiny = Image.new("RGB", (2, 2), (9, 9, 9))
    assert edited(tiny, Edit(crop=(0.9, 0.9, 0.001, 0.001))).size == (1, 1)
    assert edited(tiny, Edit(crop=(0.9, 0.9, 0.001, 0.001), rotate=10)).size == (1, 1)


@pytest.mark.parametrize(
    ("fits", "size"), [("stretch", (16, 16)), ("crop", (16, 16)), ("letterbox", (16, 16)),
                       ("inside", (16, 12))],
)  # fmt: skip
def test_what_comes_out_has_its_size(fits: str, size: tuple[int, int]) -> None:
    assert sized(noise(), 16, fits).size == size
    assert sized(noise(8, 6), 16, "inside").size == (8, 6)


def test_the_frame_is_the_upright_one_whatever_exif_says(shared_data: Path) -> None:
    edit = Edit(crop=(0.1, 0.2, 0.5, 0.4), rotate=90)
    folder = shared_data / "exif_orientation"
    cuts = []
    for number in range(1, 9):
        path = folder / f"Landscape_{number}.jpg"
        size = upright(path).size
        cuts.append(np.asarray(made(path, edit, 64, "stretch", size=size)).astype(int))
    assert max(int(np.abs(one - cuts[0]).mean()) for one in cuts) <= 6


def test_a_large_jpeg_is_decoded_small_and_looks_the_same(tmp_path: Path) -> None:
    ramp = np.linspace(0, 255, 1200).astype(np.uint8)
    image = Image.fromarray(np.stack([np.tile(ramp, (800, 1))] * 3, axis=-1))
    path = tmp_path / "large.jpg"
    image.save(path, quality=95)
    for edit in (Edit(crop=(0.5, 0, 0.5, 1)), Edit(rotate=7, zoom=1.5)):
        small = np.asarray(made(path, edit, 64, "stretch", size=(1200, 800))).astype(int)
        full = np.asarray(sized(edited(image, edit), 64, "stretch")).astype(int)
        assert np.abs(small - full).max() <= 6
