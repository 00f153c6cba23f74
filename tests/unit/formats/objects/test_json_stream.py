"""Large JSON documents, piece by piece."""

from __future__ import annotations

import io
import json
import math
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.core.errors import InvalidInputError
from sightline.formats.objects.json_stream import parts_of

WORDS = st.text(st.sampled_from('ab"\\,[]{}: \né'), max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)
DOCUMENTS = st.dictionaries(st.sampled_from(["items", "info", '"q', "x"]) | WORDS, VALUES)


def read(data: bytes | str, *lists: str, piece: int = 1 << 20) -> dict[str, Any]:
    """Return the whole document, with long lists put together again."""
    raw = data.encode() if isinstance(data, str) else data
    found: dict[str, Any] = {}
    for key, value in parts_of(io.BytesIO(raw), "data.json", lists, piece=piece):
        if key in lists or not key:
            found.setdefault(key, []).extend(value) if isinstance(value, list) else None
        else:
            found[key] = value
    return found


@given(DOCUMENTS, st.integers(1, 40), st.sampled_from([None, 1]), st.booleans())
def test_a_document_in_pieces_is_the_document(
    document: dict[str, Any], piece: int, indent: int | None, ascii_only: bool
) -> None:
    text = json.dumps(document, indent=indent, ensure_ascii=ascii_only)
    wanted = {key: value for key, value in document.items() if key}
    if not isinstance(wanted.get("items", []), list) or wanted.get("items") == []:
        wanted.pop("items")
    found = read(text, "items", piece=piece)
    found.pop("", None)
    assert found == wanted


@given(st.lists(VALUES), st.integers(1, 40))
def test_a_list_in_pieces_is_the_list(values: list[Any], piece: int) -> None:
    assert read(json.dumps(values), piece=piece).get("", []) == values


def test_a_long_list_comes_in_batches() -> None:
    text = json.dumps({"a": 1, "items": list(range(1000)), "b": [2]})
    found = list(parts_of(io.BytesIO(text.encode()), "data.json", ["items"], piece=100))
    assert len([key for key, _ in found if key == "items"]) > 10
    assert found[0] == ("a", 1)
    assert found[-1] == ("b", [2])


def test_a_byte_order_mark_is_passed_over() -> None:
    assert read(b'\xef\xbb\xbf \r\n{"a": 1}\r\n') == {"a": 1}


def test_what_python_calls_numbers_is_read() -> None:
    assert math.isnan(read('{"a": [NaN, 1]}', "a")["a"][0])


@given(DOCUMENTS.filter(bool), st.data())
def test_what_is_cut_off_is_told(document: dict[str, Any], data: st.DataObject) -> None:
    text = json.dumps(document).encode()
    end = data.draw(st.integers(0, len(text) - 1))
    with pytest.raises(InvalidInputError, match=r"data\.json is no valid JSON"):
        read(text[:end], "items", piece=7)


@pytest.mark.parametrize(
    "text",
    ["", " ", "7", '"a"', "{]", "[}", '{"items": [1}}', '{"a": }', "[1] 2", "[1],", "[1, , 2]",
     '{"a": 1', "\\", '{"a": "\\', "\x00", '{"items":[' + "[" * 5000 + "]" * 5000 + "]}"],
)  # fmt: skip
def test_what_is_no_document_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="no valid JSON"):
        read(text, "items")


@given(st.binary(max_size=60), st.integers(1, 9))
def test_any_bytes_are_read_or_refused(data: bytes, piece: int) -> None:
    with suppress(InvalidInputError):
        read(data, "items", piece=piece)
