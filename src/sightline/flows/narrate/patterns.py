"""Patterns of messages: a small part of ICU's MessageFormat, enough for plurals.

    {n, plural, one {A dog} other {# dogs}} came in {place}.

`{name}` is replaced, `{n, plural, ...}` chooses by CLDR's category of a whole number, `#` is that
number as words. Parts can be nested.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Category = Literal["one", "other"]
"""Of CLDR; the languages here know no others for numbers under a million."""
Part: TypeAlias = "str | Hole | Choice"
HASH: Final = "#"


@dataclass(frozen=True, slots=True)
class Hole:
    """Where a value goes."""

    name: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What depends on how many there are."""

    name: str
    forms: tuple[tuple[str, tuple[Part, ...]], ...]


@dataclass(frozen=True, slots=True)
class Numbers:
    """How a language counts."""

    category: Callable[[int], Category]
    words: Callable[[int], str]


def fill(pattern: str, numbers: Numbers, values: Mapping[str, str | int]) -> str:
    """Return the text of a pattern.

    Raises:
        ValueError: The pattern is none, or has no form for a number.
        KeyError: A value lacks.
    """
    return _text(parse(pattern), numbers, values, None)


def names_in(pattern: str) -> set[str]:
    """Return which values a pattern takes.

    Raises:
        ValueError: It is none.
    """
    return _names(parse(pattern))


@lru_cache(maxsize=4096)
def parse(pattern: str) -> tuple[Part, ...]:
    """Return the parts of a pattern.

    Raises:
        ValueError: A bracket lacks or is too many, or a plural has no `other`.
    """
    parts, at = _parts(pattern, 0, inside=False)
    if at != len(pattern):
        raise ValueError(f"a bracket too many in {pattern!r}")
    return parts


def _parts(text: str, at: int, *, inside: bool) -> tuple[tuple[Part, ...], int]:
    """Return the parts from a place to the bracket that closes them."""
    found: list[Part] = []
    plain = at
    while at < len(text) and text[at] != "}":
        if text[at] == "{":
            found += [text[plain:at]] if at > plain else []
            part, at = _hole(text, at + 1)
            found.append(part)
            plain = at
        elif text[at] == HASH and inside:
            found += [text[plain:at]] if at > plain else []
            found.append(Hole(HASH))
            at = plain = at + 1
        else:
            at += 1
    found += [text[plain:at]] if at > plain else []
    return tuple(found), at


def _hole(text: str, at: int) -> tuple[Part, int]:
    end = min((place for sign in ",}" if (place := text.find(sign, at)) >= 0), default=-1)
    if end < 0:
        raise ValueError(f"a bracket lacks in {text!r}")
    name = text[at:end].strip()
    if not name.isidentifier():
        raise ValueError(f"{name!r} is no name, in {text!r}")
    if text[end] == "}":
        return Hole(name), end + 1
    kind, _, _ = text[end + 1 :].partition(",")
    if kind.strip() != "plural":
        raise ValueError(f"{kind.strip()!r} is not known, in {text!r}")
    return _choice(text, name, end + 1 + len(kind) + 1)


def _choice(text: str, name: str, at: int) -> tuple[Part, int]:
    forms: list[tuple[str, tuple[Part, ...]]] = []
    while True:
        rest = text[at:]
        at += len(rest) - len(rest.lstrip())
        if text[at : at + 1] == "}":
            break
        opened = text.find("{", at)
        if opened < 0:
            raise ValueError(f"a bracket lacks in {text!r}")
        parts, end = _parts(text, opened + 1, inside=True)
        if text[end : end + 1] != "}":
            raise ValueError(f"a bracket lacks in {text!r}")
        forms.append((text[at:opened].strip(), parts))
        at = end + 1
    if "other" not in dict(forms):
        raise ValueError(f"no form `other` in {text!r}")
    return Choice(name, tuple(forms)), at + 1


def _text(
    parts: tuple[Part, ...],
    numbers: Numbers,
    values: Mapping[str, str | int],
    count: int | None,
) -> str:
    told = []
    for part in parts:
        if isinstance(part, str):
            told.append(part)
        elif isinstance(part, Hole):
            value = count if part.name == HASH else values[part.name]
            told.append(numbers.words(value) if isinstance(value, int) else str(value))
        else:
            n = int(values[part.name])
            forms = dict(part.forms)
            form = forms.get(numbers.category(n), forms["other"])
            told.append(_text(form, numbers, values, n))
    return "".join(told)


def _names(parts: tuple[Part, ...]) -> set[str]:
    found: set[str] = set()
    for part in parts:
        if isinstance(part, Hole):
            found |= {part.name} - {HASH}
        elif isinstance(part, Choice):
            found |= {part.name}.union(*(_names(form) for _, form in part.forms))
    return found
