"""An added model as an encoder, on ONNX Runtime."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import InvalidInputError, MissingWeightsError
from sightline.imaging.preprocess import fit, normalise
from sightline.nets.onnx_session import first_line, open_session
from sightline.store.onnx_file import OnnxInfo, Port, layout_of, read_onnx

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sightline.core.arrays import F32, U8
    from sightline.core.cards import ModelCard
    from sightline.core.preprocess import Preprocess

BATCH: Final = 4
"""Pictures in one run: on a CPU more gain nothing for small networks and cost memory."""
OLDEST_OPSET: Final = 7
_DTYPES: Final = {"uint8": np.uint8, "float16": np.float16, "float32": np.float32}


class OnnxEncoder:
    """An encoder from a .onnx file. `encode` may be called from many threads at once.

    One session with one thread per call serves all callers: N callers use N cores, nothing spins.
    """

    def __init__(self, session: Any, info: OnnxInfo, card: ModelCard) -> None:
        port = _picture_input(info, card)
        self.preprocess: Final[Preprocess] = card.preprocess
        self.min_side_px: Final = card.preprocess.min_side_px
        self._output: Final = _embedding_output(info, card)
        self.key: Final = card.encoder_key
        self._session = session
        self._name: Final = card.name
        self._port = port
        self._layout = layout_of(port.shape)
        self._dtype = np.dtype(_DTYPES[port.element])
        fixed = port.shape[0]
        self._fixed: Final = fixed if isinstance(fixed, int) and fixed > 0 else None
        side = card.preprocess.size
        self.dim: Final = int(self._run(np.zeros((1, side, side, 3), np.uint8)).shape[1])

    def encode(self, images: Sequence[U8]) -> F32:
        """Return (N, dim) for N upright RGB pictures (H, W, 3) of any size.

        Raises:
            InvalidInputError: A picture is not RGB of 8 bits, or the graph refuses it.
        """
        out = np.empty((len(images), self.dim), np.float32)
        step = self._fixed or BATCH
        for at in range(0, len(images), step):
            batch = np.stack([fit(image, self.preprocess) for image in images[at : at + step]])
            out[at : at + len(batch)] = self._run(batch)
        return out

    def _run(self, pictures: U8) -> F32:
        """Return (N, D) for (N, size, size, 3); a graph with a fixed batch gets it filled up."""
        count = len(pictures)
        if self._fixed is not None and count < self._fixed:
            filler = np.zeros((self._fixed - count, *pictures.shape[1:]), np.uint8)
            pictures = np.concatenate([pictures, filler])
        try:
            (answer,) = self._session.run([self._output], {self._port.name: self._input(pictures)})
        except Exception as error:  # the runtime's errors share no narrower base
            raise InvalidInputError(
                f"{self._name} does not run: {first_line(error)}", hint="add the model again"
            ) from error
        return np.asarray(answer[:count], np.float32).reshape(count, -1)

    def _input(self, pictures: U8) -> Any:
        if self._dtype == np.uint8:
            return pictures if self._layout == "nhwc" else pictures.transpose(0, 3, 1, 2).copy()
        floats = normalise(pictures, self.preprocess).astype(self._dtype, copy=False)
        return floats if self._layout == "nchw" else floats.transpose(0, 2, 3, 1).copy()


def load_encoder(*, path: Path, card: ModelCard) -> OnnxEncoder:
    """Open a .onnx file as an encoder; `card.outputs["embedding"]` names the output.

    Raises:
        MissingWeightsError: There is no such file.
        InvalidInputError: It is no ONNX, takes no picture, or has no such output.
    """
    if not path.is_file():
        raise MissingWeightsError(f"no model file at {path}", hint="add the model again")
    info = inspect(path)
    if info.opset < OLDEST_OPSET:
        raise InvalidInputError(
            f"{card.name} has opset {info.opset}", hint="export it with opset 13 or newer"
        )
    _embedding_output(info, card)
    return OnnxEncoder(open_session(path), info, card)


def inspect(path: Path) -> OnnxInfo:
    """Return inputs and outputs with their shapes, opset and metadata, read without a runtime.

    Raises:
        UnknownModelError: There is no such file.
        InvalidInputError: It is not ONNX.
    """
    return read_onnx(path)


def _picture_input(info: OnnxInfo, card: ModelCard) -> Port:
    shown = "; ".join(port.describe() for port in info.inputs)
    if len(info.inputs) != 1 or layout_of(info.inputs[0].shape) is None:
        raise InvalidInputError(
            f"{card.name} does not take one RGB picture", hint=f"its inputs: {shown}"
        )
    if info.inputs[0].element not in _DTYPES:
        raise InvalidInputError(
            f"{card.name} takes {info.inputs[0].element}", hint=f"known: {', '.join(_DTYPES)}"
        )
    return info.inputs[0]


def _embedding_output(info: OnnxInfo, card: ModelCard) -> str:
    known = {port.name for port in info.outputs}
    name = card.outputs.get("embedding")
    if name in known and name is not None:
        return name
    shown = "; ".join(port.describe() for port in info.outputs)
    what = f"no output {name!r}" if name else "no output that is said to be the embedding"
    raise InvalidInputError(
        f"{card.name} has {what}", hint=f"add it again with --output NAME; outputs: {shown}"
    )
