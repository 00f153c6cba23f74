"""New names for many pictures by a pattern; nothing is changed here."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from sightline.core.errors import InvalidInputError
from sightline.core.names import check_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FIELDS: Final = ("name", "n", "k", "class", "tags", "split", "id")
"""`n` counts all pictures, `k` those of a class; `{n:4}` has four digits."""
MOST: Final = 200
_FIELD: Final = re.compile(r"\{(\w+)(?::0?(\d))?\}")
_LEFT: Final = re.compile(r"[{}]")
_BAD: Final = re.compile(r'[/\\:*?"<>|\s]+')


@dataclass(frozen=True, slots=True)
class Named:
    """A picture, as far as its name goes."""

    image_id: int
    path: str
    alias: str | None
    class_name: str = ""
    tags: tuple[str, ...] = ()
    split: str = ""

    @property
    def stem(self) -> str:
        """How it is called now."""
        return self.alias or PurePath(self.path).stem


@dataclass(frozen=True, slots=True)
class Renamed:
    """One picture's names."""

    image_id: int
    before: str
    after: str


def new_names(images: Sequence[Named], pattern: str, *, start: int = 1) -> list[Renamed]:
    """Return new names in the order given; an empty pattern gives back the files' own.

    Raises:
        InvalidInputError: The pattern has an unknown field, or makes no file name.
    """
    _check(pattern)
    counts: Counter[str] = Counter()
    found = []
    for number, one in enumerate(images, start=start):
        counts[one.class_name] += 1
        values = {
            "name": PurePath(one.path).stem,
            "n": number,
            "k": counts[one.class_name] + start - 1,
            "class": one.class_name or "none",
            "tags": "+".join(one.tags) or "none",
            "split": one.split,
            "id": one.image_id,
        }
        text = _FIELD.sub(lambda match, values=values: _value(match, values), pattern)  # type: ignore[misc]
        name = check_name(text, "picture") if pattern else PurePath(one.path).stem
        found.append(Renamed(one.image_id, one.stem, name))
    return found


def collisions(every: Iterable[Named], renamed: Sequence[Renamed]) -> list[str]:
    """Return the new names that would be there twice, whatever their case.

    A new name has to be the only one of the project; pictures that keep their files' names may
    share one across folders.
    """
    wanted = {one.image_id: one.after for one in renamed}
    new = Counter(name.casefold() for name in wanted.values())
    kept = Counter(one.stem.casefold() for one in every if one.image_id not in wanted)
    twice = {
        name: None for name in wanted.values() if new[name.casefold()] > 1 or kept[name.casefold()]
    }
    return list(twice)


def _check(pattern: str) -> None:
    if len(pattern) > MOST:
        raise InvalidInputError("the pattern is too long", hint=f"at most {MOST} characters")
    unknown = [name for name, _ in _FIELD.findall(pattern) if name not in FIELDS]
    if unknown or _LEFT.search(_FIELD.sub("", pattern)):
        wrong = f"no field {{{unknown[0]}}}" if unknown else "a brace that opens or closes no field"
        known = ", ".join(f"{{{one}}}" for one in FIELDS)
        raise InvalidInputError(f"the pattern has {wrong}", hint=f"fields: {known}; as in {{n:4}}")


def _value(match: re.Match[str], values: dict[str, str | int]) -> str:
    value = values[match[1]]
    if isinstance(value, int):
        return f"{value:0{int(match[2] or 0)}d}"
    return _BAD.sub("_", value)
