"""A head that travels: what was learned, by class name, from one encoder's embeddings.

One safetensors file holds the numbers and, as metadata, the card that says how they are used: it
works for crops of drawn objects and for whole pictures alike. Nothing in it can run code.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

import numpy as np

from sightline.core.errors import InvalidInputError, MissingWeightsError
from sightline.core.files import write_atomic
from sightline.core.geometry.crops import pixel_rects
from sightline.heads.calibration import softmax
from sightline.heads.guard import BACKGROUND, Decision, Guard, is_background
from sightline.heads.half import widen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import ArrayLike, NDArray

    from sightline.core.arrays import F32, I64

__all__ = ["BACKGROUND", "CropRule", "Decision", "Guard", "HeadBundle", "Layer", "load", "save"]

Normalise = Literal["none", "l2", "standard"]
FILE: Final = "head.safetensors"
FORMAT: Final = 1
MAX_BYTES: Final = 1 << 28
"""A larger file is no head."""
MAX_LAYERS: Final = 16
_TINY: Final = np.float32(1e-12)
_CARD: Final = "card"


@dataclass(frozen=True, slots=True)
class Layer:
    """One step of it: rows @ weight + bias."""

    weight: F32
    """(in, out)"""
    bias: F32
    """(out,)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CropRule:
    """Which part of a picture stands for a box."""

    padding: float = 0.0
    """Added on each side, as a share of the box's longer side."""
    square: bool = False
    """Grown to a square around the same centre, so that nothing is stretched."""

    def __post_init__(self) -> None:
        """Refuse what cannot be cut."""
        if not 0 <= self.padding <= 4:  # noqa: PLR2004
            raise InvalidInputError(
                f"a padding of {self.padding} is not within 0 to 4", hint="try padding=0.1"
            )

    def rects(self, boxes: ArrayLike, size_wh: ArrayLike) -> I64:
        """Return the pixels (N, 4) x1, y1, x2, y2 that stand for boxes (N, 4) of a picture.

        `size_wh`: (2,) of the picture, or (N, 2) of each box's.

        Raises:
            InvalidInputError: A number of a box is none.
        """
        return pixel_rects(boxes, size_wh=size_wh, padding=self.padding, square=self.square)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self)

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> CropRule:
        """Read it from JSON; what is not said has its default."""
        return CropRule(
            padding=float(data.get("padding", 0.0)), square=bool(data.get("square", False))
        )


