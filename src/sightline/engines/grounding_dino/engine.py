"""Grounding DINO from a folder of transformers: boxes of the phrases of one sentence.

Liu et al. 2023, "Grounding DINO: Marrying DINO with Grounded Pre-Training for Open-Set Object
Detection"; Zhao et al. 2024, "An Open and Comprehensive Pipeline for Unified Object Grounding and
Detection".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.assist import Detections
from sightline.core.geometry.boxes import clip, from_cxcywh, strongest
from sightline.engines.grounding_dino.sentences import scores_of, sentences
from sightline.imaging.preprocess import fit, normalise
from sightline.nets.device import place
from sightline.nets.transformer_folder import load_network, load_tokenizer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sightline.core.arrays import F32, F64, I64, U8
    from sightline.core.cards import ModelCard
    from sightline.engines.grounding_dino.sentences import Sentence

CLASSES: Final = {
    "grounding-dino": "GroundingDinoForObjectDetection",
    "mm-grounding-dino": "MMGroundingDinoForObjectDetection",
}
DOUBLES: Final = 0.7
"""Boxes of one text that overlap more are the same object: several queries may find it."""


class GroundingDino:
    """A network that compares each query with each token of a sentence."""

    def __init__(self, path: Path, card: ModelCard, threads: int) -> None:
        self.key: Final = card.encoder_key
        self._rule = card.preprocess
        self._net = load_network(path, card, CLASSES)
        self._device = place(self._net, threads)
        self._tokenizer = load_tokenizer(path.parent)
        self._length = int(self._net.config.max_text_len)

    def detect_text(
        self, image: U8, texts: Sequence[str], *, min_score: float = 0.25, limit: int = 300
    ) -> Detections:
        """Return what the texts name in an upright RGB picture (H, W, 3), by descending score.

        Texts that do not fit into one sentence are asked for in several.

        Raises:
            InvalidInputError: A text alone is too long for a sentence.
        """
        height, width = image.shape[:2]
        pixels = normalise(fit(image, self._rule)[None], self._rule)
        asked = sentences(texts, self._tokenizer, self._length)
        rounds = [self._ask(pixels, one) for one in asked]
        quads = np.concatenate([one[0] for one in rounds])
        best = np.concatenate([one[1] for one in rounds])
        index = np.concatenate([one[2] for one in rounds])
        boxes = clip(from_cxcywh(quads) * np.tile([width, height], 2), size_wh=(width, height))
        kept = strongest(boxes, best, index, min_score=min_score, iou=DOUBLES, limit=limit)
        return Detections(
            boxes[kept].astype(np.float32),
            best[kept].astype(np.float32),
            index[kept].astype(np.int32),
        )

    def _ask(self, pixels: F32, sentence: Sentence) -> tuple[F64, F64, I64]:
        """Return boxes (Q, 4) in parts of the picture, their scores (Q,) and texts (Q,)."""
        import torch

        made = self._tokenizer(sentence.text, return_tensors="pt")
        inputs: dict[str, Any] = {
            name: made[name] for name in ("input_ids", "attention_mask", "token_type_ids")
        }
        inputs["pixel_values"] = torch.from_numpy(pixels)
        with torch.inference_mode():
            found = self._net(**{name: one.to(self._device) for name, one in inputs.items()})
            chances = found.logits[0].sigmoid().double().cpu().numpy()
        best, index = scores_of(chances, sentence)
        return found.pred_boxes[0].double().cpu().numpy(), best, index


def load_detector(*, path: Path, card: ModelCard, threads: int = 1) -> GroundingDino:
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
    return GroundingDino(path, card, threads)
