"""Read large JSON documents piece by piece: the elements of long lists come in batches.

A document is cut at the commas of its long list, and each piece is parsed by orjson. Where the
commas are is found for 256 KB at once: quotes, brackets and commas are looked up in a table, what
lies within quotes is taken out by the parity of the quotes before it, the depth is a running sum.
"""

from __future__ import annotations

import json
from typing import IO, TYPE_CHECKING, Any, Final

import numpy as np
import orjson

from sightline.core.errors import InvalidInputError, TooLargeError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from numpy.typing import NDArray

    from sightline.core.arrays import I64

PIECE: Final = 1 << 18
MOST_PIECE: Final = 256 << 20
"""Bytes of one element, or of a value that is not taken in batches."""
BOM: Final = b"\xef\xbb\xbf"
_QUOTE, _COMMA, _OPEN, _CLOSE = 1, 2, 3, 4
_TABLE: Final = np.zeros(256, np.uint8)
_TABLE[[ord('"')]] = _QUOTE
_TABLE[[ord(",")]] = _COMMA
_TABLE[[ord("{"), ord("[")]] = _OPEN
_TABLE[[ord("}"), ord("]")]] = _CLOSE
_STEP: Final = np.array([0, 0, 0, 1, -1], np.int64)
_SPACE: Final = b" \t\r\n"


def parts_of(
    file: IO[bytes], where: str, lists: Collection[str] = (), *, piece: int = PIECE
) -> Iterator[tuple[str, Any]]:
    """Yield the members of a document whose top is an object or a list.

    A member whose key is in `lists`, and a list at the top (its key is empty text), comes as any
    number of batches: lists of elements in their order. Other members come whole.

    Args:
        file: The document in UTF-8, with or without a byte order mark.
        where: What to call it in an error.
        lists: Keys whose values are taken in batches where they are lists.
        piece: Bytes that are read at once.

    Raises:
        InvalidInputError: It is no JSON, ends in the middle, or is neither object nor list.
        TooLargeError: One element is too large.
    """
    cutter = _Cutter(where, lists)
    first = True
    while data := file.read(piece):
        if first:
            data = data.removeprefix(BOM)
            first = False
        yield from cutter.feed(data)
    yield from cutter.finish()


