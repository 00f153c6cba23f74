"""What a person wants found, in words: "a cat, traffic light" as a list of texts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MOST: Final = 100
MOST_CHARACTERS: Final = 200
_BETWEEN: Final = re.compile(r"[,;\n]")
_HINT: Final = 'write what is to be found, as in "a cat, traffic light"'


def split_phrases(text: str) -> tuple[str, ...]:
    """Return the texts of a list that commas, semicolons or lines divide, each once.

    Raises:
        InvalidInputError: There is none, there are too many, or one is too long.
    """
    return checked_phrases(_BETWEEN.split(text))


def checked_phrases(texts: Iterable[str]) -> tuple[str, ...]:
    """Return texts without needless blanks, each once, whatever its case.

    Raises:
        InvalidInputError: There is none, there are too many, or one is too long.
    """
    found: dict[str, str] = {}
    for text in texts:
        plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
        if plain:
            found.setdefault(plain.casefold(), plain)
    if not found:
        raise InvalidInputError("nothing is named that could be found", hint=_HINT)
    if len(found) > MOST:
        raise InvalidInputError(
            f"{len(found)} texts are more than {MOST}", hint="ask in several rounds"
        )
    long = next((one for one in found.values() if len(one) > MOST_CHARACTERS), None)
    if long is not None:
        raise InvalidInputError(
            f"a text of {len(long)} characters is too long", hint="name one thing in a few words"
        )
    return tuple(found.values())


def matched(texts: Iterable[str], names: Iterable[str]) -> dict[str, str | None]:
    """Return which class each text names: "Traffic light" is traffic_light; None: no class."""
    known = {_plain(name): name for name in names}
    return {text: known.get(_plain(text)) for text in texts}


def parse_pairs(pairs: Iterable[str]) -> dict[str, str]:
    """Return texts and the names of their classes from `text=class`.

    Raises:
        InvalidInputError: One is no such pair.
    """
    found: dict[str, str] = {}
    for pair in pairs:
        text, equals, name = (one.strip() for one in pair.rpartition("="))
        if not (text and equals and name):
            raise InvalidInputError(
                f"{pair!r} is no text with its class", hint="as in --map automobile=car"
            )
        found[text] = name
    return found


def labels_of(
    texts: Iterable[str], names: Iterable[str], said: Mapping[str, str]
) -> dict[str, tuple[str, bool]]:
    """Return what is found by each text: the name of its class, and whether there is such a class.

    Args:
        texts: What is asked for.
        names: The project's classes.
        said: Texts whose class a person has named; others go by their own name.

    Raises:
        InvalidInputError: A class is named for a text that is not asked for.
    """
    names, asked = list(names), list(texts)
    chosen = {_plain(text): name for text, name in said.items()}
    strange = set(chosen) - {_plain(text) for text in asked}
    if strange:
        raise InvalidInputError(
            f"a class is named for {min(strange)!r}, which is not asked for",
            hint=f"asked for: {', '.join(asked)}",
        )
    wanted = {text: chosen.get(_plain(text), text) for text in asked}
    known = matched(wanted.values(), names)
    return {text: (known[name] or name, known[name] is not None) for text, name in wanted.items()}


def _plain(name: str) -> str:
    return " ".join(re.sub(r"[_\-]+", " ", name).casefold().split())
