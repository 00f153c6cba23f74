"""Facts and arrays through a pipe: a length, a JSON header, then the arrays' bytes.

Nothing that is read can run code; pickles are never used. Numbers are in the machine's own byte
order, for both ends are on one machine.
"""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

HEADER_BYTES: Final = 16 << 20
ARRAYS: Final = 64
ARRAY_BYTES: Final = 1 << 32
_LENGTH: Final = struct.Struct("<I")
_KINDS: Final = frozenset("buif")


class Message(NamedTuple):
    """What went through the pipe."""

    facts: dict[str, Any]
    arrays: list[NDArray[Any]]


class BrokenWireError(EOFError):
    """The other end went away, or sent something else than a message."""


def send(sink: BinaryIO, facts: dict[str, Any], arrays: Sequence[NDArray[Any]] = ()) -> None:
    """Write a message.

    Raises:
        OSError: The other end is gone.
    """
    whole = [np.asarray(one, order="C") for one in arrays]
    shapes = [{"dtype": one.dtype.str, "shape": list(one.shape)} for one in whole]
    header = json.dumps({"facts": facts, "arrays": shapes}).encode()
    sink.write(_LENGTH.pack(len(header)) + header)
    for one in whole:
        if one.size:
            sink.write(one.reshape(-1).view(np.uint8).data)
    sink.flush()


def receive(source: BinaryIO) -> Message | None:
    """Read a message; None at the end.

    Raises:
        BrokenWireError: The stream ends within a message, or is none.
    """
    first = source.read(_LENGTH.size)
    if not first:
        return None
    (length,) = _LENGTH.unpack(first + _exactly(source, _LENGTH.size - len(first)))
    if length > HEADER_BYTES:
        raise BrokenWireError(f"a header of {length} bytes")
    try:
        header = json.loads(_exactly(source, length))
        facts, shapes = dict(header["facts"]), list(header["arrays"])[: ARRAYS + 1]
        made = [_empty(one) for one in shapes]
    except (ValueError, TypeError, KeyError) as error:
        raise BrokenWireError(f"not a message: {error}") from error
    if len(made) > ARRAYS:
        raise BrokenWireError("too many arrays")
    for one in made:
        _fill(source, one)
    return Message(facts, made)


def _empty(described: dict[str, Any]) -> NDArray[Any]:
    dtype = np.dtype(str(described["dtype"]))
    shape = tuple(int(side) for side in described["shape"])
    size = dtype.itemsize
    for side in shape:
        if side < 0:
            raise ValueError(f"shape {shape}")
        size *= side
    if dtype.kind not in _KINDS or size > ARRAY_BYTES:
        raise ValueError(f"an array of {dtype} {shape}")
    return np.empty(shape, dtype)


def _fill(source: BinaryIO, array: NDArray[Any]) -> None:
    if not array.size:
        return
    view = array.reshape(-1).view(np.uint8).data
    at = 0
    while at < len(view):
        count = source.readinto(view[at:])  # type: ignore[attr-defined]
        if not count:
            raise BrokenWireError("the stream ends within an array")
        at += count


def _exactly(source: BinaryIO, count: int) -> bytes:
    parts: list[bytes] = []
    while count > 0:
        part = source.read(count)
        if not part:
            raise BrokenWireError("the stream ends within a message")
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
