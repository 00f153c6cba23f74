"""What a language is told in: a JSON file beside this one, read when it is asked for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sightline.core.narration import LANGUAGES
from sightline.flows.narrate.patterns import Numbers, fill

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sightline.flows.narrate.patterns import Category

FOLDER: Final = Path(__file__).parent / "words"


def _only_one(n: int) -> Category:
    return "one" if n == 1 else "other"


def _under_two(n: int) -> Category:
    return "one" if n in {0, 1} else "other"


def _never(n: int) -> Category:
    del n
    return "other"


CATEGORIES: Final[dict[str, Callable[[int], Category]]] = {
    **dict.fromkeys(("en", "de", "es", "hu"), _only_one),
    **dict.fromkeys(("fr", "hi"), _under_two),
    "zh": _never,
}
"""CLDR's rules for whole numbers."""


ALSO: Final = {
    "aeroplane": "airplane",
    "motorbike": "motorcycle",
    "sofa": "couch",
    "pottedplant": "potted plant",
    "diningtable": "dining table",
    "tvmonitor": "tv",
    "pedestrian": "person",
    "people": "person",
    "mobile phone": "cell phone",
    "fridge": "refrigerator",
}
"""Other names of the classes that catalogues know, as in Pascal VOC."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The words of a language."""

    lang: str
    data: dict[str, Any]

    @property
    def numbers(self) -> Numbers:
        """How it counts."""
        words: dict[str, str] = self.data["numbers"]
        return Numbers(CATEGORIES[self.lang], lambda n: words.get(str(n), str(n)))

    def say(self, key: str, **values: str | int) -> str:
        """Return a message with its values; a whole number is written as a word."""
        return fill(self.data["messages"][key], self.numbers, values)

    def things(self, name: str, count: int) -> str:
        """Return so many of a class, as in `two dogs`; a class that is not known keeps its name."""
        numbers = self.numbers
        forms: dict[str, str] = self._forms(name) or self.data["thing"]
        form = forms.get(numbers.category(count), forms["other"])
        told = form.replace("#", numbers.words(count)).replace("{digits}", str(count))
        return told.replace("{name}", name)

    def one(self, name: str) -> str:
        """Return one of a class, as in `a dog`; a class that is not known is its name alone."""
        return self.things(name, 1) if self._forms(name) else name

    def listed(self, texts: Sequence[str]) -> str:
        """Return texts as a list, as in `a, b and c`."""
        comma, last = self.data["list"]["comma"], self.data["list"]["and"]
        head = comma.join(texts[:-1])
        return last.join([head, texts[-1]]) if head else "".join(texts)

    def sentence(self, text: str) -> str:
        """Return a text as a sentence: its first letter is a capital."""
        return text[:1].upper() + text[1:]

    def joined(self, sentences: Sequence[str]) -> str:
        """Return sentences after each other."""
        space: str = self.data["list"]["sentence"]
        return space.join(sentences)

    def _forms(self, name: str) -> dict[str, str] | None:
        """Return the forms of a class; None: it is not known."""
        plain = " ".join(name.casefold().replace("_", " ").replace("-", " ").split())
        found: dict[str, str] | None = self.data["things"].get(ALSO.get(plain, plain))
        return found


@cache
def catalogue(lang: str) -> Catalogue:
    """Return the words of one of `LANGUAGES`."""
    return Catalogue(lang, json.loads((FOLDER / f"{lang}.json").read_text(encoding="utf-8")))


def languages() -> list[dict[str, str]]:
    """Return {code, name} of each language, as it calls itself."""
    return [{"code": code, "name": catalogue(code).data["language"]} for code in LANGUAGES]


def known_language(asked: str) -> str | None:
    """Return which of `LANGUAGES` is meant, as in de-AT; None: none of them."""
    base = asked.strip().replace("_", "-").partition("-")[0].lower()
    return base if base in LANGUAGES else None
