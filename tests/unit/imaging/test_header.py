from __future__ import annotations

import os
import struct
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from sightline.core.errors import UnreadableImageError
from sightline.imaging.header import read_header
from sightline.imaging.limits import Limits
from unit.imaging.pictures import corners, encode, fits, stored

if TYPE_CHECKING:
    from pathlib import Path

TURNABLE = ("JPEG", "PNG", "WEBP", "TIFF", "AVIF")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF", "AVIF", "PPM"])
def test_header_states_format_and_size(kind: str) -> None:
    header = read_header(encode(corners(), kind))
    assert (header.format, header.width, header.height) == (kind, 48, 32)
    assert (header.pages, header.orientation, header.complete) == (1, 1, True)


@pytest.mark.parametrize("kind", TURNABLE)
@pytest.mark.parametrize("turn", range(1, 9))
def test_header_gives_the_display_size_for_every_orientation(kind: str, turn: int) -> None:
    header = read_header(encode(stored(corners(), turn), kind, orientation=turn))
    assert (header.width, header.height) == (48, 32)
    assert (header.raw_width, header.raw_height) == ((32, 48) if turn > 4 else (48, 32))


def test_orientation_is_read_from_xmp_when_exif_states_none() -> None:
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><r tiff:Orientation="6"/></x:xmpmeta>'
    assert read_header(encode(corners(), "JPEG", xmp=xmp)).orientation == 6


def test_a_png_states_its_orientation_even_after_the_pixels() -> None:
    data = encode(corners(), "PNG")
    block = b"II*\0\x08\0\0\0\x01\0" + struct.pack("<HHIHH", 0x0112, 3, 1, 6, 0) + b"\0" * 4
    chunk = struct.pack(">I", len(block)) + b"eXIf" + block + b"\0" * 4
    header = read_header(data[:-12] + chunk + data[-12:])
    assert (header.orientation, header.width, header.height) == (6, 32, 48)


def test_a_multi_page_tiff_lists_the_size_of_every_page() -> None:
    first, second = Image.new("L", (20, 10)), Image.new("L", (8, 30))
    header = read_header(encode(first, "TIFF", save_all=True, append_images=[second]))
    assert header.pages == 2
    assert header.page_sizes == ((20, 10), (8, 30))


def test_pages_beyond_the_limit_are_left_out() -> None:
    pages = [Image.new("L", (4, 4)) for _ in range(9)]
    data = encode(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    assert read_header(data, limits=Limits(max_pages=3)).pages == 3


def test_fits_is_read_without_an_extra() -> None:
    header = read_header(fits(np.zeros((7, 9), ">f4")))
    assert (header.format, header.width, header.height, header.mode) == ("FITS", 9, 7, "F")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty file"),
        (b"hello, this is text", "not an image"),
        (b"\xff\xd8\xff\xe0", "truncated"),
        (b"\x89PNG\r\n\x1a\n\0\0", "truncated"),
        (b"%PDF-1.7 ....", "unsupported"),
        (b"II*\0\x08\0\0\0\0\0", "not an image"),
    ],
)
def test_what_is_no_picture_is_refused_with_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableImageError) as caught:
        read_header(data)
    assert caught.value.reason == reason
    assert caught.value.hint


def test_a_bomb_is_refused_by_its_header() -> None:
    data = bytearray(encode(corners(), "PNG"))
    data[16:24] = struct.pack(">II", 60_000, 60_000)
    with pytest.raises(UnreadableImageError) as caught:
        read_header(bytes(data))
    assert caught.value.reason == "decompression bomb"


def test_many_pixels_in_few_bytes_are_a_bomb() -> None:
    with pytest.raises(UnreadableImageError, match="look like a bomb"):
        read_header(encode(Image.new("1", (9000, 9000)), "PNG"))


def test_files_that_cannot_be_opened_say_why(tmp_path: Path) -> None:
    link = tmp_path / "link.jpg"
    link.symlink_to(tmp_path / "nowhere.jpg")
    loop = tmp_path / "loop.jpg"
    loop.symlink_to(loop)
    for path, reason in [
        (link, "dead link"),
        (loop, "dead link"),
        (tmp_path / "none.jpg", "missing"),
        (tmp_path, "not an image"),
    ]:
        with pytest.raises(UnreadableImageError) as caught:
            read_header(path)
        assert caught.value.reason == reason


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_says_so(tmp_path: Path) -> None:
    path = tmp_path / "secret.jpg"
    path.write_bytes(encode(corners(), "JPEG"))
    path.chmod(0)
    with pytest.raises(UnreadableImageError) as caught:
        read_header(path)
    assert caught.value.reason == "no permission"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_a_cut_file_is_seen_to_be_incomplete(kind: str) -> None:
    rng = np.random.default_rng(1)
    data = encode(rng.integers(0, 255, (64, 64, 3), np.uint8), kind)
    assert read_header(data).complete
    assert not read_header(data[: len(data) * 2 // 3]).complete


def test_a_file_and_its_bytes_have_the_same_header(tmp_path: Path) -> None:
    for kind in ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP"):
        path = tmp_path / f"a.{kind}"
        path.write_bytes(encode(corners(), kind))
        assert read_header(path) == read_header(path.read_bytes())


def test_a_jpeg_header_costs_little() -> None:
    data = encode(Image.new("RGB", (1152, 868)), "JPEG", orientation=6)
    began = time.thread_time()
    for _ in range(200):
        read_header(data)
    assert (time.thread_time() - began) / 200 < 0.5e-3
