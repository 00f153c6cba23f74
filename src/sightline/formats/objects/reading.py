"""What readers of objects share: classes as they turn up, what was left out, numbers."""

from __future__ import annotations

import math
import posixpath
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError
from sightline.core.geometry.shapes import Box, shape_from_json
from sightline.core.objects import MAX_ATTRIBUTES, MAX_TEXT
from sightline.formats.objects.source import stem_of
from sightline.formats.records import ClassInfo, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sightline.core.geometry.shapes import Shape
    from sightline.formats.objects.source import Source

FAULTS: Final = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    OverflowError,
    AttributeError,
    InvalidInputError,
)
"""What a value that is not as it should be makes of the code that reads it."""
MOST_REFUSED: Final = 1000
"""Kept in full; the others are counted."""
MOST_WHERE: Final = 300
NAMELESS: Final = "object"
"""Class of objects that their file gives none."""


class Reading:
    """A reader's account: the classes in their order, and what was left out."""

    def __init__(self) -> None:
        self.classes: list[ClassInfo] = []
        self.refused: list[Refused] = []
        self.refused_count = 0
        self.twins: frozenset[str] = frozenset()
        """Bare names, without their endings, of more than one picture."""
        self._seen: set[str] = set()
        self._names: dict[str, str] = {}

    def learn(self, written: Any, colour: str = "") -> str:
        """Take note of a class and return its name."""
        known = self._names.get(written) if isinstance(written, str) else None
        if known is not None:
            return known
        name = name_of(written)
        if isinstance(written, str):
            self._names[written] = name
        if name not in self._seen:
            self._seen.add(name)
            self.classes.append(ClassInfo(name, colour))
        return name

    def describe(self, written: str, skeleton: dict[str, Any]) -> None:
        """Give a class the skeleton of its keypoints."""
        name = self.learn(written)
        self.classes = [
            replace(one, skeleton=skeleton) if one.name == name else one for one in self.classes
        ]

    def refuse(self, where: str, reason: str) -> None:
        """Take note of something that is left out."""
        self.refused_count += 1
        if len(self.refused) < MOST_REFUSED:
            self.refused.append(Refused(where[:MOST_WHERE], reason[:MOST_WHERE]))


def number(text: str) -> float:
    """Return the number of a text, with a point or a comma before its decimals.

    Raises:
        ValueError: It is none.
    """
    try:
        return float(text)
    except ValueError:
        return float(text.replace(",", ".", 1))


def box(x1: float, y1: float, x2: float, y2: float) -> Shape:
    """Return the box between two opposite corners.

    Raises:
        InvalidInputError: A number is infinite or none, or it has no area.
    """
    if -math.inf < x1 < x2 < math.inf and -math.inf < y1 < y2 < math.inf:
        return Box(x1, y1, x2, y2)
    return shape_from_json("box", (x1, y1, x2, y2))


def name_of(value: Any) -> str:
    """Return a class's name as it is used here: without space around it, never empty."""
    name = value.strip() if isinstance(value, str) else "" if value is None else str(value)
    return name[:MAX_TEXT] or NAMELESS


def plain(values: Mapping[Any, Any] | None) -> dict[str, Any]:
    """Return the attributes that an object can have: text, finite numbers and booleans by name."""
    found: dict[str, Any] = {}
    for key, value in (values or {}).items():
        if isinstance(value, str):
            found[str(key)] = value[:MAX_TEXT]
        elif isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
            found[str(key)] = value
        if len(found) == MAX_ATTRIBUTES:
            break
    return found


def score_of(value: Any) -> float | None:
    """Return a score of 0..1, None if the value is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= 1 else None


def whole(value: Any) -> int:
    """Return a size in pixels, 0 if the value is none."""
    try:
        size = int(float(value))
    except (TypeError, ValueError, OverflowError):
        return 0
    return size if 0 < size < 1_000_000 else 0  # noqa: PLR2004


def image_level(unmarked: list[str], marked: list[str]) -> tuple[str, tuple[str, ...]]:
    """Return class and tags of a picture: a name that stands alone is its class.

    Args:
        unmarked: Names that the file does not call tags.
        marked: Names that it calls so.
    """
    label = unmarked[0] if len(unmarked) == 1 else ""
    tags = marked if label else [*unmarked, *marked]
    return label, tuple(dict.fromkeys(tags))


def reason_of(error: Exception) -> str:
    """Return why an object cannot be used, in a word or a sentence."""
    if isinstance(error, InvalidInputError):
        return str(error)
    if isinstance(error, KeyError):
        return f"it has no {error.args[0]}"
    return str(error) or type(error).__name__


def near(source: Source, beside: str, path: str, folder: str = "") -> str:
    """Return where a data set holds a picture that one of its files names; empty: nowhere.

    Args:
        source: The data set.
        beside: The file that names it.
        path: How.
        folder: Where below `images` it may lie besides.
    """
    start = beside.rpartition("/")[0]
    found = ""
    for inner in dict.fromkeys((path, f"images/{path}", f"images/{folder}/{path}")):
        wanted = posixpath.normpath(posixpath.join(start, inner))
        found = source.picture_of(stem_of(wanted))
        if found == wanted:
            return found
    return found if found.rpartition("/")[2] == path.rpartition("/")[2] else ""
