"""Small XML files as trees, and what is not let in."""

from __future__ import annotations

import pytest

from sightline.core.errors import InvalidInputError
from sightline.formats.objects.xml_tree import escaped, text_in, tree_of

BOMB = '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_a_document_is_read_in_its_encoding(encoding: str) -> None:
    data = f'<?xml version="1.0" encoding="{encoding}"?><a><b> Ä </b></a>'.encode(encoding)
    assert text_in(tree_of(data, "a.xml"), "b") == "Ä"


@pytest.mark.parametrize(
    "data",
    [
        BOMB.encode(),
        BOMB.encode("utf-16"),
        b"\xef\xbb\xbf" + BOMB.encode(),
        b'<?xml version="1.0"' + b" " * 400 + b'encoding="cp037"?>' + BOMB.encode("cp037"),
        b"<a><b></a>",
        b"<a>",
        b"",
        b"\0\0",
    ],
)
def test_bombs_in_any_encoding_and_broken_files_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidInputError, match=r"a\.xml (has a document type|is no XML)"):
        tree_of(data, "a.xml")


def test_text_is_escaped() -> None:
    text = 'a<b>&"\x00'
    assert tree_of(f'<a b="{escaped(text)}"/>'.encode(), "a").get("b") == 'a<b>&"\ufffd'