DEFAULT_GUARD: Final = Guard()
WHOLE_BOX: Final = CropRule()


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadBundle:
    """A classifier on one encoder's embeddings; between layers values under 0 become 0 (ReLU)."""

    layers: tuple[Layer, ...]
    classes: tuple[str, ...]
    """K names, the columns of the answer; those that begin with `__bg_` are background."""
    encoder: str
    """Name of the encoder, for people."""
    encoder_key: str
    """Names its weights and preprocessing; empty: not known, and only `dim` is compared."""
    dim: int
    """D, length of an embedding."""
    normalise: Normalise = "none"
    """What is done to a row first. l2: length 1; standard: (row - mean) / scale."""
    mean: F32 | None = None
    """(D,) of standard."""
    scale: F32 | None = None
    """(D,) of standard."""
    crop: CropRule = WHOLE_BOX
    temperature: float = 1.0
    """What logits are divided by (Guo et al. 2017)."""
    guard: Guard = DEFAULT_GUARD
    facts: dict[str, Any] = field(default_factory=dict)
    """JSON: how it was trained (`training`), how good it is (`metrics`) and on what (`data`)."""

    def __post_init__(self) -> None:
        """Refuse what does not fit together."""
        fault = _fault(self)
        if fault:
            raise InvalidInputError(f"not a head: {fault}", hint="train or convert the head again")

    @property
    def background(self) -> tuple[str, ...]:
        """Return the names of the classes that stand for no object."""
        return tuple(name for name in self.classes if is_background(name))

    @property
    def foreground(self) -> tuple[str, ...]:
        """Return the names of the classes that an object or a picture can have."""
        return tuple(name for name in self.classes if not is_background(name))

    def logits(self, rows: NDArray[Any]) -> F32:
        """Return (N, K), divided by the temperature, for rows (N, D) as the encoder gives them.

        Raises:
            InvalidInputError: D is not the head's.
        """
        if rows.ndim != 2 or rows.shape[1] != self.dim:  # noqa: PLR2004
            raise InvalidInputError(
                f"embeddings of shape {rows.shape} do not fit a head for {self.dim} numbers",
                hint="use the encoder that it was trained on, or train it for this one",
            )
        values = forward(self.layers, self._normalised(widen(rows)))
        return np.asarray(values / np.float32(self.temperature), dtype=np.float32)

    def probabilities(self, rows: NDArray[Any]) -> F32:
        """Return (N, K), rows sum to 1, for rows (N, D) as the encoder gives them.

        Raises:
            InvalidInputError: D is not the head's.
        """
        logits = self.logits(rows)
        if not len(logits):
            return logits
        return softmax(logits.astype(np.float64)).astype(np.float32)

    def card(self) -> dict[str, Any]:
        """Return all but the numbers, as JSON."""
        return {
            "format": FORMAT,
            "sizes": [self.dim, *(int(one.bias.size) for one in self.layers)],
            "classes": list(self.classes),
            "encoder": self.encoder,
            "encoder_key": self.encoder_key,
            "dim": self.dim,
            "normalise": self.normalise,
            "crop": self.crop.to_dict(),
            "temperature": self.temperature,
            "guard": self.guard.to_dict(),
            "facts": self.facts,
        }

    def _normalised(self, rows: F32) -> F32:
        if self.normalise == "l2":
            length = np.sqrt(np.einsum("nd,nd->n", rows, rows))
            return np.asarray(rows / np.maximum(length, _TINY)[:, None], dtype=np.float32)
        if self.mean is not None and self.scale is not None:
            return np.asarray((rows - self.mean) / self.scale, dtype=np.float32)
        return rows


def forward(layers: Sequence[Layer], rows: F32) -> F32:
    """Return (N, K) for rows (N, D) that are normalised: ReLU between layers."""
    values = rows
    for at, layer in enumerate(layers):
        values = values @ layer.weight + layer.bias
        if at < len(layers) - 1:
            np.maximum(values, 0, out=values)
    return values


def to_bytes(bundle: HeadBundle) -> bytes:
    """Return the safetensors file of a head, its card inside."""
    from safetensors.numpy import save as written

    arrays = {}
    for at, layer in enumerate(bundle.layers):
        arrays[f"layers.{at}.weight"], arrays[f"layers.{at}.bias"] = layer.weight, layer.bias
    if bundle.mean is not None and bundle.scale is not None:
        arrays |= {"mean": bundle.mean, "scale": bundle.scale}
    solid = {name: np.ascontiguousarray(one, dtype=np.float32) for name, one in arrays.items()}
    text = json.dumps(bundle.card(), ensure_ascii=False, allow_nan=False)
    return written(solid, metadata={_CARD: text})


def save(path: Path, bundle: HeadBundle) -> None:
    """Write a head as one safetensors file, atomically."""
    write_atomic(path, to_bytes(bundle))


def load(path: Path) -> HeadBundle:
    """Return the head of a safetensors file.

    Raises:
        MissingWeightsError: There is no such file.
        InvalidInputError: It is damaged, or no head.
    """
    if not path.is_file():
        raise MissingWeightsError(f"no head at {path}", hint="train, import or convert one")
    if path.stat().st_size > MAX_BYTES:
        raise InvalidInputError(
            f"{path.name} is too large for a head", hint=f"the limit is {MAX_BYTES >> 20} MB"
        )
    return from_parts(*_read(path), name=path.name)


