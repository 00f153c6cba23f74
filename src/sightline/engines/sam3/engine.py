"""SAM 3 from a folder of transformers: all objects that a text names, each with its mask.

Carion et al. 2025, "SAM 3: Segment Anything with Concepts".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from sightline.core.assist import Detections
from sightline.core.geometry.boxes import clip, strongest
from sightline.imaging.frame import frame_of, square_of
from sightline.nets.device import place
from sightline.nets.transformer_folder import load_network, load_tokenizer
from sightline.nets.transformer_words import clip_tokens

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sightline.core.arrays import F32, U8
    from sightline.core.assist import Outline
    from sightline.core.cards import ModelCard
    from sightline.imaging.frame import Frame

CLASSES: Final = {"sam3": "Sam3Model", "sam3_video": "Sam3Model"}
"""A folder of the video model holds the network for pictures."""
DOUBLES: Final = 0.7
"""Boxes of one text that overlap more are the same object."""


class _Round(NamedTuple):
    """What a text names."""

    boxes: F32
    """(N, 4) in parts of the picture."""
    scores: F32
    """(N,)"""
    masks: F32
    """(N, h, w) logits over the whole picture."""


class Sam3Detector:
    """A network that reads one text at a time; what it sees of a picture serves all of them."""

    def __init__(self, path: Path, card: ModelCard, threads: int) -> None:
        self.key: Final = card.encoder_key
        self._rule = card.preprocess
        self._net = load_network(path, card, CLASSES)
        self._device = place(self._net, threads)
        self._tokenizer = load_tokenizer(path.parent)
        self._length = int(self._net.config.text_config.max_position_embeddings)

    def detect_text(
        self, image: U8, texts: Sequence[str], *, min_score: float = 0.5, limit: int = 300
    ) -> Detections:
        """Return what the texts name in an upright RGB picture (H, W, 3), by descending score.

        Raises:
            InvalidInputError: A text is too long.
        """
        height, width = image.shape[:2]
        frame = frame_of(width, height, self._rule)
        rounds = self._ask(square_of(image, frame, self._rule), texts, min_score)
        quads = np.concatenate([one.boxes for one in rounds])
        boxes = clip(quads * np.tile([width, height], 2), size_wh=(width, height))
        scores = np.concatenate([one.scores for one in rounds])
        sizes = [len(one.scores) for one in rounds]
        index = np.repeat(np.arange(len(texts), dtype=np.int32), sizes)
        masks = [mask for one in rounds for mask in one.masks]
        kept = strongest(boxes, scores, index, min_score=min_score, iou=DOUBLES, limit=limit)
        outlines = tuple(_outline(masks[at], frame) for at in kept)
        return Detections(boxes[kept].astype(np.float32), scores[kept], index[kept], outlines)

    def _ask(self, square: F32, texts: Sequence[str], min_score: float) -> list[_Round]:
        """Return what each text names; the picture is looked at once."""
        import torch

        tokens = clip_tokens(self._tokenizer, texts, self._length)
        with torch.inference_mode():
            seen = self._net.get_vision_features(torch.from_numpy(square).to(self._device))
            return [
                _round(
                    self._net(
                        vision_embeds=seen,
                        **{name: one[at : at + 1].to(self._device) for name, one in tokens.items()},
                    ),
                    min_score,
                )
                for at in range(len(texts))
            ]


def load_detector(*, path: Path, card: ModelCard, threads: int = 1) -> Sam3Detector:
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
    return Sam3Detector(path, card, threads)


def _round(found: Any, min_score: float) -> _Round:
    """Return what is sure enough: that it is one of them, and that there is any at all."""
    scores = (found.pred_logits.sigmoid() * found.presence_logits.sigmoid())[0]
    sure = (scores >= min_score).nonzero()[:, 0]
    return _Round(
        _plain(found.pred_boxes[0][sure]),
        _plain(scores[sure]),
        _plain(found.pred_masks[0][sure]),
    )


def _outline(logits: F32, frame: Frame) -> Outline:
    return frame.mask(logits) or (np.zeros((1, 1), np.bool_), (0, 0))


def _plain(tensor: Any) -> F32:
    return np.asarray(tensor.float().cpu().numpy(), np.float32)
