"""The pages of a TIFF or BigTIFF file (TIFF 6.0), read without decoding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from sightline.imaging.exif import orientation_of_xmp

if TYPE_CHECKING:
    from sightline.imaging.source import Data

Order = Literal["little", "big"]
Tags = dict[str, tuple[int, ...] | bytes]
_ORDERS: Final[dict[bytes, tuple[Order, bool]]] = {
    b"II*\0": ("little", False),
    b"MM\0*": ("big", False),
    b"II+\0": ("little", True),
    b"MM\0+": ("big", True),
}
_WIDTHS: Final = {1: 1, 2: 1, 3: 2, 4: 4, 6: 1, 7: 1, 8: 2, 9: 4, 13: 4, 16: 8, 17: 8, 18: 8}
_REDUCED, _MASK = 1, 4
MAX_ENTRIES: Final = 4096
MAX_VALUES: Final = 1 << 20
_WANTED: Final = {
    254: "kind",
    256: "width",
    257: "height",
    258: "bits",
    259: "compression",
    262: "photometric",
    273: "offsets",
    274: "orientation",
    277: "samples",
    279: "counts",
    324: "offsets",
    325: "counts",
    339: "format",
    700: "xmp",
}


@dataclass(frozen=True, slots=True)
class TiffPage:
    """One picture of the file."""

    directory: int
    """Which directory of the file it is, counted from 0; thumbnails count, too."""
    width: int
    height: int
    orientation: int
    """1..8."""
    bits: int
    """Bits of one sample."""
    samples: int
    """Samples of one pixel."""
    kind: Literal["uint", "int", "float"]
    photometric: int
    compression: int
    """1 none, 5 LZW, 7 JPEG, 8 deflate and so on."""
    end: int
    """First byte after the last strip or tile."""

    @property
    def mode(self) -> str:
        """Return what a pixel is, in Pillow's words where it has some."""
        if self.bits == 1 and self.samples == 1:
            return "1"
        if self.bits <= 8:  # noqa: PLR2004
            return {3: "P", 5: "CMYK"}.get(self.photometric, _band(self.samples))
        if self.samples > 1:
            return f"{_band(self.samples)};{self.bits}{'f' if self.kind == 'float' else ''}"
        return "F" if self.kind == "float" else "I;16" if self.bits <= 16 else "I"  # noqa: PLR2004


def _band(samples: int) -> str:
    return {1: "L", 2: "LA", 3: "RGB"}.get(samples, "RGBA")


def parse_tiff(data: Data, *, max_pages: int) -> tuple[TiffPage, ...]:
    """Return the full-size pages, at most `max_pages`; reduced copies and masks are left out."""
    style = _ORDERS.get(data[0:4])
    if style is None:
        return ()
    order, big = style
    width = 8 if big else 4
    at = int.from_bytes(data[8:16] if big else data[4:8], order)
    seen: set[int] = set()
    pages: list[TiffPage] = []
    while at and at not in seen and at < len(data) and len(pages) < max_pages:
        seen.add(at)
        head = 8 if big else 2
        count = int.from_bytes(data[at : at + head], order)
        if not 0 < count <= MAX_ENTRIES:
            break
        size = 20 if big else 12
        entries = data[at + head : at + head + size * count]
        page = _page(data, _tags(data, entries, order, big=big), len(seen) - 1)
        if page is not None:
            pages.append(page)
        after = at + head + size * count
        at = int.from_bytes(data[after : after + width], order)
        if len(seen) > 4 * max_pages:
            break
    return tuple(pages)


def _tags(data: Data, entries: bytes, order: Order, *, big: bool) -> Tags:
    """Return the wanted tags; of a tag that stands twice the first counts, as in libtiff."""
    found: Tags = {}
    size, inline = (20, 8) if big else (12, 4)
    for start in range(0, len(entries) - size + 1, size):
        entry = entries[start : start + size]
        name = _WANTED.get(int.from_bytes(entry[:2], order))
        width = _WIDTHS.get(int.from_bytes(entry[2:4], order))
        if name is None or width is None or name in found:
            continue
        count = int.from_bytes(entry[4 : size - inline], order)
        if count > MAX_VALUES:
            continue
        raw = entry[size - inline : size - inline + width * count]
        if width * count > inline:
            at = int.from_bytes(entry[size - inline :], order)
            raw = data[at : at + width * count]
        if name == "xmp":
            found[name] = raw
        else:
            steps = range(0, len(raw) - width + 1, width)
            found[name] = tuple(int.from_bytes(raw[i : i + width], order) for i in steps)
    return found


def _page(data: Data, tags: Tags, directory: int) -> TiffPage | None:
    def first(name: str, default: int) -> int:
        values = tags.get(name, ())
        return int(values[0]) if values else default

    width, height = first("width", 0), first("height", 0)
    if not width or not height or first("kind", 0) & (_REDUCED | _MASK):
        return None
    turn = first("orientation", 0)
    xmp = tags.get("xmp")
    if not turn and isinstance(xmp, bytes):
        turn = orientation_of_xmp(xmp)
    offsets, counts = tags.get("offsets", ()), tags.get("counts", ())
    ends = [offset + count for offset, count in zip(offsets, counts, strict=False)]
    kinds: dict[int, Literal["int", "float"]] = {2: "int", 3: "float"}
    return TiffPage(
        directory=directory,
        width=width,
        height=height,
        orientation=turn if 1 <= turn <= 8 else 1,  # noqa: PLR2004
        bits=first("bits", 1),
        samples=first("samples", 1),
        kind=kinds.get(first("format", 1), "uint"),
        photometric=first("photometric", 1),
        compression=first("compression", 1),
        end=max(ends, default=len(data)),
    )
