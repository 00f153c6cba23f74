"""Small XML files as trees. A document type, and so every entity that could grow, is refused."""

from __future__ import annotations

import re
from typing import Final
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, fromstring
from xml.parsers import expat

from sightline.core.errors import InvalidInputError

TRUE: Final = frozenset({"1", "true", "yes"})
_ENCODING: Final = re.compile(rb"""encoding\s*=\s*["']([^"']*)["']""")
_ASCII_LIKE: Final = frozenset({b"utf-8", b"utf8", b"us-ascii", b"ascii", b"iso-8859-1"})
_UTF_16: Final = frozenset({b"\xff\xfe", b"\xfe\xff"})
_NO_XML: Final = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535), "�")
_ESCAPES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
_TABLE: Final = str.maketrans(_NO_XML | {ord(key): value for key, value in _ESCAPES.items()})


def tree_of(data: bytes, where: str) -> Element:
    """Return the root of a document.

    Raises:
        InvalidInputError: It is no XML, or has a document type.
    """
    if _is_plain(data):
        return _fast(data, where)
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
        raise _damaged(where, error) from error


def _is_plain(data: bytes) -> bool:
    """Say whether bytes cannot hold a document type: in these encodings its letters are ASCII."""
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data or b"\0" in data[:4]:
        return False
    named = _ENCODING.search(data, 0, data.find(b"?>") + 1)
    return data[:2] not in _UTF_16 and (named is None or named[1].lower() in _ASCII_LIKE)


def _fast(data: bytes, where: str) -> Element:
    """Parse what cannot hold a document type, all in C."""
    try:
        return fromstring(data)  # noqa: S314 - no document type, so no entities
    except (ParseError, ValueError, LookupError) as error:
        raise _damaged(where, error) from error


def _damaged(where: str, error: Exception) -> InvalidInputError:
    return InvalidInputError(
        f"{where} is no XML that can be read: {error}",
        hint="it may be cut off: fetch or export it again",
    )


def text_in(parent: Element, path: str) -> str:
    """Return the text of an element below another, without space around it; empty: none."""
    return (parent.findtext(path) or "").strip()


def escaped(text: str) -> str:
    """Return text as it stands in XML; what no XML can hold becomes a mark."""
    return text.translate(_TABLE)
