"""An added ONNX file as a detector, on ONNX Runtime."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.assist import Detections
from sightline.core.decoders import Decoder
from sightline.core.errors import InvalidInputError, MissingWeightsError
from sightline.core.geometry.boxes import clip, strongest
from sightline.engines.onnx_detector.decode import decode
from sightline.imaging.preprocess import fit, normalise
from sightline.nets.onnx_session import first_line, open_session
from sightline.store.onnx_file import layout_of, read_onnx

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.arrays import F32, U8
    from sightline.core.cards import ModelCard

BARS: Final = 114
"""Grey of the bars beside a letterboxed picture."""


class OnnxDetector:
    """A detector from a .onnx file. `detect` may be called from many threads at once."""

    def __init__(self, session: Any, card: ModelCard, layout: str | None) -> None:
        self.key: Final = card.encoder_key
        self.classes: Final = card.classes
        self._session = session
        self._name = card.name
        self._rule = card.preprocess
        self._decoder = Decoder.from_dict(card.decoder)
        port = session.get_inputs()[0]
        self._input = port.name
        self._dtype = {"tensor(float16)": np.float16, "tensor(uint8)": np.uint8}.get(
            port.type, np.float32
        )
        self._layout = layout

    def detect(self, image: U8, *, min_score: float = 0.05, limit: int = 300) -> Detections:
        """Return what is in an upright RGB picture (H, W, 3), by descending score.

        Raises:
            InvalidInputError: The graph fails, or answers with something else than its decoder.
        """
        square, scale, shift = self._placed(image)
        placed, scores = self._ask(square)
        height, width = image.shape[:2]
        boxes = clip((placed - np.tile(shift, 2)) / np.tile(scale, 2), size_wh=(width, height))
        best = scores.max(axis=1, initial=0.0)
        index = scores.argmax(axis=1).astype(np.int32) if len(best) else np.zeros(0, np.int32)
        kept = strongest(
            boxes, best, index, min_score=min_score, iou=self._decoder.iou, limit=limit
        )
        return Detections(
            boxes[kept].astype(np.float32), best[kept].astype(np.float32), index[kept]
        )

    def _placed(self, image: U8) -> tuple[U8, F32, F32]:
        """Return the square that the graph takes, and how pixels of the picture lie in it."""
        import cv2

        size, (height, width) = self._rule.size, image.shape[:2]
        if self._rule.resize != "letterbox":
            return fit(image, self._rule), _pair(size / width, size / height), _pair(0, 0)
        ratio = min(size / width, size / height)
        wide, high = max(1, round(width * ratio)), max(1, round(height * ratio))
        smaller = cv2.resize(image, (wide, high), interpolation=cv2.INTER_LINEAR)
        square = np.full((size, size, 3), BARS, np.uint8)
        centred = self._decoder.place == "centre"
        left, top = ((size - wide) // 2, (size - high) // 2) if centred else (0, 0)
        square[top : top + high, left : left + wide] = smaller
        return square, _pair(wide / width, high / height), _pair(left, top)

    def _ask(self, square: U8) -> tuple[F32, F32]:
        pictures = square[None] if self._decoder.channels == "rgb" else square[None, ..., ::-1]
        values: Any = pictures
        if self._dtype != np.uint8:
            values = normalise(pictures, self._rule).astype(self._dtype, copy=False)
            values = values if self._layout == "nchw" else values.transpose(0, 2, 3, 1)
        elif self._layout == "nchw":
            values = pictures.transpose(0, 3, 1, 2)
        try:
            answers = self._session.run(None, {self._input: np.ascontiguousarray(values)})
        except Exception as error:  # the runtime's errors share no narrower base
            raise InvalidInputError(
                f"{self._name} does not run: {first_line(error)}", hint="add the model again"
            ) from error
        names = [one.name for one in self._session.get_outputs()]
        outputs = dict(zip(names, answers, strict=True))
        return decode(outputs, self._decoder, size=self._rule.size, classes=len(self.classes))


def load_detector(*, path: Path, card: ModelCard) -> OnnxDetector:
    """Open a .onnx file as a detector; `card.decoder` says how to read its answer.

    Raises:
        MissingWeightsError: There is no such file.
        InvalidInputError: It is no ONNX, or its card declares no decoder.
    """
    if not path.is_file():
        raise MissingWeightsError(f"no model file at {path}", hint="add the model again")
    info = read_onnx(path)
    return OnnxDetector(open_session(path), card, layout_of(info.inputs[0].shape))


def _pair(x: float, y: float) -> F32:
    return np.array([x, y], np.float32)
