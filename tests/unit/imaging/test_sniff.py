from __future__ import annotations

import pytest

from sightline.imaging.sniff import ALL_EXTENSIONS, FOREIGN, READ, extension_fits, sniff
from unit.imaging.pictures import corners, encode


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF", "AVIF", "PPM"])
def test_a_format_is_known_by_its_first_bytes(kind: str) -> None:
    assert sniff(encode(corners(), kind)[:512]) == kind


def test_brands_tell_heic_avif_and_video_apart() -> None:
    assert sniff(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic") == "HEIF"
    assert sniff(b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif") == "AVIF"
    assert sniff(b"\0\0\0\x18ftypisom\0\0\0\0isomavc1") == "a video"


def test_what_is_known_and_not_read_has_a_name() -> None:
    assert sniff(b"%PDF-1.7") in FOREIGN
    assert sniff(b"\0" * 128 + b"DICM") in FOREIGN
    assert sniff(b"hello") == ""
    assert not FOREIGN & READ


def test_extensions_belong_to_formats_in_any_case() -> None:
    assert extension_fits(".JPG", "JPEG")
    assert not extension_fits(".jpg", "PNG")
    assert {".jpg", ".heic", ".fits", ".tif"} <= ALL_EXTENSIONS
