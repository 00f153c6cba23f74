"""Tensors as the Open Inference Protocol v2 writes them: JSON, or bytes behind the JSON.

https://kserve.github.io/website/docs/concepts/architecture/data-plane/v2-protocol and its binary
tensor data extension.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import orjson

from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NUMBERS: Final = {
    "BOOL": "?",
    "UINT8": "u1",
    "UINT16": "<u2",
    "UINT32": "<u4",
    "UINT64": "<u8",
    "INT8": "i1",
    "INT16": "<i2",
    "INT32": "<i4",
    "INT64": "<i8",
    "FP16": "<f2",
    "FP32": "<f4",
    "FP64": "<f8",
}
_NAMES: Final = {np.dtype(code): name for name, code in _NUMBERS.items()}
_PLAIN: Final = frozenset({bool, int, float})
_HINT: Final = "GET /v2/models/NAME says what it takes"


@dataclass(frozen=True, slots=True)
class Request:
    """What an inference request asks for."""

    id: str
    inputs: dict[str, NDArray[Any]]
    """BYTES as arrays of objects: texts out of JSON, bytes out of the bytes behind it."""
    outputs: dict[str, bool | None]
    """Name to whether it is wanted as bytes, None where it does not say; empty: all."""
    binary: bool = False
    """Whether outputs that say nothing are wanted as bytes."""


@dataclass(slots=True)
class _Tail:
    """The bytes behind the JSON, taken from the front."""

    data: bytes
    at: int = 0

    def take(self, count: int) -> bytes:
        if count < 0 or self.at + count > len(self.data):
            raise InvalidInputError("the body ends before its tensors do", hint=_HINT)
        self.at += count
        return self.data[self.at - count : self.at]


@dataclass(slots=True)
class Body:
    """An answer's bytes; `json_bytes` is the JSON's length where tensors follow it, else None."""

    data: bytes
    json_bytes: int | None = field(default=None)


def parse(body: bytes, json_bytes: int | None = None) -> Request:
    """Read an inference request.

    Args:
        body: JSON, and the bytes of tensors behind it.
        json_bytes: Where the JSON ends (`Inference-Header-Content-Length`); None: nothing follows.

    Raises:
        InvalidInputError: It is not as the protocol says.
    """
    end = len(body) if json_bytes is None else json_bytes
    if not 0 <= end <= len(body):
        raise InvalidInputError("the body ends before its JSON does", hint=_HINT)
    tail = _Tail(body[end:])
    try:
        said = orjson.loads(body[:end])
        inputs = {str(one["name"]): _tensor(one, tail) for one in said["inputs"]}
        outputs = {str(one["name"]): _binary(one) for one in said.get("outputs") or ()}
        binary = bool((said.get("parameters") or {}).get("binary_data_output"))
        given = str(said.get("id") or "")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInputError(
            f"not an inference request: {type(error).__name__} {error}", hint=_HINT
        ) from error
    if tail.at != len(tail.data):
        raise InvalidInputError(f"{len(tail.data) - tail.at} bytes are no tensor's", hint=_HINT)
    return Request(given, inputs, outputs, binary)


def _binary(output: dict[str, Any]) -> bool | None:
    said = (output.get("parameters") or {}).get("binary_data")
    return None if said is None else bool(said)


def _whole(value: Any) -> int:
    if type(value) is not int:
        raise TypeError(f"{value!r} is no whole number")
    return value


def _tensor(said: dict[str, Any], tail: _Tail) -> NDArray[Any]:
    name, kind = said["name"], said["datatype"]
    shape = [_whole(one) for one in said["shape"]]
    if any(one < 0 for one in shape) or (kind != "BYTES" and kind not in _NUMBERS):
        raise InvalidInputError(f"{name} is {kind} {shape}, which is no tensor", hint=_HINT)
    size = (said.get("parameters") or {}).get("binary_data_size")
    if size is not None:
        flat = _from_bytes(kind, tail.take(_whole(size)))
    else:
        flat = _from_json(name, kind, said["data"])
    if flat.size != math.prod(shape):
        raise InvalidInputError(
            f"{name} has {flat.size} values, its shape {shape} wants {math.prod(shape)}",
            hint=_HINT,
        )
    return flat.reshape(shape)


def _from_bytes(kind: str, data: bytes) -> NDArray[Any]:
    if kind != "BYTES":
        dtype = np.dtype(_NUMBERS[kind])
        if len(data) % dtype.itemsize:
            raise InvalidInputError(f"{len(data)} bytes are no whole {kind} values", hint=_HINT)
        return np.frombuffer(data, dtype)
    tail, found = _Tail(data), []
    while tail.at < len(data):
        found.append(tail.take(struct.unpack("<I", tail.take(4))[0]))
    return _objects(found)


def _from_json(name: str, kind: str, data: Any) -> NDArray[Any]:
    if kind == "BYTES":
        return _objects([str(one) for one in np.ravel(np.array(data, object))])
    if not _kinds(data) <= _PLAIN:
        raise InvalidInputError(f"{name} holds what is no number", hint=_HINT)
    try:
        wide = np.asarray(data)
        flat = wide.astype(_NUMBERS[kind]).ravel()
    except (ValueError, TypeError, OverflowError) as error:
        raise InvalidInputError(f"{name} is not {kind}: {error}", hint=_HINT) from error
    if wide.dtype.kind not in "biuf" or not np.array_equal(wide.ravel(), flat.astype(wide.dtype)):
        raise InvalidInputError(f"{name} holds values that are not {kind}", hint=_HINT)
    return flat


def _kinds(data: Any) -> set[type]:
    """Return the types of what lies in nested lists.

    numpy would give every number the room of the longest text beside it.
    """
    found: set[type] = set()
    level = [data]
    while level:
        found |= set(map(type, level))
        level = [one for part in level if type(part) is list for one in part]
    return found - {list}


def _objects(values: list[Any]) -> NDArray[Any]:
    found = np.empty(len(values), object)
    found[:] = values
    return found


def answer(request: Request, model: str, version: str, found: dict[str, NDArray[Any]]) -> Body:
    """Return the body of an answer with the outputs that were asked for.

    Raises:
        InvalidInputError: There is no such output.
    """
    wanted = request.outputs or dict.fromkeys(found)
    missing = [name for name in wanted if name not in found]
    if missing:
        raise InvalidInputError(
            f"{model} has no output {missing[0]!r}", hint=f"outputs: {', '.join(found)}"
        )
    outputs: list[dict[str, Any]] = []
    tails: list[bytes] = []
    for name, as_bytes in wanted.items():
        values = found[name]
        told: dict[str, Any] = {"name": name, "datatype": datatype(values)}
        told["shape"] = list(values.shape)
        if request.binary if as_bytes is None else as_bytes:
            tails.append(_to_bytes(values))
            told["parameters"] = {"binary_data_size": len(tails[-1])}
        else:
            told["data"] = values.ravel().tolist()
        outputs.append(told)
    head = {"model_name": model, "model_version": version, "outputs": outputs}
    told_json = orjson.dumps(head | ({"id": request.id} if request.id else {}))
    if not tails:
        return Body(told_json)
    return Body(told_json + b"".join(tails), len(told_json))


def datatype(values: NDArray[Any]) -> str:
    """Return the protocol's name for an array's type."""
    return "BYTES" if values.dtype == object else _NAMES[values.dtype.newbyteorder("<")]


def _to_bytes(values: NDArray[Any]) -> bytes:
    if values.dtype != object:
        return np.ascontiguousarray(values, values.dtype.newbyteorder("<")).tobytes()
    texts = [str(one).encode() for one in values.ravel()]
    return b"".join(struct.pack("<I", len(text)) + text for text in texts)
