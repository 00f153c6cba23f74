"""How the raw answer of a detector becomes boxes: declared with the model, as data."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Literal, get_args

from sightline.core.errors import InvalidInputError, did_you_mean

DecoderKind = Literal["yolox", "yolov5", "yolov8", "detr", "rtdetr", "boxes"]
KINDS: Final[dict[str, str]] = {
    "yolox": "(n, 5 + classes) per cell of the grids: offset, log size, objectness, classes",
    "yolov5": "(n, 5 + classes): centre, size in pixels, objectness, classes",
    "yolov8": "(4 + classes, n): centre, size in pixels, classes; v9 to v12 alike",
    "detr": "logits (n, classes + 1) with `nothing` last, and centre, size as shares",
    "rtdetr": "logits (n, classes), and centre, size as shares",
    "boxes": "corners (n, 4) in pixels, scores (n) and class indices (n): duplicates are gone",
}
"""What each kind reads, without the batch."""
MAX_STRIDES: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoder:
    """A rule from a graph's outputs to boxes of the picture it was given."""

    kind: DecoderKind
    channels: Literal["rgb", "bgr"] = "rgb"
    """Order in which the graph takes the colours."""
    place: Literal["centre", "corner"] = "centre"
    """Where a letterbox puts the picture: amid its bars, or at the top left."""
    strides: tuple[int, ...] = (8, 16, 32)
    """Pixels of a cell, grid by grid (yolox)."""
    iou: float = 0.6
    """Of two boxes of one class that overlap more, the weaker goes; 1: none does."""

    @staticmethod
    def from_dict(data: dict[str, Any]) -> Decoder:
        """Read it from JSON.

        Raises:
            InvalidInputError: A key is unknown or a value out of range.
        """
        known = {item.name for item in fields(Decoder)}
        unknown = sorted(set(data) - known)
        if unknown or data.get("kind") not in get_args(DecoderKind):
            wrong = unknown[0] if unknown else f"kind {data.get('kind')!r}"
            raise InvalidInputError(f"a decoder has no {wrong}", hint=f"kinds: {', '.join(KINDS)}")
        values = dict(data)
        try:
            if "strides" in values:
                values["strides"] = tuple(int(one) for one in values["strides"])
            decoder = Decoder(**values | {"iou": float(values.get("iou", 0.6))})
        except (TypeError, ValueError) as error:
            raise InvalidInputError(f"the decoder is not valid: {error}", hint=_HINT) from error
        decoder.check()
        return decoder

    def check(self) -> None:
        """Refuse what cannot be carried out.

        Raises:
            InvalidInputError: A value is out of range.
        """
        good = (
            self.channels in {"rgb", "bgr"}
            and self.place in {"centre", "corner"}
            and 0 < self.iou <= 1
            and 0 < len(self.strides) <= MAX_STRIDES
            and min(self.strides) > 0
        )
        if not good:
            raise InvalidInputError("the decoder has a value out of range", hint=_HINT)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self) | {"strides": list(self.strides)}


_HINT: Final = "as in yolox, or yolox,channels=bgr,place=corner,strides=8 16 32,iou=0.6"
_USUAL: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "yolox": ({"channels": "bgr", "place": "corner"}, "bytes"),
    "yolov5": ({}, "unit"),
    "yolov8": ({}, "unit"),
    "detr": ({"iou": 1.0}, "imagenet"),
    "rtdetr": ({"iou": 1.0}, "unit"),
    "boxes": ({"iou": 1.0}, "unit"),
}
"""What the authors of each kind chose, and how they scale the colours."""


def parse_decoder(text: str) -> tuple[Decoder, str]:
    """Read a decoder as a person writes it; return it and the preprocessing that is usual for it.

    Args:
        text: A kind, and what differs from the usual: `yolox,channels=rgb,strides=8 16 32 64`.

    Raises:
        InvalidInputError: The kind or a key is unknown, or a value out of range.
    """
    kind, *pairs = (part.strip() for part in text.split(","))
    if kind not in KINDS:
        raise InvalidInputError(f"no decoder {kind!r}", hint=did_you_mean(kind, KINDS))
    usual, scale = _USUAL[kind]
    values: dict[str, Any] = {"kind": kind, **usual}
    for pair in pairs:
        key, found, value = pair.partition("=")
        if not found:
            raise InvalidInputError(f"{pair!r} is no key=value", hint=_HINT)
        values[key.strip()] = value.split() if key.strip() == "strides" else value.strip()
    shape = "letterbox" if kind.startswith("yolo") else "stretch"
    return Decoder.from_dict(values), f"{scale}-{shape}"
