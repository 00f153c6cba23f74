from __future__ import annotations

import contextlib
import io
import struct
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from sightline.core.errors import MissingExtraError, UnreadableImageError
from sightline.imaging.decode import decode
from sightline.imaging.header import read_header
from unit.imaging.pictures import corners, encode, fits, stored

if TYPE_CHECKING:
    from pathlib import Path

KINDS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF", "AVIF", "PPM")


def near(first: Any, second: Any, within: int = 24) -> bool:
    """Compare but for lossy compression, away from the edges of the quarters."""
    step = np.abs(first.astype(int) - second.astype(int))
    return float(np.percentile(step, 90)) <= within


@pytest.mark.parametrize("kind", KINDS)
def test_every_format_becomes_rgb(kind: str) -> None:
    pixels = decode(encode(corners(), kind))
    assert pixels.dtype == np.uint8
    assert pixels.shape == (32, 48, 3)
    assert near(pixels, corners())


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("turn", range(1, 9))
def test_every_orientation_comes_upright(kind: str, turn: int) -> None:
    data = encode(stored(corners(), turn), kind, orientation=turn)
    assert near(decode(data), corners())


def test_heic_is_turned_once() -> None:
    heif = pytest.importorskip("pillow_heif", reason="the extra heic is not installed")
    for turn in (1, 6, 8, 3):
        exif = Image.Exif()
        exif[0x0112] = turn
        file = io.BytesIO()
        image = Image.fromarray(stored(corners(96, 64), turn))
        heif.encode("RGB", image.size, image.tobytes(), file, exif=exif.tobytes(), quality=90)
        header = read_header(file.getvalue())
        pixels = decode(file.getvalue())
        assert (header.width, header.height) == (96, 64)
        assert near(pixels, corners(96, 64))


def test_a_jpeg_is_shrunk_while_its_short_side_keeps_enough() -> None:
    data = encode(Image.fromarray(corners(1600, 1000)), "JPEG")
    for wanted, size in [(200, 250), (250, 250), (251, 500), (600, 1000), (5000, 1000), (125, 125)]:
        assert decode(data, min_side_px=wanted).shape[0] == size
    assert decode(data).shape == (1000, 1600, 3)


def test_sixteen_bit_png_is_divided_by_257() -> None:
    values = np.arange(0, 65536, 16, dtype=np.uint16).reshape(64, 64)
    expected = np.rint(values / 257)
    assert (decode(encode(Image.fromarray(values), "PNG"))[..., 0] == expected).all()


def test_sixteen_bit_tiff_is_stretched_between_percentiles() -> None:
    values = np.linspace(1000, 3000, 64 * 64).astype(np.uint16).reshape(64, 64)
    pixels = decode(encode(Image.fromarray(values), "TIFF"))
    assert (pixels.min(), pixels.max()) == (0, 255)
    assert abs(float(pixels.mean()) - 127.5) < 2


def test_float_tiff_with_nan_is_stretched() -> None:
    values = np.linspace(-1, 1, 64 * 64).astype(np.float32).reshape(64, 64)
    values[0, 0] = np.nan
    values[0, 1] = np.inf
    pixels = decode(encode(Image.fromarray(values), "TIFF"))
    assert pixels[0, 0, 0] == 0
    assert pixels[0, 1, 0] == 255


def test_fits_has_its_first_row_at_the_bottom() -> None:
    values = np.zeros((8, 8), ">i2")
    values[:4] = 100
    pixels = decode(fits(values))
    assert pixels[0, 0, 0] == 0
    assert pixels[7, 0, 0] == 255


def test_fits_scale_and_blank_are_respected() -> None:
    values = np.array([[0, 10], [20, -1]], ">i2")
    pixels = decode(fits(values, BLANK=-1, BSCALE=2.0, BZERO=5.0))
    assert pixels[0, 1, 0] == 0
    assert pixels[0, 0, 0] == 255


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_transparent_parts_are_white(kind: str) -> None:
    image = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    image.paste((10, 20, 30, 255), (0, 0, 4, 8))
    options = {"lossless": True} if kind == "WEBP" else {}
    pixels = decode(encode(image, kind, **options))
    assert tuple(pixels[0, 7]) == (255, 255, 255)
    assert tuple(pixels[0, 0]) == (10, 20, 30)


def test_grey_with_alpha_and_palette_with_transparency_are_laid_over_white() -> None:
    grey = Image.new("LA", (4, 4), (40, 0))
    assert (decode(encode(grey, "PNG")) == 255).all()
    palette = Image.new("P", (4, 4), 0)
    palette.putpalette([9, 9, 9, 200, 100, 50])
    assert (decode(encode(palette, "PNG", transparency=0)) == 255).all()
    assert (decode(encode(palette, "PNG")) == 9).all()


def test_one_bit_grey_and_cmyk_become_rgb() -> None:
    assert (decode(encode(Image.new("1", (9, 9), 1), "PNG")) == 255).all()
    assert (decode(encode(Image.new("L", (9, 9), 77), "PNG")) == 77).all()
    cmyk = Image.fromarray(corners()).convert("CMYK")
    assert near(decode(encode(cmyk, "JPEG")), corners())
    assert near(decode(encode(cmyk, "TIFF")), corners())


