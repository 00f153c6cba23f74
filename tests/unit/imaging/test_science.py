"""Stacks, cubes and deep samples: described without decoding, shown plane by plane."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from sightline.core.errors import UnreadableImageError
from sightline.core.tone import Tone
from sightline.imaging.decode import decode
from sightline.imaging.header import read_header
from sightline.imaging.limits import Limits
from sightline.imaging.science import describe
from unit.imaging.pictures import encode, fits

DATA = Path(os.environ.get("SIGHTLINE_TEST_DATA", Path(__file__).parents[4] / "shared" / "data"))


def levels(data: Any, **more: Any) -> list[int]:
    """Return the grey of the first pixel of each page."""
    count = read_header(data, hdu=more["tone"].hdu if "tone" in more else None).pages
    return [int(decode(data, page=page, **more)[0, 0, 0]) for page in range(count)]


def gif(count: int) -> bytes:
    frames = [Image.new("L", (9, 7), 20 * at) for at in range(count)]
    return encode(frames[0], "GIF", save_all=True, append_images=frames[1:])


def cube(planes: int) -> bytes:
    """Return a cube whose plane k has the values k, 0, 0 ... and a last one of 100."""
    values = np.zeros((planes, 4, 5), ">i2")
    values[:, -1, 0] = np.arange(planes)  # FITS counts rows from the bottom
    values[:, 0, -1] = 100
    return fits(values)


def test_frames_of_a_gif_are_pages() -> None:
    data = gif(5)
    assert read_header(data).pages == 5
    assert levels(data) == pytest.approx([0, 20, 40, 60, 80], abs=3)
    assert read_header(data, limits=Limits(max_pages=3)).pages == 3
    with pytest.raises(UnreadableImageError, match="no page 5"):
        decode(data, page=5)


def test_a_gif_that_is_cut_has_the_frames_that_are_there() -> None:
    data = gif(5)
    assert 1 <= read_header(data[: len(data) // 2]).pages < 5
    assert read_header(gif(1)).pages == 1


def test_planes_of_a_fits_cube_are_pages() -> None:
    data = cube(6)
    assert read_header(data).pages == 6
    tone = Tone(stretch="linear", low=0, high=5)
    assert levels(data, tone=tone) == [0, 51, 102, 153, 204, 255]


def test_a_slice_stands_for_every_page_and_ends_at_the_last() -> None:
    tone = Tone(stretch="linear", low=0, high=5, slice=2)
    assert levels(cube(4), tone=tone) == [102] * 4
    assert levels(cube(2), tone=tone) == [51] * 2


def test_planes_of_a_cube_may_be_red_green_and_blue() -> None:
    tone = Tone(stretch="linear", low=0, high=5, channels=(5, 0, 1))
    assert decode(cube(6), tone=tone)[0, 0].tolist() == [255, 0, 51]
    one = Tone(stretch="linear", low=0, high=5, channels=(3,))
    assert decode(cube(6), tone=one)[0, 0].tolist() == [153] * 3


def two_units() -> bytes:
    astropy = pytest.importorskip("astropy.io.fits", reason="the extra science is not installed")
    units = astropy.HDUList(
        [
            astropy.PrimaryHDU(),
            astropy.ImageHDU(np.arange(12, dtype=np.float32).reshape(3, 4), name="SCI"),
            astropy.ImageHDU(np.ones((2, 6, 7), np.int16), name="MASK"),
            astropy.CompImageHDU(np.arange(400, dtype=np.int32).reshape(20, 20), name="PACKED"),
        ]
    )
    file = io.BytesIO()
    units.writeto(file)
    return file.getvalue()


def test_a_unit_is_chosen_by_its_number() -> None:
    data = two_units()
    assert decode(data).shape == (3, 4, 3)
    assert decode(data, tone=Tone(hdu=2)).shape == (6, 7, 3)
    packed = decode(data, tone=Tone(stretch="linear", hdu=3))
    assert packed.shape == (20, 20, 3)
    assert (packed[-1, 0, 0], packed[0, -1, 0]) == (0, 255)
    for hdu in (0, 4):
        with pytest.raises(UnreadableImageError, match=f"HDU {hdu}") as caught:
            decode(data, tone=Tone(hdu=hdu))
        assert "1, 2, 3" in (caught.value.hint or "")


def test_a_file_is_described_without_decoding(tmp_path: Path) -> None:
    path = tmp_path / "a.fits"
    path.write_bytes(two_units())
    found = describe(path)
    assert found is not None
    assert (found.bits, found.kind, found.channels, found.pages) == (32, "float", 1, 1)
    assert [(one.index, one.name, one.planes) for one in found.hdus] == [
        (1, "SCI", 1),
        (2, "MASK", 2),
        (3, "PACKED", 1),
    ]


@pytest.mark.parametrize(
    ("kind", "image", "expected"),
    [
        ("PNG", Image.fromarray(np.ones((3, 4), np.uint16)), (16, "uint", 1, 1)),
        ("TIFF", Image.fromarray(np.ones((3, 4), np.float32)), (32, "float", 1, 1)),
        ("PNG", Image.new("RGB", (4, 3)), None),
        ("TIFF", Image.new("RGB", (4, 3)), None),
        ("JPEG", Image.new("RGB", (4, 3)), None),
    ],
)
def test_an_ordinary_picture_needs_no_description(
    kind: str, image: Image.Image, expected: Any, tmp_path: Path
) -> None:
    path = tmp_path / "picture"
    path.write_bytes(encode(image, kind))
    found = describe(path)
    shown = None if found is None else (found.bits, found.kind, found.channels, found.pages)
    assert shown == expected


def test_an_animation_is_described_by_its_frames(tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    path.write_bytes(gif(4))
    found = describe(path)
    assert found is not None
    assert (found.bits, found.pages) == (8, 4)


@pytest.mark.parametrize("bands", [3, 5])
def test_channels_of_a_deep_tiff_are_chosen(bands: int, tmp_path: Path) -> None:
    tifffile = pytest.importorskip("tifffile", reason="the extra science is not installed")
    values = np.zeros((8, 9, bands), np.uint16)
    values[0, 0] = np.arange(bands) * 1000
    path = tmp_path / "bands.tif"
    tifffile.imwrite(path, values, photometric="minisblack", planarconfig="contig")
    found = describe(path)
    assert found is not None
    assert (found.bits, found.channels) == (16, bands)
    tone = Tone(stretch="linear", low=0, high=4000, channels=(bands - 1,))
    assert decode(path, tone=tone)[0, 0].tolist() == [round((bands - 1) * 1000 / 4000 * 255)] * 3
    colours = Tone(stretch="linear", low=0, high=4000, channels=(2, 1, 0))
    assert decode(path, tone=colours)[0, 0].tolist() == [128, 64, 0]


def test_a_channel_of_an_eight_bit_tiff_is_shown_grey() -> None:
    data = encode(Image.new("RGB", (5, 4), (10, 200, 30)), "TIFF")
    assert decode(data, tone=Tone(channels=(1,)))[0, 0].tolist() == [200] * 3
    assert decode(data)[0, 0].tolist() == [10, 200, 30]


def test_a_photo_is_what_it_is_under_any_tone() -> None:
    data = encode(Image.new("RGB", (5, 4), (10, 200, 30)), "PNG")
    assert decode(data, tone=Tone(stretch="asinh", channels=(1,)))[0, 0].tolist() == [10, 200, 30]


@pytest.mark.skipif(not DATA.is_dir(), reason=f"no pictures at {DATA}")
@pytest.mark.parametrize("name", ["fits/HorseHead.fits", "imageio_misc/multipage.tif"])
@pytest.mark.parametrize("stretch", ["linear", "log", "asinh", "percentile"])
def test_real_pictures_show_more_the_stronger_the_curve(name: str, stretch: Any) -> None:
    linear = decode(DATA / name, tone=Tone(stretch="linear")).astype(float)
    shown = decode(DATA / name, tone=Tone(stretch=stretch)).astype(float)
    assert shown.shape == linear.shape
    if stretch in {"log", "asinh"}:
        assert (shown >= linear).all()
        assert shown.mean() > linear.mean()


@pytest.mark.skipif(not DATA.is_dir(), reason=f"no pictures at {DATA}")
def test_a_real_animation_and_a_real_stack_have_their_pages() -> None:
    assert read_header(DATA / "imageio_misc" / "newtonscradle.gif").pages == 36
    assert read_header(DATA / "imageio_misc" / "multipage_rgb.tif").pages > 1
    last = decode(DATA / "imageio_misc" / "newtonscradle.gif", page=35)
    assert last.shape[2] == 3
