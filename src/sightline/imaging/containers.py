"""What kind of clip a file is, and whether it is all there, by its structure alone."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sightline.imaging.sniff import READ, sniff

if TYPE_CHECKING:
    from sightline.imaging.source import Data

MAX_BOXES: Final = 10_000
HEAD: Final = 512
"""Bytes that tell what a file is."""
_LARGE: Final = 1
_TO_THE_END: Final = 0
_TS_PACKET: Final = 188
_RIFF_HEAD: Final = 8
_ASF: Final = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_QUICKTIME: Final = frozenset({b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
_AUDIO_BRANDS: Final = frozenset({b"M4A ", b"M4B ", b"M4P "})
_CLIPS: Final = (
    (b"\x1aE\xdf\xa3", "Matroska"),
    (_ASF, "ASF"),
    (b"FLV\x01", "FLV"),
    (b"OggS", "Ogg"),
    (b"\0\0\x01\xba", "MPEG-PS"),
    (b"\0\0\x01\xb3", "MPEG-1"),
    (b"YUV4MPEG2 ", "Y4M"),
)
_SOUNDS: Final = ((b"ID3", "MP3"), (b"fLaC", "FLAC"), (b"#!AMR", "AMR"), (b"MThd", "MIDI"))
_SEGMENT: Final = b"\x18\x53\x80\x67"


@dataclass(frozen=True, slots=True)
class Container:
    """What a file is."""

    kind: str
    """image, clip or audio; empty: neither."""
    format: str
    """JPEG, MP4, Matroska, ..."""


def sniff_container(head: bytes) -> Container:
    """Return what the first 512 bytes belong to; the name of the file is not asked.

    Playlists (HLS, concat) are no clip here: a decoder would follow the addresses in them.
    """
    found = _clip(head) or _sound(head)
    if found is not None:
        return found
    picture = sniff(head)
    return Container("image", picture) if picture in READ else Container("", picture)


def _clip(head: bytes) -> Container | None:
    if head[4:8] == b"ftyp" and sniff(head) == "a video":
        if head[8:12] in _AUDIO_BRANDS:
            return Container("audio", "MP4")
        return Container("clip", "QuickTime" if head[8:12] == b"qt  " else "MP4")
    if head[4:8] in _QUICKTIME:
        return Container("clip", "QuickTime")
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return Container("clip", "AVI")
    if head[:1] == b"G" and head[_TS_PACKET : _TS_PACKET + 1] == b"G" and head[:3] != b"GIF":
        return Container("clip", "MPEG-TS")
    name = next((name for start, name in _CLIPS if head.startswith(start)), "")
    return Container("clip", name) if name else None


def _sound(head: bytes) -> Container | None:
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return Container("audio", "WAV")
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2:  # noqa: PLR2004 - MPEG audio
        return Container("audio", "MP3")
    name = next((name for start, name in _SOUNDS if head.startswith(start)), "")
    return Container("audio", name) if name else None


@dataclass(frozen=True, slots=True)
class Structure:
    """What the boxes of a clip say."""

    whole: bool = True
    """False: the file states more bytes than it has."""
    stated: bool = False
    """It states how many it has."""
    indexed: bool = True
    """False: the index that a decoder needs is missing."""
    counted: bool = False
    """Its frames are counted in it; else a decoder guesses from rate and length."""
    handlers: frozenset[str] = frozenset()
    """Kinds of its tracks, vide and soun among them; empty: not known."""


def structure(data: Data) -> Structure:
    """Return what is known of a clip without decoding it; never fails."""
    kind = sniff_container(data[0:HEAD]).format
    if kind in {"MP4", "QuickTime"}:
        return _boxes(data)
    if kind == "AVI":
        stated = struct.unpack("<I", data[4:8])[0] if len(data) >= _RIFF_HEAD else 0
        return Structure(whole=stated + _RIFF_HEAD <= len(data), stated=True, counted=True)
    if kind == "Matroska":
        end = _segment_end(data)
        return Structure(whole=end <= len(data), stated=end > 0)
    return Structure()


def _segment_end(data: Data) -> int:
    """Return where the first segment of a Matroska or WebM file ends (RFC 9559); 0: not known."""
    at = 4
    size, length = _vint(data[at : at + 8])
    at += length + size
    if data[at : at + 4] != _SEGMENT:
        return 0
    size, length = _vint(data[at + 4 : at + 12])
    return 0 if size == (1 << 7 * length) - 1 else at + 4 + length + size


def _vint(head: bytes) -> tuple[int, int]:
    """Return a number of variable length (RFC 8794) and its bytes."""
    if not head or not head[0]:
        return 0, 1
    length = 9 - head[0].bit_length()
    return int.from_bytes(head[:length], "big") & ((1 << 7 * length) - 1), length


def _boxes(data: Data) -> Structure:
    """Walk the top level of an ISO base media file (ISO/IEC 14496-12)."""
    at, names, handlers = 0, set[bytes](), frozenset[str]()
    for _ in range(MAX_BOXES):
        head = data[at : at + 16]
        if len(head) < 8:  # noqa: PLR2004 - size and name
            break
        name, size = head[4:8], _size(head, len(data) - at)
        if at + size <= len(data):
            names.add(name)
        if name == b"moov" and name in names:
            handlers |= _handlers(data[at : at + min(size, 1 << 24)])
        if size < 8:  # noqa: PLR2004
            break
        at += size
    indexed = b"moov" in names
    return Structure(
        whole=at <= len(data), indexed=indexed, counted=b"moof" not in names, handlers=handlers
    )


def _size(head: bytes, rest: int) -> int:
    size = int.from_bytes(head[:4], "big")
    if size == _LARGE:
        return int.from_bytes(head[8:16], "big")
    return rest if size == _TO_THE_END else size


def _handlers(moov: bytes) -> frozenset[str]:
    """Return the handler types of the tracks (`hdlr`), wherever they stand."""
    found, at = set[str](), moov.find(b"hdlr")
    while at >= 0:
        found.add(moov[at + 12 : at + 16].decode("latin-1"))
        at = moov.find(b"hdlr", at + 4)
    return frozenset(found)
