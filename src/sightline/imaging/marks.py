"""Boxes with their names, and lines of text, drawn into pictures."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.arrays import U8
    from sightline.core.geometry.shapes import Bounds

COLOURS: Final = (
    (86, 180, 233),
    (230, 159, 0),
    (0, 158, 115),
    (240, 228, 66),
    (213, 94, 0),
    (204, 121, 167),
    (120, 150, 255),
    (150, 220, 90),
)
"""RGB; the first seven after Okabe and Ito (2008), told apart by most eyes."""
_INK: Final = (16, 18, 22)
_FONT: Final = "uni"
"""OpenCV's own: Latin, Greek, Cyrillic and Chinese."""
_UNWRITABLE: Final = ((0x0590, 0x1100), (0x1780, 0x1800))
"""Blocks of Unicode (Hebrew to Myanmar, Khmer) that it has no letters for."""
_PAPER: Final = 0.45
_FAINT: Final = 0.4


@dataclass(frozen=True, slots=True)
class Mark:
    """A box and what stands at it."""

    box: Bounds
    """x1, y1, x2, y2, pixels of the picture."""
    name: str
    """Says the colour."""
    label: str = ""
    outline: tuple[float, ...] = ()
    """x0, y0, x1, y1, ...: a line drawn around the object and filled, faintly."""
    boxed: bool = True
    """Whether the box itself is drawn."""


def colour_of(name: str) -> tuple[int, int, int]:
    """Return the colour of a class, RGB: the same name has the same one everywhere."""
    return COLOURS[zlib.crc32(name.encode()) % len(COLOURS)]


def draw_marks(image: U8, marks: Sequence[Mark]) -> None:
    """Draw boxes into a picture (H, W, 3) RGB or (H, W, 4) RGBA, in place."""
    import cv2

    height, width = image.shape[:2]
    line = max(1, round(max(height, width) / 400))
    for mark in marks:
        x1, y1, x2, y2 = (round(side) for side in mark.box)
        if mark.outline:
            _outlined(cv2, image, mark, line)
        if not mark.boxed:
            continue
        for colour, thick in ((_INK, line + 2), (colour_of(mark.name), line)):
            cv2.rectangle(image, (x1, y1), (x2, y2), _full(image, colour), thick)
        if mark.label:
            _plate(cv2, image, mark, (x1, y1))


def writable(text: str) -> bool:
    """Tell whether the font has letters for a text."""
    return not any(low <= ord(one) < high for one in text for low, high in _UNWRITABLE)


def draw_caption(image: U8, text: str) -> None:
    """Write a text on a dark strip at the foot of a picture (H, W, 3) RGB, in place.

    The strip takes half of the picture at most; what does not fit is left out.
    """
    import cv2

    height, width = image.shape[:2]
    size = max(12, round(height / 24))
    font = cv2.FontFace(_FONT)
    lines = _wrapped(cv2, text, font, size, width - 2 * size)
    most = max(int((height / 2 / size - 0.7) / 1.5), 1)
    if len(lines) > most:
        lines = [*lines[: most - 1], f"{lines[most - 1]} ..."]
    top = max(height - round(size * (1.5 * len(lines) + 0.7)), 0)
    strip = image[top:]
    strip[:] = (strip * (1 - _PAPER) * 0.6).astype(np.uint8)
    for place, line in enumerate(lines):
        foot = top + round(size * (1.5 * place + 1.4))
        cv2.putText(image, line, (size, foot), (255, 255, 255), font, size)


def _outlined(cv2: Any, image: U8, mark: Mark, line: int) -> None:
    """Draw an outline, and lay its colour over what is inside."""
    corners = np.array(mark.outline).reshape(-1, 2).round().astype(np.int32)
    inside = np.zeros(image.shape[:2], np.uint8)
    cv2.fillPoly(inside, [corners], 1)
    there = inside > 0
    if image.shape[2] == 4:  # noqa: PLR2004 - RGBA
        image[there] = (*colour_of(mark.name), round(255 * _FAINT))
    else:
        tint = np.array(colour_of(mark.name)) * _FAINT
        image[there] = (image[there] * (1 - _FAINT) + tint).astype(np.uint8)
    cv2.polylines(image, [corners], True, _full(image, colour_of(mark.name)), line)


def _plate(cv2: Any, image: U8, mark: Mark, corner: tuple[int, int]) -> None:
    """Write a label above the box, inside it where there is no room above."""
    height, width = image.shape[:2]
    size = max(10, round(max(height, width) / 55))
    font = cv2.FontFace(_FONT)
    _, _, long, _ = cv2.getTextSize((width, height), mark.label, (0, 0), font, size)
    x = min(max(corner[0], 0), max(width - long - size // 2, 0))
    foot = corner[1] if corner[1] > round(1.4 * size) else corner[1] + round(1.4 * size)
    colour = _full(image, colour_of(mark.name))
    plate = (x, foot - round(1.35 * size)), (x + long + size // 2, foot)
    cv2.rectangle(image, *plate, colour, cv2.FILLED)
    at = (x + size // 4, foot - round(0.32 * size))
    cv2.putText(image, mark.label, at, _full(image, _INK), font, size)


def _wrapped(cv2: Any, text: str, font: Any, size: int, room: int) -> list[str]:
    """Break a text into lines of at most `room` pixels; one without spaces between letters."""
    lines = [""]
    spaced = " " in text
    for part in text.split() if spaced else text:
        longer = f"{lines[-1]} {part}".strip() if spaced else lines[-1] + part
        _, _, long, _ = cv2.getTextSize((room, size), longer, (0, 0), font, size)
        if long > room and lines[-1]:
            lines.append(part)
        else:
            lines[-1] = longer
    return lines


def _full(image: U8, colour: tuple[int, int, int]) -> tuple[int, ...]:
    return (*colour, 255) if image.shape[2] == 4 else colour  # noqa: PLR2004 - RGBA
