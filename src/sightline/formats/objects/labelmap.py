"""Lists of classes with colours, as CVAT and datumaro keep them for Pascal VOC: `name:r,g,b::`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sightline.formats.records import ClassInfo

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sightline.formats.objects.source import Source

NAME: Final = "labelmap.txt"
BACKGROUND: Final = "background"
_CHANNELS: Final = 3
_BITS: Final = 8


def read_labelmap(source: Source) -> list[ClassInfo]:
    """Return the classes of a labelmap with colours, the background too; none: there is none."""
    names = [one for one in source.names if one.rpartition("/")[2].lower() == NAME]
    if not names:
        return []
    found = []
    for line in source.text(min(names, key=len)).splitlines():
        parts = line.strip().rsplit(":", 3)
        if line.startswith("#") or len(parts) != 4:  # noqa: PLR2004 - name, colour, parts, actions
            continue
        found.append(ClassInfo(parts[0], _colour(parts[1])))
    return found


def labelmap_text(classes: Iterable[ClassInfo]) -> str:
    """Return a labelmap; classes without a colour get that of VOC's colour map."""
    lines = ["# label:color_rgb:parts:actions", f"{BACKGROUND}:0,0,0::"]
    for place, one in enumerate(classes, start=1):
        red, green, blue = rgb_of(one.colour) or voc_colour(place)
        lines.append(f"{one.name}:{red},{green},{blue}::")
    return "\n".join(lines) + "\n"


def voc_colour(place: int) -> tuple[int, int, int]:
    """Return the colour of a class by its number, as PASCAL VOC's development kit makes them."""
    channels = [0, 0, 0]
    for bit in range(_BITS):
        for channel in range(_CHANNELS):
            channels[channel] |= ((place >> channel) & 1) << (7 - bit)
        place >>= 3
    return channels[0], channels[1], channels[2]


def rgb_of(colour: str) -> tuple[int, int, int] | None:
    """Return red, green, blue of `#rrggbb`, None for anything else."""
    text = colour.removeprefix("#")
    try:
        value = int(text, 16)
    except ValueError:
        return None
    return (value >> 16, value >> 8 & 255, value & 255) if len(text) == 6 else None  # noqa: PLR2004


def _colour(text: str) -> str:
    parts = text.split(",")
    if len(parts) != _CHANNELS or not all(one.strip().isdigit() for one in parts):
        return ""
    return "#" + "".join(f"{min(int(one), 255):02x}" for one in parts)
