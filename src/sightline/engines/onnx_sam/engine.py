"""An added pair of ONNX files as a segmenter, on ONNX Runtime.

The encoder takes a picture; the decoder takes what the encoder gave, points with labels and, where
it asks for them, the earlier mask and a size (`layout.py` says by which names). Labels: 1 on and 0
beside the object, 2 and 3 for two corners of a box, -1 for none. It answers with masks whose values
are above 0 on the object, and guesses of their IoU.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.assist import DecoderPlan
from sightline.core.errors import InvalidInputError, MissingWeightsError
from sightline.engines.onnx_sam.layout import layout_of
from sightline.imaging.frame import frame_of, resized_of, square_of
from sightline.imaging.promptable import NONE, candidates, halved, nearest, tokens_of
from sightline.nets.onnx_session import first_line, open_session

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from sightline.core.arrays import F32, U8
    from sightline.core.assist import Candidate, Encoding, Prompt
    from sightline.core.cards import ModelCard
    from sightline.imaging.frame import Frame

DECODER: Final = "decoder.onnx"
LOW_PX: Final = 256
"""Side of the mask that comes back with the next click, where the decoder does not say."""
_PICTURE_RANK: Final = 3
_ELEMENTS: Final = {
    "tensor(float16)": np.float16,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
}
_NAMES: Final = {
    "tensor(float)": "float32",
    "tensor(int64)": "int64",
    "tensor(int32)": "int32",
}


class OnnxSam:
    """A segmenter from an encoder and a decoder. Safe to ask from several threads at once."""

    def __init__(self, path: Path, card: ModelCard) -> None:
        decoder = card.files.get(DECODER, "")
        self.key: Final = f"{card.blake3[:20]}-{decoder[:12]}-{card.preprocess.key()}"
        self._name = card.name
        self._path = path
        self._rule = card.preprocess
        self._encoder = open_session(path)
        self._decoder = open_session(path.with_name(DECODER))
        self._picture = self._encoder.get_inputs()[0]
        self._given = [one.name for one in self._encoder.get_outputs()]
        self._inputs = {one.name: one for one in self._decoder.get_inputs()}
        self._outputs = [one.name for one in self._decoder.get_outputs()]
        self._layout = layout_of(
            card.name,
            self._encoder.get_outputs(),
            self._decoder.get_inputs(),
            self._decoder.get_outputs(),
        )

    def encode(self, image: U8) -> Encoding:
        """Return what the encoder gives for an upright RGB picture (H, W, 3), in half precision.

        Raises:
            InvalidInputError: The graph fails.
        """
        height, width = image.shape[:2]
        frame = frame_of(width, height, self._rule)
        answers = self._run(self._encoder, {self._picture.name: self._prepared(image, frame)})
        found = dict(zip(self._given, answers, strict=True))
        made = {
            name: halved(array) if array.dtype == np.float32 else array
            for name, array in found.items()
        }
        return made | {"size": np.array([width, height], np.int64)}

    def predict(self, encoding: Encoding, prompt: Prompt) -> list[Candidate]:
        """Return up to three candidates, those that the decoder thinks best first.

        Raises:
            InvalidInputError: The graph fails.
        """
        width, height = (int(side) for side in encoding["size"])
        frame = frame_of(width, height, self._rule)
        layout = self._layout
        feed = {name: encoding[given] for name, given in layout.fed.items()}
        feed |= self._prompted(prompt, frame)
        feed = {name: self._typed(name, array) for name, array in feed.items()}
        answers = dict(zip(self._outputs, self._run(self._decoder, feed), strict=True))
        found = answers[layout.masks]
        masks: F32 = np.asarray(found, np.float32).reshape(-1, *found.shape[-2:])
        scores = _scores(answers.get(layout.scores), len(masks))
        if prompt.box is not None and not self._knows_boxes:
            return nearest(masks, scores, frame, prompt)
        return candidates(masks, scores, frame, prompt)

    def decoder(self) -> DecoderPlan:
        """Return how the decoder is fed, for who runs it elsewhere."""
        layout = self._layout
        return DecoderPlan(
            file=self._path.with_name(DECODER),
            key=self.key,
            fed=dict(layout.fed),
            inputs={name: _NAMES.get(one.type, one.type) for name, one in self._inputs.items()},
            points=layout.points,
            labels=layout.labels,
            boxes=layout.boxes,
            earlier=layout.earlier,
            has_earlier=layout.has_earlier,
            size=layout.size,
            masks=layout.masks,
            scores=layout.scores,
            nested=layout.nested,
            pads=layout.pads,
            low=self._mask_side(),
            side=self._rule.size,
            stretched=self._rule.resize == "stretch",
        )

    @property
    def _knows_boxes(self) -> bool:
        return bool(self._layout.boxes) or not self._layout.nested

    def _prepared(self, image: U8, frame: Frame) -> NDArray[Any]:
        """Return the picture as the encoder takes it: a square, or (H, W, 3) of any size."""
        if len(self._picture.shape) == _PICTURE_RANK:
            return resized_of(image, frame).astype(_ELEMENTS.get(self._picture.type, np.float32))
        square = square_of(image, frame, self._rule)
        return square.astype(_ELEMENTS.get(self._picture.type, np.float32), copy=False)

    def _prompted(self, prompt: Prompt, frame: Frame) -> dict[str, NDArray[Any]]:
        layout = self._layout
        coords, labels = self._pointed(prompt, frame)
        side = self._mask_side()
        previous = prompt.previous
        fits = previous is not None and previous.shape == side
        given = previous if previous is not None and fits else np.zeros(side, np.float32)
        points, kinds = coords[None], np.array([labels], np.float32)
        feed = {
            layout.points: points[None] if layout.nested else points,
            layout.labels: kinds[None] if layout.nested else kinds,
            layout.boxes: _boxes(prompt, frame),
            layout.earlier: given[None, None],
            layout.has_earlier: np.array([1.0 if fits else 0.0], np.float32),
            layout.size: np.array([frame.side, frame.side], np.float32),
        }
        return {name: array for name, array in feed.items() if name}

    def _pointed(self, prompt: Prompt, frame: Frame) -> tuple[F32, list[int]]:
        """Return points (N, 2) and their labels as the decoder likes them."""
        layout = self._layout
        if layout.nested and prompt.box is not None:
            clicks = replace(prompt, box=None)
            if not layout.boxes:
                x1, y1, x2, y2 = prompt.box
                centre = ((x1 + x2) / 2, (y1 + y2) / 2, True)
                clicks = replace(clicks, points=(*prompt.points, centre))
            return tokens_of(clicks, frame)
        coords, labels = tokens_of(prompt, frame)
        if layout.pads and prompt.box is None:
            coords, labels = np.concatenate([coords, np.zeros((1, 2), np.float32)]), [*labels, NONE]
        return coords, labels

    def _mask_side(self) -> tuple[int, int]:
        port = self._inputs.get(self._layout.earlier)
        shape = [] if port is None else port.shape[-2:]
        sides = [side if isinstance(side, int) and side > 0 else LOW_PX for side in shape]
        return (sides[0], sides[1]) if len(sides) == 2 else (LOW_PX, LOW_PX)  # noqa: PLR2004

    def _typed(self, name: str, array: NDArray[Any]) -> NDArray[Any]:
        return array.astype(_ELEMENTS.get(self._inputs[name].type, np.float32), copy=False)

    def _run(self, session: Any, feed: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
        try:
            answers: list[NDArray[Any]] = session.run(None, dict(feed))
        except Exception as error:  # the runtime's errors share no narrower base
            raise InvalidInputError(
                f"{self._name} does not run: {first_line(error)}", hint="add the model again"
            ) from error
        return answers


def load(*, path: Path, card: ModelCard) -> OnnxSam:
    """Open an encoder's file and the `decoder.onnx` beside it.

    Raises:
        MissingWeightsError: One of them is not there.
        InvalidInputError: They are no ONNX, or do not belong together.
    """
    for file in (path, path.with_name(DECODER)):
        if not file.is_file():
            raise MissingWeightsError(f"no model file at {file}", hint="add the model again")
    return OnnxSam(path, card)


def _scores(found: NDArray[Any] | None, count: int) -> F32:
    """Return how good the decoder thinks its masks are, (count,)."""
    if found is not None and found.size == count:
        return np.asarray(found, np.float32).reshape(-1)
    return np.linspace(1.0, 0.5, count, dtype=np.float32)


def _boxes(prompt: Prompt, frame: Frame) -> F32:
    """Return the box (1, B, 4) in the square, as indexes of pixels; B is 0 or 1."""
    if prompt.box is None:
        return np.zeros((1, 0, 4), np.float32)
    x1, y1, x2, y2 = prompt.box
    return frame.points([(x1, y1), (x2, y2)]).reshape(1, 1, 4)
