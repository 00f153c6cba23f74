"""SAM, SAM-HQ, SAM 2, EdgeTAM and SAM 3's tracker as segmenters: transformers' own networks.

Pictures are prepared by our own resize and normalise. An encoding holds what the mask decoder
reads, in half precision: 2 MB for SAM, 8 MB for SAM 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.imaging.frame import frame_of, square_of
from sightline.imaging.promptable import NONE, candidates, halved, is_ambiguous, tokens_of
from sightline.nets.device import place
from sightline.nets.sam_family import (
    CLASSES,
    NAMES,
    Asked,
    features_of,
    mask_side,
    masks_of,
    wants_empty_point,
)
from sightline.nets.transformer_folder import load_network

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import torch
    from numpy.typing import NDArray

    from sightline.core.arrays import F32, U8
    from sightline.core.assist import Candidate, Encoding, Prompt
    from sightline.core.cards import ModelCard
    from sightline.imaging.frame import Frame

BATCH: Final = 16
"""Prompts that are answered at once."""
SIZE: Final = "size"


class TransformerSam:
    """A network of the SAM family, on the graphics card where there is one."""

    def __init__(self, path: Path, card: ModelCard, threads: int) -> None:
        self.key: Final = card.encoder_key
        self._rule = card.preprocess
        self._net = load_network(path, card, CLASSES)
        self._device = place(self._net, threads)
        self._side = mask_side(self._net)

    def encode(self, image: U8) -> Encoding:
        """Return the features of an upright RGB picture (H, W, 3), in half precision."""
        import torch

        height, width = image.shape[:2]
        square = square_of(image, frame_of(width, height, self._rule), self._rule)
        with torch.inference_mode():
            found = features_of(self._net, torch.from_numpy(square).to(self._device))
        kept = {name: halved(one.float().cpu().numpy()) for name, one in found.items()}
        return kept | {SIZE: np.array([width, height], np.int64)}

    def predict(self, encoding: Encoding, prompt: Prompt) -> list[Candidate]:
        """Return up to three candidates for a single click, one for any other prompt."""
        return self.predict_many(encoding, [prompt])[0]

    def predict_many(self, encoding: Encoding, prompts: Sequence[Prompt]) -> list[list[Candidate]]:
        """Return what `predict` returns for each prompt, those of one form together."""
        width, height = (int(side) for side in encoding[SIZE])
        frame = frame_of(width, height, self._rule)
        features = {name: self._given(encoding[name]) for name in NAMES if name in encoding}
        found: dict[int, list[Candidate]] = {}
        for alike in _alike(prompts):
            for at in range(0, len(alike), BATCH):
                part = alike[at : at + BATCH]
                asked = [prompts[one] for one in part]
                masks, scores = self._answers(features, asked, frame)
                for number, one in enumerate(part):
                    found[one] = candidates(masks[number], scores[number], frame, prompts[one])
        return [found[number] for number in range(len(prompts))]

    def _answers(
        self, features: dict[str, torch.Tensor], prompts: Sequence[Prompt], frame: Frame
    ) -> tuple[F32, F32]:
        """Return masks (P, K, h, w) and scores (P, K) for P prompts of as many points each."""
        import torch

        tokens = [self._tokens(one, frame) for one in prompts]
        earlier = [self._earlier(one) for one in prompts]
        with torch.inference_mode():
            several = is_ambiguous(prompts[0]) and prompts[0].multimask
            asked = Asked(
                points=self._given(np.stack([points for points, _ in tokens])),
                labels=torch.tensor([labels for _, labels in tokens], device=self._device),
                earlier=self._given(np.stack([mask for mask, _ in earlier])),
                has_earlier=self._given(np.array([given for _, given in earlier], np.float32)),
            )
            masks, scores = masks_of(self._net, features, asked, several=several)
        return masks.float().cpu().numpy(), scores.float().cpu().numpy()

    def _tokens(self, prompt: Prompt, frame: Frame) -> tuple[F32, list[int]]:
        points, labels = tokens_of(prompt, frame)
        if wants_empty_point(self._net, labels):
            points = np.concatenate([points, np.zeros((1, 2), np.float32)])
            labels = [*labels, NONE]
        return points, labels

    def _earlier(self, prompt: Prompt) -> tuple[F32, float]:
        """Return the answer that a prompt refines, (1, h, w), and 1.0 where there is one."""
        shape = (self._side, self._side)
        previous = prompt.previous
        if previous is None or previous.shape != shape:
            return np.zeros((1, *shape), np.float32), 0.0
        return previous[None].astype(np.float32), 1.0

    def _given(self, array: NDArray[Any]) -> torch.Tensor:
        import torch

        return torch.from_numpy(array.astype(np.float32)).to(self._device)


def load(*, path: Path, card: ModelCard, threads: int = 1) -> TransformerSam:
    """Return the network whose weights lie at `path`, with its config.json beside them.

    Args:
        path: model.safetensors.
        card: `network` is the model_type.
        threads: Of torch for each call.

    Raises:
        MissingWeightsError: The weights are gone.
        InvalidInputError: They do not fit config.json, or transformers refuses it.
        MissingExtraError: transformers is not installed.
    """
    return TransformerSam(path, card, threads)


def _alike(prompts: Sequence[Prompt]) -> list[list[int]]:
    """Return the places of prompts that can be asked together: of one form and length."""
    groups: dict[tuple[Any, ...], list[int]] = {}
    for number, one in enumerate(prompts):
        form = (one.box is None, len(one.points), is_ambiguous(one) and one.multimask)
        groups.setdefault(form, []).append(number)
    return list(groups.values())
