"""What is known of a model: the card that lies beside its weights."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from typing import Any, Final, Literal, get_args

from sightline.core.errors import InvalidInputError
from sightline.core.preprocess import Preprocess

ModelKind = Literal["classifier", "encoder", "detector", "segmenter", "head", "captioner"]
ModelFormat = Literal["torch", "onnx", "torchscript", "openvino", "transformers", "genai", "head"]
Precision = Literal["float32", "int8-dynamic", "int8"]
ModelTask = Literal["single", "multi", "embedding"]
_KINDS: Final[dict[str, type | tuple[type, ...]]] = {
    **dict.fromkeys(("id", "name", "kind", "format", "file", "blake3", "created_at"), str),
    **dict.fromkeys(("network", "project", "run", "licence", "source"), str),
    **dict.fromkeys(("outputs", "metrics", "files", "decoder", "head", "report"), dict),
    **dict.fromkeys(("origin", "precision"), str),
    "dim": int,
    **dict.fromkeys(("text", "forced"), bool),
    **dict.fromkeys(("classes", "class_ids", "thresholds"), (list, tuple)),
}
"""What a key of a card's JSON holds."""
HALF: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """models/<id>/model.json. Immutable: a changed model is another model."""

    id: str
    name: str
    kind: ModelKind
    format: ModelFormat
    file: str
    """File name of the weights beside the card."""
    blake3: str
    created_at: str
    """UTC, RFC 3339."""
    preprocess: Preprocess
    network: str = ""
    classes: tuple[str, ...] = ()
    class_ids: tuple[int, ...] = ()
    task: ModelTask = "single"
    """single: one class; multi: any number of tags; embedding: an encoder trained for likeness."""
    temperature: float = 1.0
    thresholds: tuple[float, ...] = ()
    """Of tags, in the order of the classes: from which probability on one counts as there."""
    outputs: dict[str, str] = field(default_factory=dict)
    """Role (logits, embedding, probabilities) to the name of the graph's output."""
    project: str = ""
    run: str = ""
    metrics: dict[str, Any] = field(default_factory=dict)
    licence: str = ""
    source: str = ""
    dim: int = 0
    """Length of an embedding, once it was tried; 0: not known."""
    text: bool = False
    """Whether it encodes words into the same space, or finds what words name."""
    files: dict[str, str] = field(default_factory=dict)
    """Further files that it needs beside the weights, name to BLAKE3."""

    decoder: dict[str, Any] = field(default_factory=dict)
    """How a detector's answer is read: see `core.decoders`."""
    head: dict[str, Any] = field(default_factory=dict)
    """Of a head: what it stands on and how it answers, see `heads.bundle`."""
    origin: str = ""
    """Of an exported form: the id of the model that it was made from."""
    precision: Precision = "float32"
    """What its weights are held in; `int8-dynamic` has float activations between operators."""
    report: dict[str, Any] = field(default_factory=dict)
    """Of an exported form: how it compares with its origin."""
    forced: bool = False
    """Whether it was written although it lost more than the limit."""

    @property
    def limits(self) -> tuple[float, ...]:
        """Return from which probability on each tag counts as there; none where one class is."""
        if self.task != "multi":
            return ()
        return self.thresholds or (HALF,) * len(self.classes)

    @property
    def encoder_key(self) -> str:
        """Names weights, how they are run and the preprocessing: equal keys, equal embeddings."""
        how = self.outputs.get("embedding", "")
        if self.format != "onnx":
            how = self.network
        if "config.json" in self.files:
            how += f"-{self.files['config.json'][:8]}"
        return f"{self.blake3[:20] or self.id}-{how}-{self.preprocess.key()}"

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        values: dict[str, Any] = {item.name: getattr(self, item.name) for item in fields(self)}
        return values | {
            "preprocess": self.preprocess.to_dict(),
            "classes": list(self.classes),
            "class_ids": list(self.class_ids),
            "thresholds": list(self.thresholds),
        }

    @staticmethod
    def from_dict(data: dict[str, Any]) -> ModelCard:
        """Read it from JSON; unknown keys are ignored, so that newer cards can be read.

        Raises:
            InvalidInputError: A key is missing or has the wrong type.
        """
        known = {item.name for item in fields(ModelCard)}
        try:
            values = {key: value for key, value in data.items() if key in known}
            for key, kind in _KINDS.items():
                if key in values and not isinstance(values[key], kind):
                    raise TypeError(f"{key} is {values[key]!r}")  # noqa: TRY301
            values["preprocess"] = Preprocess.from_dict(dict(values["preprocess"]))
            values["classes"] = tuple(str(name) for name in values.get("classes", ()))
            values["class_ids"] = tuple(int(one) for one in values.get("class_ids", ()))
            values["temperature"] = float(values.get("temperature", 1.0))
            values["thresholds"] = tuple(float(one) for one in values.get("thresholds", ()))
            card = ModelCard(**values)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise InvalidInputError(
                f"not a model card: {type(error).__name__} {error}", hint="add the model again"
            ) from error
        named = (
            (card.kind, ModelKind),
            (card.format, ModelFormat),
            (card.task, ModelTask),
            (card.precision, Precision),
        )
        if any(value not in get_args(known) for value, known in named):
            raise InvalidInputError(
                f"unknown kind, format, task or precision: "
                f"{card.kind}, {card.format}, {card.task}, {card.precision}",
                hint="this card is from a newer version",
            )
        if not card.temperature > 0 or not math.isfinite(card.temperature):
            raise InvalidInputError(
                f"temperature {card.temperature} is not above 0", hint="add the model again"
            )
        return card
