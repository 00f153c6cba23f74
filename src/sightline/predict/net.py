"""A network with its weights in memory, whatever runs it: pictures in, answers by role out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import InvalidInputError, OutOfMemoryError, SightlineError
from sightline.imaging.preprocess import normalise
from sightline.nets.onnx_session import first_line
from sightline.store.onnx_file import layout_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.arrays import F32, U8
    from sightline.core.cards import ModelCard
    from sightline.core.preprocess import Preprocess

_OVERHEAD_BYTES: Final = 8 << 20
_WEIGHT_COPIES: Final = 2
"""Measured with ONNX Runtime: a session holds 1.3 times its file, and as much again of scratch."""


@dataclass(frozen=True, slots=True)
class Door:
    """What a graph takes and gives."""

    shape: Sequence[object]
    """Of its input; what is no number may be anything."""
    dtype: str
    """Of its input: uint8, float16 or float32."""
    outputs: frozenset[str]
    """Names of what it gives."""


class Net(ABC):
    """A network that is open. It may be asked from many threads at once."""

    def __init__(self, card: ModelCard, door: Door, file_bytes: int, max_batch: int = 1) -> None:
        layout = layout_of(door.shape)
        if layout is None:
            raise InvalidInputError(
                f"{card.name} takes {list(door.shape)}, no RGB pictures", hint="add it again"
            )
        self.card = card
        self.max_batch: Final = max_batch
        """How many pictures to send at once; on CPU small networks gain nothing by more."""
        self.nbytes: Final = _WEIGHT_COPIES * file_bytes + _OVERHEAD_BYTES
        self._layout = layout
        self._dtype = np.dtype(door.dtype)
        first = door.shape[0]
        self._fixed: int | None = first if isinstance(first, int) and first > 0 else None
        self._outputs = {r: name for r, name in card.outputs.items() if name in door.outputs}

    @abstractmethod
    def _infer(self, names: Sequence[str], batch: Any) -> Sequence[Any]:
        """Return the named outputs for an input as the graph takes it."""

    @property
    def classes(self) -> tuple[str, ...]:
        """Names, in the order of the answer's columns; none of an encoder."""
        return self.card.classes

    @property
    def preprocess(self) -> Preprocess:
        """The rule that fits a picture to it."""
        return self.card.preprocess

    def answers(self, images: U8) -> dict[str, F32]:
        """Return every known output by role, for (N, size, size, 3) RGB.

        Raises:
            InvalidInputError: The graph refuses them.
            OutOfMemoryError: The device has too little memory.
        """
        return self._run(images, list(self._outputs))

    def _run(self, images: U8, roles: list[str]) -> dict[str, F32]:
        names = [self._outputs[role] for role in roles]
        batch = self._input_of(images)
        step = self._fixed or max(len(batch), 1)
        parts = [
            self._call(names, batch[at : at + step], step) for at in range(0, len(batch), step)
        ]
        return {role: np.concatenate([part[at] for part in parts]) for at, role in enumerate(roles)}

    def _call(self, names: list[str], batch: Any, step: int) -> list[F32]:
        """Run one batch; a graph with a fixed batch gets it filled up with zeros."""
        count = len(batch)
        if count < step:
            filler = np.zeros((step - count, *batch.shape[1:]), batch.dtype)
            batch = np.concatenate([batch, filler])
        try:
            answers = self._infer(names, batch)
        except Exception as error:  # the runtimes' errors share no narrower base
            raise _run_error(self.card.name, error) from error
        return [np.asarray(one[:count], np.float32).reshape(count, -1) for one in answers]

    def _input_of(self, images: U8) -> Any:
        if self._dtype == np.uint8:
            return images if self._layout == "nhwc" else images.transpose(0, 3, 1, 2).copy()
        floats = normalise(images, self.preprocess).astype(self._dtype, copy=False)
        return floats if self._layout == "nchw" else floats.transpose(0, 2, 3, 1).copy()


class Classifying(Net):
    """What a network that names classes does besides; mixed into one of a runtime."""

    def __init__(self, *opened: Any) -> None:
        super().__init__(*opened)
        if not {"probabilities", "logits"} & set(self._outputs):
            raise InvalidInputError(
                f"{self.card.name} has no output for its classes",
                hint="it is an encoder; add it again with --classes to predict with it",
            )

    @property
    def limits(self) -> tuple[float, ...]:
        """From which probability on each tag counts as there; none where one class is."""
        return self.card.limits

    def classify(self, images: U8) -> F32:
        """Return (N, K) probabilities for (N, size, size, 3) RGB; of tags each for itself.

        Raises:
            InvalidInputError: The graph refuses them, or answers for another number of classes.
            OutOfMemoryError: The device has too little memory.
        """
        role = "probabilities" if "probabilities" in self._outputs else "logits"
        scores = self._run(images, [role])[role]
        if scores.shape[1] != len(self.classes):
            raise InvalidInputError(
                f"{self.card.name} answers for {scores.shape[1]} classes, "
                f"its card names {len(self.classes)}",
                hint="add it again with its classes",
            )
        return scores if role == "probabilities" else self._calm(scores)

    def _calm(self, logits: F32) -> F32:
        """Return the probabilities of logits (N, K) or (K,)."""
        calm = logits / self.card.temperature
        return 1 / (1 + np.exp(-calm)) if self.card.task == "multi" else _softmax(calm)

    def answers(self, images: U8) -> dict[str, F32]:
        """Return every known output by role: probabilities, logits (N, K), embedding (N, D)."""
        return {"probabilities": self.classify(images)} | super().answers(images)


def _run_error(name: str, error: Exception) -> SightlineError:
    line = first_line(error)
    if "alloc" in line.lower() or "out of memory" in line.lower():
        return OutOfMemoryError(f"{name}: {line}", hint="close other programs, or use the CPU")
    return InvalidInputError(f"{name} does not run: {line}", hint="export or add it again")


def _softmax(scores: F32) -> F32:
    powers: F32 = np.exp(scores - scores.max(axis=-1, keepdims=True))
    total: F32 = powers.sum(axis=-1, keepdims=True)
    return powers / total