def test_a_gif_shows_its_first_frame() -> None:
    first, second = Image.new("RGB", (9, 9), "red"), Image.new("RGB", (9, 9), "blue")
    data = encode(first, "GIF", save_all=True, append_images=[second])
    assert read_header(data).pages == 2
    assert tuple(decode(data)[0, 0]) == (255, 0, 0)


def test_each_page_of_a_tiff_is_decoded() -> None:
    pages = [Image.new("L", (6, 6), value) for value in (10, 20, 30)]
    data = encode(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    assert [int(decode(data, page=page)[0, 0, 0]) for page in range(3)] == [10, 20, 30]
    with pytest.raises(UnreadableImageError, match="no page 3"):
        decode(data, page=3)


@pytest.mark.parametrize("tiled", [False, True])
def test_deep_colour_tiff_is_read(tiled: bool) -> None:
    tifffile = pytest.importorskip("tifffile", reason="the extra science is not installed")
    values = (corners(64, 64).astype(np.uint16) * 16).astype(np.uint16)
    file = io.BytesIO()
    options = {"tile": (32, 32)} if tiled else {}
    tifffile.imwrite(file, values, photometric="rgb", **options)
    assert near(decode(file.getvalue()), corners(64, 64))


def test_a_tiled_tiff_is_read() -> None:
    tifffile = pytest.importorskip("tifffile", reason="the extra science is not installed")
    file = io.BytesIO()
    tifffile.imwrite(file, corners(64, 64), photometric="rgb", tile=(32, 32))
    assert (decode(file.getvalue()) == corners(64, 64)).all()


def test_reduced_copies_inside_a_tiff_are_no_pages() -> None:
    tifffile = pytest.importorskip("tifffile", reason="the extra science is not installed")
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as writer:
        writer.write(corners(64, 64)[::2, ::2], photometric="rgb", subfiletype=1)
        writer.write(corners(64, 64), photometric="rgb")
    header = read_header(file.getvalue())
    assert (header.pages, header.width) == (1, 64)
    assert (decode(file.getvalue()) == corners(64, 64)).all()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "BMP", "WEBP"])
def test_a_cut_file_says_truncated(kind: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    data = encode(rng.integers(0, 255, (64, 64, 3), np.uint8), kind)
    path = tmp_path / "a"
    path.write_bytes(data[: len(data) * 2 // 3])
    with pytest.raises(UnreadableImageError) as caught:
        decode(path)
    assert caught.value.reason in (
        {"truncated", "not an image"} if kind == "TIFF" else {"truncated"}
    )


def test_metadata_does_not_change_the_pixels() -> None:
    plain = encode(corners(), "JPEG")
    dressed = encode(corners(), "JPEG", orientation=1, xmp=b"<x/>", comment=b"hello")
    assert (decode(plain) == decode(dressed)).all()


SEEDS = [encode(corners(24, 16), kind) for kind in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")]
SEEDS.append(encode(corners(24, 16), "JPEG", orientation=6))
SEEDS.append(encode(corners(24, 16), "JPEG", progressive=True))
SEEDS.append(encode(corners(24, 16), "TIFF", compression="tiff_lzw"))
SEEDS.append(encode(Image.new("I;16", (9, 9)), "TIFF"))
SEEDS.append(
    encode(Image.new("L", (6, 6)), "TIFF", save_all=True, append_images=[Image.new("L", (3, 3))])
)
SEEDS.append(fits(np.zeros((4, 5), ">f4")))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=8),
    st.integers(0, 4000),
)
def test_damaged_bytes_are_read_or_refused(
    seed: bytes, edits: list[tuple[int, int]], cut: int
) -> None:
    data = bytearray(seed)
    for at, value in edits:
        data[at % len(data)] = value
    damaged = bytes(data[: max(1, cut)])
    try:
        header = read_header(damaged)
        pixels = decode(damaged)
    except (UnreadableImageError, MissingExtraError):
        return
    assert pixels.shape == (header.height, header.width, 3)


def test_damaged_lzw_is_read_or_refused_by_libtiff() -> None:
    rng = np.random.default_rng(3)
    plain = rng.integers(0, 255, (64, 64, 3), np.uint8)
    whole = encode(plain, "TIFF", compression="tiff_lzw")
    for start in range(200, 4000, 200):
        data = bytearray(whole)
        data[start : start + 60] = b"\xff" * 60
        with contextlib.suppress(UnreadableImageError):
            assert decode(bytes(data)).shape == (64, 64, 3)


def test_a_few_bytes_that_state_endless_rows_or_bands_are_refused_at_once() -> None:
    plain = encode(Image.new("RGB", (1, 1)), "TIFF")
    rows = plain.replace(
        struct.pack("<HHII", 257, 4, 1, 1), struct.pack("<HHII", 257, 4, 1, 1 << 24)
    )
    bands = plain.replace(
        struct.pack("<HHIHH", 277, 3, 1, 3, 0), struct.pack("<HHIHH", 277, 3, 1, 65535, 0)
    )
    bands = bands.replace(
        struct.pack("<HHII", 257, 4, 1, 1), struct.pack("<HHII", 257, 4, 1, 30_000)
    )
    for data in (rows, bands):
        assert data != plain
        with pytest.raises(UnreadableImageError) as caught:
            decode(data)
        assert caught.value.reason == "decompression bomb"
