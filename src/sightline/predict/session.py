"""A classifier that runs on ONNX Runtime: what predictions are made with, everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import (
    InvalidInputError,
    MissingWeightsError,
    OutOfMemoryError,
    SightlineError,
)
from sightline.imaging.preprocess import normalise
from sightline.nets.onnx_session import GPU, first_line, open_session
from sightline.store.onnx_file import card_of_metadata, layout_of

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.arrays import F32, U8
    from sightline.core.cards import ModelCard
    from sightline.core.preprocess import Preprocess

GPU_BATCH: Final = 32
_OVERHEAD_BYTES: Final = 8 << 20
_WEIGHT_COPIES: Final = 2
"""Measured: a session holds 1.3 times its file, and as much again of scratch memory."""


class OnnxNet:
    """A network from a .onnx file. It may be asked from many threads at once.

    On CPU one session with one thread per call serves all threads: ONNX Runtime runs each call on
    the caller's thread, so that N callers use N cores while the weights are in memory once
    (measured: as fast as N sessions). It never spins.
    """

    def __init__(self, session: Any, card: ModelCard, file_bytes: int) -> None:
        port = session.get_inputs()[0]
        layout = layout_of(port.shape)
        if layout is None:
            raise InvalidInputError(
                f"{card.name} takes {port.shape}, no RGB pictures", hint="add it again"
            )
        self.card = card
        self.max_batch: Final = GPU_BATCH if session.get_providers()[0] in GPU else 1
        """How many pictures to send at once; on CPU small networks gain nothing by more."""
        self.nbytes: Final = _WEIGHT_COPIES * file_bytes + _OVERHEAD_BYTES
        self._session = session
        self._input: str = port.name
        self._layout = layout
        self._dtype = np.dtype(
            {"tensor(uint8)": "uint8", "tensor(float16)": "float16"}.get(port.type, "float32")
        )
        self._fixed: int | None = port.shape[0] if isinstance(port.shape[0], int) else None
        known = {one.name for one in session.get_outputs()}
        self._outputs = {role: name for role, name in card.outputs.items() if name in known}

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
        if self._fixed is not None and count < step:
            filler = np.zeros((step - count, *batch.shape[1:]), batch.dtype)
            batch = np.concatenate([batch, filler])
        try:
            answers = self._session.run(names, {self._input: batch})
        except Exception as error:  # the runtime's errors share no narrower base
            raise _run_error(self.card.name, error) from error
        return [np.asarray(one[:count], np.float32).reshape(count, -1) for one in answers]

    def _input_of(self, images: U8) -> Any:
        if self._dtype == np.uint8:
            return images if self._layout == "nhwc" else images.transpose(0, 3, 1, 2).copy()
        floats = normalise(images, self.preprocess).astype(self._dtype, copy=False)
        return floats if self._layout == "nchw" else floats.transpose(0, 2, 3, 1).copy()


class OnnxClassifier(OnnxNet):
    """A classifier from a .onnx file."""

    def __init__(self, session: Any, card: ModelCard, file_bytes: int) -> None:
        super().__init__(session, card, file_bytes)
        if not {"probabilities", "logits"} & set(self._outputs):
            raise InvalidInputError(
                f"{card.name} has no output for its classes",
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
        if role == "probabilities":
            return scores
        calm = scores / self.card.temperature
        return 1 / (1 + np.exp(-calm)) if self.card.task == "multi" else _softmax(calm)

    def answers(self, images: U8) -> dict[str, F32]:
        """Return every known output by role: probabilities, logits (N, K), embedding (N, D)."""
        return {"probabilities": self.classify(images)} | super().answers(images)


def open_net(file: Path) -> OnnxNet:
    """Open a .onnx file that Sightline exported, classifier or encoder.

    Raises:
        MissingWeightsError: There is no such file.
        InvalidInputError: It cannot be run, or does not say how to be used.
        MissingExtraError: ONNX Runtime is not installed.
    """
    session, card = _opened(file, None)
    kind = OnnxClassifier if card.kind == "classifier" else OnnxNet
    return kind(session, card, file.stat().st_size)


def open_classifier(file: Path, card: ModelCard | None = None) -> OnnxClassifier:
    """Open a .onnx file for predictions; `card` is for a file that does not carry its own.

    Raises:
        MissingWeightsError: There is no such file.
        InvalidInputError: It cannot be run, is no classifier, or does not say how to be used.
        MissingExtraError: ONNX Runtime is not installed.
    """
    session, known = _opened(file, card)
    return OnnxClassifier(session, known, file.stat().st_size)


def _opened(file: Path, card: ModelCard | None) -> tuple[Any, ModelCard]:
    if not file.is_file():
        raise MissingWeightsError(f"no model file at {file}", hint="export or add it again")
    session = open_session(file)
    carried = card_of_metadata(session.get_modelmeta().custom_metadata_map)
    known = carried or card
    if known is None:
        raise InvalidInputError(
            f"{file.name} does not say how to use it",
            hint=f"sightline models add {file} --name NAME --classes a,b,c",
        )
    return session, known


def _run_error(name: str, error: Exception) -> SightlineError:
    line = first_line(error)
    if "alloc" in line.lower() or "out of memory" in line.lower():
        return OutOfMemoryError(f"{name}: {line}", hint="close other programs, or use the CPU")
    return InvalidInputError(f"{name} does not run: {line}", hint="export or add it again")


def _softmax(scores: F32) -> F32:
    powers: F32 = np.exp(scores - scores.max(axis=1, keepdims=True))
    total: F32 = powers.sum(axis=1, keepdims=True)
    return powers / total
