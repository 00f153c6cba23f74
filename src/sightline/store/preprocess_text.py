"""Preprocessing as a person writes it on a command line."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from sightline.core.errors import InvalidInputError
from sightline.core.preprocess import IMAGENET_MEAN, IMAGENET_STD, Preprocess

DEFAULT_SIZE_PX: Final = 224
CROP_RATIO: Final = 0.875
"""What torchvision's recipes keep of the short side: 224 of 256."""
_NAMED: Final = re.compile(
    r"(imagenet|half|unit|bytes)(?:-(\d{1,5}))?(?:-(stretch|crop|letterbox))?"
)
_SCALES: Final = {
    "imagenet": (IMAGENET_MEAN, IMAGENET_STD),
    "half": ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
    "unit": ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0)),
    "bytes": ((0.0, 0.0, 0.0), (1 / 255, 1 / 255, 1 / 255)),
}
_HINT: Final = (
    "write imagenet, imagenet-224-crop, half-224, unit-64-letterbox, JSON, or "
    "size=224,resize=crop,resize_px=256,mean=0.5,0.5,0.5,std=0.5,0.5,0.5"
)


def parse_preprocess(text: str, *, size: int | None = None) -> Preprocess:
    """Read preprocessing from a name with size and rule, from key=value pairs, or from JSON.

    Args:
        text: `imagenet[-SIZE][-stretch|crop|letterbox]` (also `half` for -1..1, `unit` for 0..1,
            `bytes` for 0..255), `size=..,resize=..,resize_px=..,interpolation=..,mean=..,std=..`,
            or an object.
        size: Side, pixels, to use where the text names none; else 224.

    Raises:
        InvalidInputError: It is none of these, or a value is out of range.
    """
    clean = text.strip()
    named = _NAMED.fullmatch(clean.lower())
    if named:
        return _named(named, size)
    data = _json(clean) if clean.startswith("{") else _pairs(clean)
    if data.get("resize") == "keep":
        raise InvalidInputError(
            "only a detector's own folder can say resize=keep: other networks take squares",
            hint="stretch, crop or letterbox",
        )
    return Preprocess.from_dict({"size": size or DEFAULT_SIZE_PX} | data)


def _named(match: re.Match[str], size: int | None) -> Preprocess:
    name, digits, rule = match.groups()
    side = int(digits) if digits else size or DEFAULT_SIZE_PX
    mean, std = _SCALES[name]
    data: dict[str, Any] = {"size": side, "resize": rule or "stretch", "mean": mean, "std": std}
    if rule == "crop":
        data["resize_px"] = round(side / CROP_RATIO)
    return Preprocess.from_dict(data)


def _json(text: str) -> dict[str, Any]:
    try:
        return dict(json.loads(text))
    except (ValueError, TypeError) as error:
        raise InvalidInputError(f"preprocessing is not JSON: {error}", hint=_HINT) from error


def _pairs(text: str) -> dict[str, Any]:
    """Read `key=value,...`; parts without `=` continue the list before them."""
    lists: dict[str, list[str]] = {}
    key = ""
    for part in text.split(","):
        head, equals, tail = part.partition("=")
        if equals:
            key = head.strip()
            lists[key] = [tail.strip()]
        elif key:
            lists[key].append(part.strip())
        else:
            raise InvalidInputError(f"no preprocessing is named {text!r}", hint=_HINT)
    try:
        return {key: _value(key, values) for key, values in lists.items()}
    except ValueError as error:
        raise InvalidInputError(f"preprocessing is not valid: {error}", hint=_HINT) from error


def _value(key: str, values: list[str]) -> Any:
    if key in {"mean", "std"}:
        numbers = tuple(float(value) for value in values)
        return numbers * 3 if len(numbers) == 1 else numbers
    if len(values) > 1:
        raise ValueError(f"{key} takes one value")
    return int(values[0]) if key in {"size", "resize_px"} else values[0]
