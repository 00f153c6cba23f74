"""Small XML files as trees. A document type, and so every entity that could grow, is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterator

_NO_XML: Final = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535), "�")
_ESCAPES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
_TABLE: Final = str.maketrans(_NO_XML | {ord(key): value for key, value in _ESCAPES.items()})


def tree_of(data: bytes, where: str) -> Element:
    """Return the root of a document.

    Raises:
        InvalidInputError: It is no XML, or has a document type.
    """
    builder = TreeBuilder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data

    def forbid(*_: object) -> int:
        raise InvalidInputError(
            f"{where} has a document type or entities, which can be made to grow without end",
            hint="export it again, or take the <!DOCTYPE ...> out if you trust it",
        )

    parser.StartDoctypeDeclHandler = forbid
    try:
        parser.Parse(data, True)
        return builder.close()
    except (expat.ExpatError, AssertionError, ValueError, LookupError) as error:
        raise InvalidInputError(
            f"{where} is no XML that can be read: {error}",
            hint="it may be cut off: fetch or export it again",
        ) from error


def text_in(parent: Element, path: str) -> str:
    """Return the text of an element below another, without space around it; empty: none."""
    return (parent.findtext(path) or "").strip()


def flags_in(parent: Element, names: tuple[str, ...]) -> Iterator[str]:
    """Yield those of some names whose element says 1 or true."""
    for name in names:
        if text_in(parent, name).lower() in {"1", "true", "yes"}:
            yield name


def escaped(text: str) -> str:
    """Return text as it stands in XML; what no XML can hold becomes a mark."""
    return text.translate(_TABLE)
