"""What a file is, by its first bytes alone."""

from __future__ import annotations

import pytest

from sightline.imaging.containers import sniff_container, structure


@pytest.mark.parametrize(
    ("head", "kind", "form"),
    [
        (b"\0\0\0\x18ftypisom\0\0\2\0isomiso2", "clip", "MP4"),
        (b"\0\0\0\x14ftypqt  \0\0\2\0qt  ", "clip", "QuickTime"),
        (b"\0\0\0\x08wide\0\0\0\0mdat", "clip", "QuickTime"),
        (b"\0\0\0\x18ftypM4A \0\0\2\0M4A ", "audio", "MP4"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image", "HEIF"),
        (b"\x1aE\xdf\xa3\x9fB\x86", "clip", "Matroska"),
        (b"RIFF\0\0\0\0AVI LIST", "clip", "AVI"),
        (b"RIFF\0\0\0\0WAVEfmt ", "audio", "WAV"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image", "WEBP"),
        (b"ID3\4\0\0", "audio", "MP3"),
        (b"\xff\xfb\x90\x44", "audio", "MP3"),
        (b"\xff\xd8\xff\xe0", "image", "JPEG"),
        (b"G" + bytes(187) + b"G", "clip", "MPEG-TS"),
        (b"GIF89a" + bytes(300), "image", "GIF"),
        (b"#EXTM3U\n", "", ""),
        (b"ffconcat version 1.0\n", "", ""),
        (b"PK\3\4", "", "a ZIP archive"),
        (b"", "", ""),
    ],
)
def test_the_content_decides(head: bytes, kind: str, form: str) -> None:
    found = sniff_container(head)

    assert (found.kind, found.format) == (kind, form)


def test_a_segment_of_matroska_tells_where_it_ends() -> None:
    head = b"\x1aE\xdf\xa3\x84abcd\x18\x53\x80\x67"

    assert structure(head + b"\x85hello").whole
    assert not structure(head + b"\x86hello").whole
    assert structure(head + b"\x01\xff\xff\xff\xff\xff\xff\xffhello").whole, "length not known"
