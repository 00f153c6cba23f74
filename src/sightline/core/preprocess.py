"""How a picture becomes a network's input: the rule, as data."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Literal, get_args

from sightline.core.errors import InvalidInputError
from sightline.core.tone import DEFAULT_TONE, Tone

Resize = Literal["stretch", "crop", "letterbox", "keep"]
Interpolation = Literal["bilinear", "bicubic"]
IMAGENET_MEAN: Final = (0.485, 0.456, 0.406)
IMAGENET_STD: Final = (0.229, 0.224, 0.225)
MAX_SIZE: Final = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Preprocess:
    """From an upright RGB picture to a square uint8 picture, then to normalised floats.

    The picture is resized (`stretch`: both sides to `size`; `crop`: the short side to `resize_px`,
    then the centre of `size`; `letterbox`: the long side to `size`, grey bars; `keep`: no square,
    the short side to `size` unless the long one would pass `resize_px`), then
    `(value / 255 - mean) / std` per channel.
    """

    size: int
    resize: Resize = "stretch"
    resize_px: int | None = None
    interpolation: Interpolation = "bilinear"
    mean: tuple[float, float, float] = IMAGENET_MEAN
    std: tuple[float, float, float] = IMAGENET_STD
    tone: Tone = DEFAULT_TONE
    """How samples of more than 8 bits become the uint8 picture."""

    def __post_init__(self) -> None:
        """Refuse what cannot be carried out."""
        if any(type(one) not in {int, type(None)} for one in (self.size, self.resize_px)):
            raise InvalidInputError("size and resize_px are whole numbers", hint="try size=224")
        if not 1 <= self.size <= MAX_SIZE:
            raise InvalidInputError(f"size {self.size} is not in 1..{MAX_SIZE}", hint="try 224")
        if self.resize not in get_args(Resize):
            raise InvalidInputError(
                f"no resize rule {self.resize!r}", hint="stretch, crop, letterbox or keep"
            )
        if self.interpolation not in get_args(Interpolation):
            raise InvalidInputError(
                f"no interpolation {self.interpolation!r}", hint="bilinear or bicubic"
            )
        if self.resize_px is not None and not self.size <= self.resize_px <= MAX_SIZE:
            raise InvalidInputError(
                f"resize_px {self.resize_px} is not in {self.size}..{MAX_SIZE}",
                hint="the crop cannot be larger than the resized picture",
            )
        numbers = (*self.mean, *self.std)
        three = len(self.mean) == len(self.std) == 3  # noqa: PLR2004
        if not three or not all(map(math.isfinite, numbers)) or min(self.std) <= 0:
            raise InvalidInputError(
                "mean and std need three finite values, std above 0",
                hint="as in mean=0.5,0.5,0.5 and std=0.5,0.5,0.5",
            )

    @property
    def min_side_px(self) -> int:
        """Short side, pixels, that a decoded picture must have to lose nothing."""
        return self.size if self.resize == "keep" else self.resize_px or self.size

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        data = asdict(self) | {"mean": list(self.mean), "std": list(self.std)}
        del data["tone"]
        return data if self.tone == DEFAULT_TONE else data | {"tone": self.tone.to_dict()}

    @staticmethod
    def from_dict(data: dict[str, Any]) -> Preprocess:
        """Read it from JSON.

        Raises:
            InvalidInputError: A key is unknown, missing, or has a value out of range.
        """
        known = {field.name for field in fields(Preprocess)}
        unknown = set(data) - known
        if unknown or "size" not in data:
            raise InvalidInputError(
                f"preprocessing has unknown or missing keys: {sorted(unknown) or ['size']}",
                hint=f"known keys: {', '.join(sorted(known))}",
            )
        try:
            values = dict(data)
            for key in ("mean", "std"):
                if key in values:
                    values[key] = tuple(float(value) for value in values[key])
            if "tone" in values:
                values["tone"] = Tone.from_dict(values["tone"])
            return Preprocess(**values)
        except (TypeError, ValueError) as error:
            raise InvalidInputError(
                f"preprocessing is not valid: {error}",
                hint="size is pixels, mean and std are lists",
            ) from error

    def key(self) -> str:
        """Return a short hash that changes when the answer could."""
        raw = json.dumps(self.to_dict(), sort_keys=True).encode()
        return hashlib.blake2b(raw, digest_size=8).hexdigest()
