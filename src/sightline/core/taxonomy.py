"""Classes as people see them: colours that differ, keys that are free."""

from __future__ import annotations

import colorsys
import re
from typing import TYPE_CHECKING, Final

from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterable

HOTKEYS: Final = "123456789"
_GOLDEN: Final = 0.61803398875
_COLOUR: Final = re.compile(r"#[0-9a-f]{6}")


def colour_at(position: int) -> str:
    """Return the colour, `#rrggbb`, of the class at a position; neighbours differ in hue."""
    hue = (0.58 + position * _GOLDEN) % 1.0
    value = 0.92 if position % 2 == 0 else 0.78
    red, green, blue = colorsys.hsv_to_rgb(hue, 0.62, value)
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"


def check_colour(colour: str) -> str:
    """Return `#rrggbb` in lower case.

    Raises:
        InvalidInputError: It is no such colour.
    """
    lower = colour.lower()
    if not _COLOUR.fullmatch(lower):
        raise InvalidInputError(f"{colour!r} is not a colour", hint="write it as #3fa9f5")
    return lower


def free_hotkey(taken: Iterable[str | None]) -> str | None:
    """Return the lowest digit 1-9 that no class has, None when all are taken."""
    used = set(taken)
    return next((key for key in HOTKEYS if key not in used), None)
