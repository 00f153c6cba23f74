"""OWLv2 and OWL-ViT from a folder of transformers: a box for each patch, which a text may name.

Minderer et al. 2022, "Simple Open-Vocabulary Object Detection with Vision Transformers"; Minderer
et al. 2023, "Scaling Open-Vocabulary Object Detection".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.assist import Detections
from sightline.core.geometry.boxes import clip, from_cxcywh, strongest
from sightline.imaging.frame import frame_of, resized_of
from sightline.imaging.preprocess import normalise
from sightline.nets.device import place
from sightline.nets.transformer_folder import load_network, load_tokenizer
from sightline.nets.transformer_words import clip_tokens

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sightline.core.arrays import F32, U8
    from sightline.core.cards import ModelCard
    from sightline.imaging.frame import Frame

CLASSES: Final = {"owlv2": "Owlv2ForObjectDetection", "owlvit": "OwlViTForObjectDetection"}
DOUBLES: Final = 0.5
"""Boxes of one text that overlap more are the same object: neighbouring patches find it too."""


class OwlDetector:
    """A network that compares each patch with each text."""

    def __init__(self, path: Path, card: ModelCard, threads: int) -> None:
        self.key: Final = card.encoder_key
        self._rule = card.preprocess
        self._net = load_network(path, card, CLASSES)
        self._device = place(self._net, threads)
        self._tokenizer = load_tokenizer(path.parent)
        self._length = int(self._net.config.text_config.max_position_embeddings)

    def detect_text(
        self, image: U8, texts: Sequence[str], *, min_score: float = 0.1, limit: int = 300
    ) -> Detections:
        """Return what the texts name in an upright RGB picture (H, W, 3), by descending score.

        Raises:
            InvalidInputError: A text is too long.
        """
        height, width = image.shape[:2]
        frame = frame_of(width, height, self._rule)
        quads, scores = self._ask(_square(image, frame), texts)
        spread = np.tile(frame.side / np.array(frame.scale), 2)
        boxes = clip(from_cxcywh(quads) * spread, size_wh=(width, height))
        best, index = scores.max(axis=1), scores.argmax(axis=1)
        kept = strongest(boxes, best, index, min_score=min_score, iou=DOUBLES, limit=limit)
        return Detections(boxes[kept].astype(np.float32), best[kept], index[kept].astype(np.int32))

    def _ask(self, square: U8, texts: Sequence[str]) -> tuple[F32, F32]:
        """Return boxes (P, 4) as centres and sizes in parts of the square, scores (P, texts)."""
        import torch

        inputs: dict[str, Any] = clip_tokens(self._tokenizer, texts, self._length)
        inputs["pixel_values"] = torch.from_numpy(normalise(square[None], self._rule))
        with torch.inference_mode():
            found = self._net(**{name: one.to(self._device) for name, one in inputs.items()})
            scores = found.logits[0].sigmoid().float().cpu().numpy()
        return found.pred_boxes[0].float().cpu().numpy(), scores


def load_detector(*, path: Path, card: ModelCard, threads: int = 1) -> OwlDetector:
    """Return the network whose weights lie at `path`, with config.json and tokenizer beside them.

    Args:
        path: model.safetensors.
        card: `network` is the model_type.
        threads: Of torch for each call.

    Raises:
        MissingWeightsError: The weights are gone.
        InvalidInputError: They do not fit config.json, or transformers refuses it.
        MissingExtraError: transformers is not installed.
    """
    return OwlDetector(path, card, threads)


def _square(image: U8, frame: Frame) -> U8:
    """Return a picture at the top left of a square, which is black beside it."""
    square = np.zeros((frame.side, frame.side, 3), np.uint8)
    square[: frame.high, : frame.wide] = resized_of(image, frame)
    return square
