"""What a file is, by its first bytes; its name is not asked."""

from __future__ import annotations

from typing import Final

_STARTS: Final = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"BM", "BMP"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"SIMPLE  =", "FITS"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG2000"),
    (b"\xff\x4f\xff\x51", "JPEG2000"),
    (b"8BPS", "a Photoshop file"),
    (b"%PDF", "a PDF file"),
    (b"%!PS", "a PostScript file"),
    (b"<svg", "an SVG drawing"),
    (b"DDS ", "a DDS texture"),
    (b"\0\0\x01\0", "an icon"),
    (b"qoif", "a QOI picture"),
    (b"v/1\x01", "an OpenEXR picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1aE\xdf\xa3", "a video"),
)
_HEIF: Final = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"})
_AVIF: Final = frozenset({b"avif", b"avis"})
_DICOM_AT: Final = 128
READ: Final = frozenset(
    {
        "JPEG",
        "PNG",
        "WEBP",
        "GIF",
        "BMP",
        "TIFF",
        "FITS",
        "HEIF",
        "AVIF",
        "PPM",
        "JPEG2000",
    }
)
"""The formats that are read."""
FOREIGN: Final = frozenset({name for _, name in _STARTS} - READ | {"a DICOM file", "a video"})
"""What is known and not read."""


def sniff(head: bytes) -> str:
    """Return the format that the first 512 bytes belong to; an empty string: none that is known.

    The answer is one of READ, or a phrase of FOREIGN.
    """
    for start, name in _STARTS:
        if head.startswith(start):
            return name
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp":
        return _media(head)
    if len(head) > 2 and head[:1] == b"P" and head[1:2] in b"123456" and head[2:3].isspace():  # noqa: PLR2004
        return "PPM"
    if head[_DICOM_AT : _DICOM_AT + 4] == b"DICM":
        return "a DICOM file"
    return ""


def _media(head: bytes) -> str:
    """Return what an ISO base media file is, by its major and compatible brands."""
    end = min(int.from_bytes(head[:4], "big"), len(head))
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, end - 3, 4))]
    if brands[0] in _AVIF or (brands[0] in {b"mif1", b"msf1"} and _AVIF & set(brands)):
        return "AVIF"
    return "HEIF" if _HEIF & set(brands) else "a video"


EXTENSIONS: Final = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo"),
    "PNG": (".png", ".apng"),
    "WEBP": (".webp",),
    "GIF": (".gif",),
    "BMP": (".bmp", ".dib"),
    "TIFF": (".tif", ".tiff"),
    "FITS": (".fits", ".fit", ".fts"),
    "HEIF": (".heic", ".heif", ".hif"),
    "AVIF": (".avif",),
    "PPM": (".ppm", ".pgm", ".pbm", ".pnm"),
    "JPEG2000": (".jp2", ".j2k", ".jpx"),
}
"""File name extensions of each format that is read."""
ALL_EXTENSIONS: Final = frozenset(name for names in EXTENSIONS.values() for name in names)


def extension_fits(suffix: str, kind: str) -> bool:
    """Say whether a file named `*suffix` (with its dot, any case) should hold `kind`."""
    return suffix.lower() in EXTENSIONS.get(kind, ())