def parse(data: bytes, where: str) -> Any:
    """Return what a JSON text holds; NaN and Infinity, which Python writes, are numbers.

    Raises:
        InvalidInputError: It is no JSON.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise _damaged(where, str(error)[:200] or "it is nested too deeply") from error


class _Cutter:
    """Keeps what has been read and not yet cut off."""

    def __init__(self, where: str, lists: Collection[str]) -> None:
        self._where = where
        self._lists = frozenset(lists)
        self._rest = bytearray()
        self._looked = 0  # bytes of the rest that were looked at
        self._depth = 0
        self._within = False  # a string
        self._top = b""  # bracket of the document
        self._key: str | None = None  # of the list whose elements are being cut off

    def feed(self, data: bytes) -> Iterator[tuple[str, Any]]:
        """Yield what is complete now."""
        self._rest += data
        if not self._top and not self._begun():
            return
        at, kind, depth = self._signs()
        yield from self._cut(at, kind, depth)
        if len(self._rest) > MOST_PIECE:
            raise TooLargeError(
                f"{self._where} holds a value of more than {MOST_PIECE >> 20} MB", hint="part it"
            )

    def finish(self) -> Iterator[tuple[str, Any]]:
        """Yield what is left.

        Raises:
            InvalidInputError: The document ends in the middle.
        """
        if not self._top:
            raise _damaged(self._where, "it is empty")
        if self._depth or self._within:
            raise _damaged(self._where, "it ends in the middle")
        if self._rest.strip(_SPACE):
            raise _damaged(self._where, "something follows its end")
        yield from ()

    def _begun(self) -> bool:
        """Take the bracket that opens the document off; tell whether it has come."""
        left = self._rest.lstrip(_SPACE)
        if not left:
            return False
        if not left.startswith((b"{", b"[")):
            raise _damaged(self._where, "it is neither an object nor a list")
        self._top = bytes(left[:1])
        self._depth = 1
        self._rest = left[1:]
        self._key = "" if self._top == b"[" else None
        return True

    def _signs(self) -> tuple[I64, NDArray[np.uint8], I64]:
        """Return place, kind and depth after it of all signs outside of strings that are new."""
        start = self._looked
        view = np.frombuffer(bytes(memoryview(self._rest)[start:]), np.uint8)
        end = len(view)
        while end and view[end - 1] == ord("\\"):  # what it escapes is still to come
            end -= 1
        view = view[:end]
        found = _TABLE[view]
        slashes = np.flatnonzero(view == ord("\\"))
        if len(slashes):
            found[_escaped(slashes, end)] = 0
        at = np.flatnonzero(found)
        kind = found[at]
        quotes = kind == _QUOTE
        within = (np.cumsum(quotes) + self._within) & 1
        outside = (within == 0) & ~quotes
        self._within = bool(within[-1]) if len(at) else self._within
        at, kind = at[outside], kind[outside]
        depth = self._depth + np.cumsum(_STEP[kind])
        self._depth = int(depth[-1]) if len(depth) else self._depth
        self._looked = start + end
        return at + start, kind, depth

    def _cut(self, at: I64, kind: NDArray[np.uint8], depth: I64) -> Iterator[tuple[str, Any]]:
        """Yield the pieces that end at these signs, and keep the rest."""
        cut = 0
        place = 0
        while place < len(at):
            if self._key is None:
                place, cut, found = self._member(at, kind, depth, place, cut)
            else:
                place, cut, found = self._elements(at, kind, depth, place, cut)
            yield from found
        if cut:
            del self._rest[:cut]
            self._looked -= cut

    def _member(
        self, at: I64, kind: NDArray[np.uint8], depth: I64, place: int, cut: int
    ) -> tuple[int, int, list[tuple[str, Any]]]:
        """Look for the end of the members up to the next long list."""
        level = depth[place:]
        opened = (level == 2) & (kind[place:] == _OPEN)  # noqa: PLR2004 - a value of the document
        for one in np.flatnonzero(opened | (level == 0)).tolist():
            here = int(at[place + one])
            if level[one] == 0:
                return self._ended(at, place + one, cut)
            if self._rest[here] == ord("["):
                key = self._key_before(cut, here)
                if key is not None:
                    self._key = key[0]
                    return place + one + 1, here + 1, key[1]
        return len(at), cut, []

    def _key_before(self, cut: int, here: int) -> tuple[str, list[tuple[str, Any]]] | None:
        """Return the long list's key that stands before a bracket, and the members before it."""
        head = bytes(self._rest[cut:here])
        tail = head.rstrip(_SPACE)
        if not any(
            tail.removesuffix(b":").rstrip(_SPACE).endswith(_quoted(one)) for one in self._lists
        ):
            return None
        found = self._object(head + b"null")
        key = list(found)[-1]
        del found[key]
        return key, list(found.items())

    def _elements(
        self, at: I64, kind: NDArray[np.uint8], depth: I64, place: int, cut: int
    ) -> tuple[int, int, list[tuple[str, Any]]]:
        """Cut elements of the long list off, up to its end or as far as it has come."""
        inner = 1 if self._top == b"[" else 2
        level, kinds = depth[place:], kind[place:]
        ends = np.flatnonzero(level < inner)
        if len(ends):
            last = int(ends[0])
            until = int(at[place + last])
            if self._rest[until] != ord("]"):
                raise _damaged(self._where, "its brackets do not match")
            found = self._batch(cut, until)
            if inner == 1:
                done = self._ended(at, place + last, until)
                return done[0], done[1], found + done[2]
            self._key = None
            return place + last + 1, until + 1, found
        commas = np.flatnonzero((level == inner) & (kinds == _COMMA))
        if not len(commas):
            return len(at), cut, []
        until = int(at[place + int(commas[-1])])
        return len(at), until + 1, self._batch(cut, until)

    def _batch(self, cut: int, until: int) -> list[tuple[str, Any]]:
        text = bytes(memoryview(self._rest)[cut:until])
        found = parse(b"[" + text + b"]", self._where)
        return [(str(self._key), found)] if found else []

    def _ended(self, at: I64, place: int, cut: int) -> tuple[int, int, list[tuple[str, Any]]]:
        """Take the bracket that closes the document."""
        until = int(at[place])
        wanted = b"}" if self._top == b"{" else b"]"
        if self._rest[until : until + 1] != wanted or place + 1 < len(at):
            raise _damaged(self._where, "its brackets do not match")
        found = [] if self._top == b"[" else list(self._object(self._rest[cut:until]).items())
        self._key = None
        return len(at), until + 1, found

    def _object(self, text: bytes | bytearray) -> dict[str, Any]:
        """Return members as they stand between two long lists."""
        inner = bytes(text).strip(_SPACE).removeprefix(b",")
        found: dict[str, Any] = parse(b"{" + inner + b"}", self._where)
        return found


def _escaped(slashes: I64, end: int) -> I64:
    """Return the places of what is escaped: it follows a run of an odd number of backslashes."""
    starts = np.flatnonzero(np.diff(slashes, prepend=-2) != 1)
    lengths = np.diff(starts, append=len(slashes))
    after = slashes[starts] + lengths
    odd: I64 = after[(lengths % 2 == 1) & (after < end)]
    return odd


def _quoted(key: str) -> bytes:
    return orjson.dumps(key)


def _damaged(where: str, why: str) -> InvalidInputError:
    return InvalidInputError(
        f"{where} is no valid JSON: {why}", hint="fetch or export it again; nothing was changed"
    )