def from_parts(text: str, arrays: Mapping[str, F32], *, name: str = "head") -> HeadBundle:
    """Return the head of a card's JSON and its arrays.

    Raises:
        InvalidInputError: They are damaged, or do not fit together.
    """
    try:
        card = json.loads(text)
        if card["format"] != FORMAT:
            raise ValueError(f"format {card['format']}")  # noqa: TRY301
        return HeadBundle(
            layers=_layers(arrays),
            classes=tuple(str(one) for one in card["classes"]),
            encoder=str(card["encoder"]),
            encoder_key=str(card["encoder_key"]),
            dim=int(card["dim"]),
            normalise=card["normalise"],
            mean=arrays.get("mean"),
            scale=arrays.get("scale"),
            crop=CropRule.from_dict(card["crop"]),
            temperature=float(card["temperature"]),
            guard=Guard.from_dict(card["guard"]),
            facts=dict(card["facts"]),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InvalidInputError(
            f"{name} is no head: {type(error).__name__} {error}",
            hint="a head is what `sightline heads train`, `export` or `convert` wrote",
        ) from error


def _layers(arrays: Mapping[str, F32]) -> tuple[Layer, ...]:
    count = sum(name.endswith(".weight") for name in arrays)
    return tuple(
        Layer(arrays[f"layers.{at}.weight"], arrays[f"layers.{at}.bias"]) for at in range(count)
    )


def _read(path: Path) -> tuple[str, dict[str, F32]]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            text = (file.metadata() or {}).get(_CARD, "")
    except (SafetensorError, TypeError, ValueError) as error:
        raise InvalidInputError(
            f"{path.name} is damaged: {error}", hint="take a whole copy of it, or train it again"
        ) from error
    if not text:
        raise InvalidInputError(
            f"{path.name} holds weights and no head's card",
            hint="a head is what `sightline heads train`, `export` or `convert` wrote",
        )
    return text, {name: np.asarray(one, dtype=np.float32) for name, one in arrays.items()}


def _fault(bundle: HeadBundle) -> str:
    """Return what does not fit together, or nothing."""
    k = len(bundle.classes)
    if not k or len(set(bundle.classes)) != k or not all(bundle.classes):
        return "its classes are missing, unnamed or named twice"
    if bundle.normalise not in get_args(Normalise):
        return f"it knows no normalisation {bundle.normalise!r}"
    if not (math.isfinite(bundle.temperature) and bundle.temperature > 0):
        return f"a temperature of {bundle.temperature}"
    return _shape_fault(bundle) or _number_fault(bundle)


def _shape_fault(bundle: HeadBundle) -> str:
    if not 1 <= len(bundle.layers) <= MAX_LAYERS:
        return f"{len(bundle.layers)} layers"
    width = bundle.dim
    for layer in bundle.layers:
        if layer.weight.ndim != 2 or layer.weight.shape[0] != width:  # noqa: PLR2004
            return f"weights {layer.weight.shape} do not follow {width} numbers"
        width = int(layer.weight.shape[1])
        if layer.bias.shape != (width,):
            return f"a bias {layer.bias.shape} beside weights {layer.weight.shape}"
    if width != len(bundle.classes):
        return f"{width} answers for {len(bundle.classes)} classes"
    standard = bundle.normalise == "standard"
    for one in (bundle.mean, bundle.scale):
        if (one is not None) != standard or (one is not None and one.shape != (bundle.dim,)):
            return "mean and scale do not fit the normalisation"
    return ""


def _number_fault(bundle: HeadBundle) -> str:
    arrays = [one for layer in bundle.layers for one in (layer.weight, layer.bias)]
    arrays += [one for one in (bundle.mean, bundle.scale) if one is not None]
    if not all(np.isfinite(one).all() for one in arrays):
        return "numbers that are not finite"
    if bundle.scale is not None and not (bundle.scale > 0).all():
        return "a scale that is not above 0"
    return ""
