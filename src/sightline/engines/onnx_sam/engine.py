"""An added pair of ONNX files as a segmenter, on ONNX Runtime.

The encoder takes a picture; the decoder takes what the encoder gave, by the same names or, where
there is one of each, whatever the names are, and `point_coords` (1, N, 2), `point_labels` (1, N)
and, where it asks for them, `mask_input`, `has_mask_input` and `orig_im_size`. Labels: 1 on and 0
beside the object, 2 and 3 for two corners of a box, -1 for none. It answers with masks (1, K, h, w)
whose values are above 0 on the object, and `iou_predictions` (1, K).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import InvalidInputError, MissingWeightsError
from sightline.imaging.frame import frame_of, resized_of, square_of
from sightline.imaging.promptable import NONE, candidates, tokens_of
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
_PROMPTS: Final = ("point_coords", "point_labels", "mask_input", "has_mask_input", "orig_im_size")
_LOW: Final = ("low_res_masks", "low_res_logits", "pred_masks", "masks")
"""Outputs that hold masks, those of low resolution first."""
_ELEMENTS: Final = {"tensor(float16)": np.float16, "tensor(int64)": np.int64}


class OnnxSam:
    """A segmenter from an encoder and a decoder. Safe to ask from several threads at once."""

    def __init__(self, path: Path, card: ModelCard) -> None:
        decoder = card.files.get(DECODER, "")
        self.key: Final = f"{card.blake3[:20]}-{decoder[:12]}-{card.preprocess.key()}"
        self._name = card.name
        self._rule = card.preprocess
        self._encoder = open_session(path)
        self._decoder = open_session(path.with_name(DECODER))
        self._picture = self._encoder.get_inputs()[0]
        self._given = [one.name for one in self._encoder.get_outputs()]
        self._inputs = {one.name: one for one in self._decoder.get_inputs()}
        self._outputs = [one.name for one in self._decoder.get_outputs()]
        self._fed = self._pairs()
        self._masks = next((one for one in _LOW if one in self._outputs), "")
        if "point_coords" not in self._inputs or not self._masks:
            raise InvalidInputError(
                f"the decoder of {card.name} takes {', '.join(self._inputs)} and gives "
                f"{', '.join(self._outputs)}",
                hint=f"it must take point_coords and point_labels, and give one of {_LOW}",
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
            name: array.astype(np.float16) if array.dtype == np.float32 else array
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
        feed = {name: encoding[given] for name, given in self._fed.items()}
        feed |= self._prompted(prompt, frame)
        feed = {name: self._typed(name, array) for name, array in feed.items()}
        answers = dict(zip(self._outputs, self._run(self._decoder, feed), strict=True))
        masks: F32 = np.asarray(answers[self._masks], np.float32).reshape(
            -1, *answers[self._masks].shape[-2:]
        )
        return candidates(masks, _scores(answers, len(masks)), frame, prompt)

    def _pairs(self) -> dict[str, str]:
        """Return decoder inputs that the encoder feeds, to the encoder's names for them."""
        wanted = [name for name in self._inputs if name not in _PROMPTS]
        named = {name: name for name in wanted if name in self._given}
        rest = [name for name in wanted if name not in named]
        free = [name for name in self._given if name not in named]
        if len(rest) == 1 and len(free) == 1:
            return named | {rest[0]: free[0]}
        if rest:
            raise InvalidInputError(
                f"the encoder of {self._name} gives {', '.join(self._given)}; the decoder also "
                f"asks for {', '.join(rest)}",
                hint="take the encoder and the decoder of one export",
            )
        return named

    def _prepared(self, image: U8, frame: Frame) -> NDArray[Any]:
        """Return the picture as the encoder takes it: a square, or (H, W, 3) of any size."""
        if len(self._picture.shape) == _PICTURE_RANK:
            return resized_of(image, frame).astype(_ELEMENTS.get(self._picture.type, np.float32))
        square = square_of(image, frame, self._rule)
        return square.astype(_ELEMENTS.get(self._picture.type, np.float32), copy=False)

    def _prompted(self, prompt: Prompt, frame: Frame) -> dict[str, NDArray[Any]]:
        coords, labels = tokens_of(prompt, frame)
        if prompt.box is None:  # the decoder waits for a box, or for a point that is none
            coords, labels = np.concatenate([coords, np.zeros((1, 2), np.float32)]), [*labels, NONE]
        side = self._mask_side()
        previous = prompt.previous
        fits = previous is not None and previous.shape == side
        given = previous if previous is not None and fits else np.zeros(side, np.float32)
        feed = {
            "point_coords": coords[None],
            "point_labels": np.array([labels], np.float32),
            "mask_input": given[None, None],
            "has_mask_input": np.array([1.0 if fits else 0.0], np.float32),
            "orig_im_size": np.array([frame.side, frame.side], np.float32),
        }
        return {name: array for name, array in feed.items() if name in self._inputs}

    def _mask_side(self) -> tuple[int, int]:
        port = self._inputs.get("mask_input")
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


def _scores(answers: Mapping[str, NDArray[Any]], count: int) -> F32:
    """Return how good the decoder thinks its masks are, (count,)."""
    for name in ("iou_predictions", "iou_scores"):
        if name in answers and answers[name].size == count:
            return np.asarray(answers[name], np.float32).reshape(-1)
    return np.linspace(1.0, 0.5, count, dtype=np.float32)
