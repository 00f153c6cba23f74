"""What belongs together, as a person writes it: `image`, `folder`, `folder:2`, `name:REGEX`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final, Literal

from sightline.core.errors import InvalidInputError

Kind = Literal["image", "folder", "name", "near", "day"]
BY: Final = ("image", "folder", "folder:2", "name", "name:REGEX", "near", "day")
"""How it is written; `near` and `day` look at the pictures, the others at their paths alone."""
OF_PATH: Final = frozenset({"image", "folder", "name"})
MOST_LEVELS: Final = 20
MOST_PATTERN: Final = 200
MOST_REPEATS: Final = 4
MOST_NAME: Final = 120
"""Characters of a name that a pattern sees, from its end: some patterns take long on long texts."""
_COUNTER: Final = re.compile(r"[\s._()\-]*\d+[\s._()\-]*$")
_REPEATED_GROUP: Final = re.compile(r"\)\s*[*+{?]")
_BACK: Final = re.compile(r"\\[1-9]|\(\?P=")


@dataclass(frozen=True, slots=True)
class Grouping:
    """How images are put together."""

    kind: Kind = "image"
    levels: int = 1
    """Of `folder`: 1 is the one that the picture lies in, 2 the one above."""
    pattern: re.Pattern[str] | None = None
    """Of `name`: its first group, or all that it matches; None: the name without its counter."""

    def __str__(self) -> str:
        if self.kind == "folder" and self.levels > 1:
            return f"folder:{self.levels}"
        return self.kind if self.pattern is None else f"name:{self.pattern.pattern}"

    def of(self, path: str, digest: str) -> str:
        """Return what an image stays together with; its digest where the path tells nothing."""
        if self.kind == "folder":
            return self._folder(path) or digest
        if self.kind == "name":
            return self._name(path) or digest
        return digest

    def _folder(self, path: str) -> str:
        parents = PurePath(path).parents
        at = self.levels - 1
        found = parents[at].as_posix() if at < len(parents) else "."
        return "" if found in {".", "/"} else f"folder:{found}"

    def _name(self, path: str) -> str:
        stem = PurePath(path).stem[-MOST_NAME:]
        if self.pattern is None:
            found = _COUNTER.sub("", stem)
            return f"name:{found}" if found and found != stem else ""
        match = self.pattern.search(stem)
        if match is None:
            return ""
        part = match[1] if self.pattern.groups else match[0]
        return f"name:{part}" if part else ""


def parse_grouping(text: str) -> Grouping:
    """Read what `str` of a grouping writes.

    Raises:
        InvalidInputError: It is none of `BY`, or its pattern is not valid.
    """
    kind, _, rest = text.strip().partition(":")
    if kind == "folder" and rest:
        if not rest.isdecimal() or not 1 <= int(rest) <= MOST_LEVELS:
            raise InvalidInputError(
                f"no folder {rest!r} levels up", hint=f"folder:1 to folder:{MOST_LEVELS}"
            )
        return Grouping("folder", int(rest))
    if kind == "name" and rest:
        return Grouping("name", pattern=_pattern(rest))
    if kind in {"image", "folder", "name", "near", "day"} and not rest:
        return Grouping(kind)  # type: ignore[arg-type]
    raise InvalidInputError(f"pictures are not grouped by {text!r}", hint=f"by {', '.join(BY)}")


def _pattern(text: str) -> re.Pattern[str]:
    """Return a checked pattern; what could take for ever on a long name is refused."""
    repeats = sum(text.count(mark) for mark in "*+{")
    slow = repeats > MOST_REPEATS or _REPEATED_GROUP.search(text) or _BACK.search(text)
    if len(text) > MOST_PATTERN or slow:
        raise InvalidInputError(
            f"the pattern {text[:60]!r} cannot be used",
            hint=f"at most {MOST_PATTERN} characters and {MOST_REPEATS} repeats, none of a group, "
            "and no back references",
        )
    try:
        return re.compile(text)
    except re.error as error:
        raise InvalidInputError(
            f"{text!r} is no pattern: {error}", hint=r"as in name:^(patient\d+)_"
        ) from error
