"""The top level of a large JSON file, piece by piece: lists come in batches, never whole."""

from __future__ import annotations

import json
import re
from typing import IO, TYPE_CHECKING, Any, Final

import numpy as np
import orjson

from sightline.core.errors import InvalidInputError, TooLargeError

if TYPE_CHECKING:
    from collections.abc import Iterator

WHOLE: Final = 8 << 20
"""A file up to this size is read at once."""
PIECE: Final = 1 << 20
"""Bytes of a batch; one element may be larger."""
MOST_ELEMENT: Final = 256 << 20
_BOM: Final = b"\xef\xbb\xbf"
_ESCAPED: Final = re.compile(rb"\\.", re.DOTALL)
_KEY: Final = re.compile(rb'\s*,?\s*("(?:[^"\\]|\\.)*")\s*:\s*', re.DOTALL)
_SPACE: Final = re.compile(rb"[\s,]*")
_STEP: Final = np.zeros(256, np.int8)
_STEP[[ord("{"), ord("[")]] = 1
_STEP[[ord("}"), ord("]")]] = -1
_QUOTE: Final = ord('"')
_COMMA: Final = ord(",")


def parts(file: IO[bytes], where: str) -> Iterator[tuple[str, Any]]:
    """Yield what a JSON file holds at its top level.

    An object gives (key, value) for each key, in the file's order; a list among the values comes
    in one batch or several, each (key, list). A file that is a list gives ("", list).

    Raises:
        InvalidInputError: It is no JSON, or ends in the middle.
        TooLargeError: One element is too large.
    """
    start = file.read(WHOLE + 1)
    if len(start) <= WHOLE:
        yield from _whole(start, where)
        return
    yield from _Scanner(file, start.removeprefix(_BOM), where).parts()


def loads(data: bytes, where: str) -> Any:
    """Return what JSON holds, NaN and Infinity too.

    Raises:
        InvalidInputError: It is none.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        try:
            return json.loads(data.decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:
            raise InvalidInputError(
                f"{where} is no JSON that can be read: {str(error)[:200]}",
                hint="it may be cut off: fetch or export it again",
            ) from error


def _whole(data: bytes, where: str) -> Iterator[tuple[str, Any]]:
    value = loads(data.removeprefix(_BOM), where)
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield "", value
    else:
        raise InvalidInputError(
            f"{where} holds neither an object nor a list", hint="see its format"
        )


class _Scanner:
    """Finds the borders of elements by counting brackets outside of strings, in whole arrays."""

    def __init__(self, file: IO[bytes], start: bytes, where: str) -> None:
        self._file = file
        self._data = start
        self._where = where

    def parts(self) -> Iterator[tuple[str, Any]]:
        """Yield keys and values."""
        self._data = self._data.lstrip()
        opening, self._data = self._data[:1], self._data[1:]
        if opening == b"[":
            for batch in self._list():
                yield "", batch
        elif opening == b"{":
            while key := self._key():
                if self._peek() == b"[":
                    self._data = self._data[1:]
                    for batch in self._list():
                        yield key[0], batch
                else:
                    yield key[0], self._value()
        else:
            raise self._damaged("it holds neither an object nor a list")

    def _key(self) -> tuple[str] | None:
        """Return the next key, None at the end of the object."""
        while True:
            found = _KEY.match(self._data)
            if found and found.end() < len(self._data):
                self._data = self._data[found.end() :]
                return (str(orjson.loads(found[1])),)
            if _SPACE.sub(b"", self._data, count=1)[:1] == b"}":
                return None
            if not self._more():
                raise self._damaged("it ends in the middle")

    def _peek(self) -> bytes:
        return self._data[:1]

    def _value(self) -> Any:
        """Return the value that the data begin with, whatever it is."""
        while True:
            end = _end_of_value(self._data)
            if end:
                value, self._data = self._data[:end], self._data[end:]
                return loads(value, self._where)
            if not self._more():
                raise self._damaged("it ends in the middle")

    def _list(self) -> Iterator[list[Any]]:
        """Yield the elements of a list whose bracket is behind us, in batches."""
        while True:
            cut, is_end = self._batch()
            batch = self._data[:cut]
            self._data = self._data[cut + 1 :]
            if batch.strip():
                yield loads(b"[" + batch + b"]", self._where)
            if is_end:
                return
            if len(self._data) < PIECE:
                self._more()

    def _batch(self) -> tuple[int, bool]:
        """Return where a batch ends, and whether the list does."""
        looked = PIECE
        while True:
            cut, is_end = _border(self._data[:looked])
            if cut >= 0:
                return cut, is_end
            if looked < len(self._data):
                looked *= 2
            elif not self._more():
                raise self._damaged("it ends in the middle")

    def _more(self) -> bool:
        if len(self._data) > MOST_ELEMENT:
            raise TooLargeError(
                f"{self._where} holds an element of more than {MOST_ELEMENT >> 20} MB",
                hint="part it",
            )
        new = self._file.read(4 * PIECE)
        self._data += new
        return bool(new)

    def _damaged(self, why: str) -> InvalidInputError:
        return InvalidInputError(
            f"{self._where} is no JSON that can be read: {why}",
            hint="it may be cut off: fetch or export it again",
        )


def _levels(data: bytes) -> tuple[Any, Any]:
    """Return (N,) bytes and, for each, how many brackets are open after it; strings count not."""
    plain = _ESCAPED.sub(b"__", data) if b"\\" in data else data
    codes = np.frombuffer(plain, np.uint8)
    inside = np.add.accumulate(codes == _QUOTE, dtype=np.uint8) & 1
    steps = _STEP[codes]
    steps[inside == 1] = 0
    levels = np.add.accumulate(steps, dtype=np.int32)
    levels[inside == 1] = np.iinfo(np.int32).max
    return codes, levels


def _border(data: bytes) -> tuple[int, bool]:
    """Return where a list ends, else the last comma between its elements; -1: neither is here."""
    codes, levels = _levels(data)
    ends = np.flatnonzero(levels < 0)
    if len(ends):
        return int(ends[0]), True
    commas = np.flatnonzero((codes == _COMMA) & (levels == 0))
    return (int(commas[-1]), False) if len(commas) else (-1, False)


def _end_of_value(data: bytes) -> int:
    """Return where the value at the start ends, 0 when that is not here."""
    codes, levels = _levels(data)
    ends = np.flatnonzero(((codes == _COMMA) & (levels == 0)) | (levels < 0))
    return int(ends[0]) if len(ends) else 0
