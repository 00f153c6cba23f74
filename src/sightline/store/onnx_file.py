"""What an ONNX file says of itself, read from its bytes: no runtime, no `onnx` package.

ONNX is Protocol Buffers (https://protobuf.dev/programming-guides/encoding); the field numbers are
those of onnx.proto. Weights are stepped over, not copied.
"""

from __future__ import annotations

import json
import mmap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from sightline.core.cards import ModelCard
from sightline.core.errors import InvalidInputError, TooLargeError, UnknownModelError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

METADATA_KEY: Final = "sightline"
METADATA_VERSION: Final = 1
MAX_BYTES: Final = 2**31 - 1
"""Protocol Buffers end here; larger models need external data, which is refused."""
MAX_DEPTH: Final = 32
_PICTURE_RANK: Final = 4
STANDARD_DOMAINS: Final = frozenset({"", "ai.onnx", "ai.onnx.ml", "com.microsoft"})
_ELEMENTS: Final = {1: "float32", 2: "uint8", 3: "int8", 6: "int32", 7: "int64", 10: "float16"}
_NODE_DOMAIN, _NAME, _EXTERNAL_DATA, _DATA_LOCATION, _EXTERNAL = 7, 8, 13, 14, 1
_CHILDREN: Final[dict[str, dict[int, str]]] = {
    "model": {7: "graph", 25: "function"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "function": {7: "node"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
}
_Field: TypeAlias = "tuple[int, int | memoryview]"


@dataclass(frozen=True, slots=True)
class Port:
    """An input or output of a graph; a dimension is a number or the name of a free one."""

    name: str
    element: str
    shape: tuple[int | str, ...]

    def describe(self) -> str:
        """Return it as in `logits float32 [n, 1000]`."""
        return f"{self.name} {self.element} [{', '.join(str(side) for side in self.shape)}]"


@dataclass(frozen=True, slots=True)
class OnnxInfo:
    """The parts of a model that decide whether and how it can be run."""

    opset: int
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    metadata: dict[str, str]
    domains: frozenset[str]
    """Operator sets that its nodes come from; '' is ONNX's own."""
    external: bool
    """Some weights lie in other files."""


def read_onnx(path: Path) -> OnnxInfo:
    """Read what an ONNX file says of itself.

    Raises:
        UnknownModelError: There is no such file.
        InvalidInputError: It is not ONNX.
        TooLargeError: It is larger than Protocol Buffers allow.
    """
    if not path.is_file():
        raise UnknownModelError(f"no file {path}", hint="check the path")
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise TooLargeError(f"{path.name} is over 2 GiB", hint="export a smaller model")
    if size == 0:
        raise _not_onnx(path, "it is empty")
    with path.open("rb") as file:  # the map closes with its last slice
        view = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    try:
        return _read_model(view)
    except (ValueError, IndexError) as error:
        raise _not_onnx(path, str(error)) from None


def card_of_metadata(metadata: dict[str, str]) -> ModelCard | None:
    """Return the card that an exported file carries, None when it carries none.

    Raises:
        InvalidInputError: It carries one that cannot be read.
    """
    text = metadata.get(METADATA_KEY)
    if text is None:
        return None
    try:
        data: dict[str, Any] = dict(json.loads(text))
    except (ValueError, TypeError) as error:
        raise InvalidInputError(
            f"the model's metadata is damaged: {error}", hint="export it again"
        ) from error
    if data.get("version", METADATA_VERSION) != METADATA_VERSION:
        raise InvalidInputError(
            f"the model's metadata has version {data['version']}",
            hint="update Sightline to read it",
        )
    return ModelCard.from_dict({"file": "", "blake3": "", "format": "onnx"} | data)


def metadata_of_card(card: ModelCard) -> str:
    """Return what an exported file carries: the card without file, hash and format, as JSON."""
    data = card.to_dict() | {"version": METADATA_VERSION}
    for key in ("file", "blake3", "format"):
        del data[key]
    return json.dumps(data, ensure_ascii=False, sort_keys=True, allow_nan=False)


def layout_of(shape: Sequence[object]) -> Literal["nchw", "nhwc"] | None:
    """Return where a picture input keeps its three channels, None when it is no such input."""
    if len(shape) != _PICTURE_RANK:
        return None
    if shape[1] == 3:  # noqa: PLR2004
        return "nchw"
    return "nhwc" if shape[3] == 3 else None  # noqa: PLR2004


def _not_onnx(path: Path, why: str) -> InvalidInputError:
    return InvalidInputError(
        f"{path.name} is not an ONNX model: {why}", hint="check that the file is whole"
    )


def _varint(view: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        byte = view[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return value, at
    raise ValueError("a number is too long")


def _fields(view: memoryview) -> Iterator[_Field]:
    """Yield (number, value) of a message; fixed-width values come as bytes."""
    at, end = 0, len(view)
    while at < end:
        tag, at = _varint(view, at)
        match tag & 7:
            case 0:
                value, at = _varint(view, at)
                yield tag >> 3, value
                continue
            case 1:
                size = 8
            case 2:
                size, at = _varint(view, at)
            case 5:
                size = 4
            case wire:
                raise ValueError(f"wire type {wire}")
        if size > end - at:
            raise ValueError("it is cut short")
        yield tag >> 3, view[at : at + size]
        at += size


def _message(value: int | memoryview) -> memoryview:
    if isinstance(value, int):
        raise ValueError("a number where a message is due")  # noqa: TRY004
    return value


def _text(value: int | memoryview) -> str:
    return bytes(_message(value)).decode("utf-8")


def _pair(value: int | memoryview) -> tuple[str, int | memoryview]:
    """Return fields 1 (text) and 2 of a small message."""
    parts = dict(_fields(_message(value)))
    return _text(parts.get(1, memoryview(b""))), parts.get(2, memoryview(b""))


def _read_model(view: memoryview) -> OnnxInfo:
    opset, graph, metadata = 0, None, {}
    for number, value in _fields(view):
        match number:
            case 7:
                graph = _message(value)
            case 8:
                domain, version = _pair(value)
                if domain in {"", "ai.onnx"} and isinstance(version, int):
                    opset = version
            case 14:
                key, text = _pair(value)
                metadata[key] = _text(text)
    if graph is None:
        raise ValueError("it holds no graph")
    domains, external = _walk(view, "model", 0)
    inputs, outputs = _ports(graph)
    return OnnxInfo(opset, inputs, outputs, metadata, frozenset(domains), external)


def _walk(view: memoryview, kind: str, depth: int) -> tuple[set[str], bool]:
    """Return the operator domains and whether any tensor lies in another file."""
    if depth > MAX_DEPTH:
        raise ValueError("it is nested too deep")
    domains: set[str] = set()
    domain, external = "", False
    for number, value in _fields(view):
        child = _CHILDREN.get(kind, {}).get(number)
        if child is not None:
            below, outside = _walk(_message(value), child, depth + 1)
            domains |= below
            external |= outside
        elif kind == "node" and number == _NODE_DOMAIN:
            domain = _text(value)
        elif kind == "tensor":
            external |= number == _EXTERNAL_DATA
            external |= number == _DATA_LOCATION and value == _EXTERNAL
    return domains | ({domain} if kind == "node" else set()), external


def _ports(graph: memoryview) -> tuple[tuple[Port, ...], tuple[Port, ...]]:
    """Return (inputs, outputs); weights that older files list as inputs are left out."""
    inputs: list[Port] = []
    outputs: list[Port] = []
    weights: set[str] = set()
    for number, value in _fields(graph):
        match number:
            case 5:
                weights |= {_text(name) for at, name in _fields(_message(value)) if at == _NAME}
            case 11:
                inputs.append(_port(_message(value)))
            case 12:
                outputs.append(_port(_message(value)))
    return tuple(one for one in inputs if one.name not in weights), tuple(outputs)


def _port(view: memoryview) -> Port:
    name, kind = _pair(view)
    tensor = dict(_fields(_message(kind))).get(1)
    element: str = "unknown"
    shape: tuple[int | str, ...] = ()
    for number, value in _fields(_message(tensor)) if tensor is not None else ():
        match number:
            case 1:
                element = _ELEMENTS.get(value, "other") if isinstance(value, int) else "other"
            case 2:
                shape = tuple(_side(_message(side)) for _, side in _fields(_message(value)))
    return Port(name, element, shape)


def _side(view: memoryview) -> int | str:
    for number, value in _fields(view):
        match number:
            case 1 if isinstance(value, int):
                return value
            case 2:
                return _text(value)
    return "?"
