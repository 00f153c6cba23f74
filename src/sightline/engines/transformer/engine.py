"""CLIP, SigLIP and DINO as encoders: transformers' own networks from a folder, never the hub.

Only config.json and safetensors are read: no pickle, no code of the folder. Pictures are prepared
by our own resize and normalise, as preprocessor_config.json says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.imaging.preprocess import normalise
from sightline.imaging.squares import BATCH, SquareEncoder
from sightline.nets.device import place
from sightline.nets.transformer_folder import load_network, load_tokenizer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sightline.core.arrays import F32, U8
    from sightline.core.cards import ModelCard

CLASSES: Final = {
    "clip": "CLIPModel",
    "siglip": "SiglipModel",
    "siglip2": "Siglip2Model",
    "dinov2": "Dinov2Model",
    "dinov2_with_registers": "Dinov2WithRegistersModel",
    "dinov3_vit": "DINOv3ViTModel",
    "dinov3_convnext": "DINOv3ConvNextModel",
}
WITH_TEXT: Final = frozenset({"clip", "siglip", "siglip2"})


class TransformerEncoder(SquareEncoder):
    """A network of transformers; with a tokenizer beside it, words too."""

    def __init__(self, path: Path, card: ModelCard, threads: int) -> None:
        super().__init__(card)
        self._kind = card.network
        self._net = load_network(path, card, CLASSES)
        self._device = place(self._net, threads)
        self._folder = path.parent
        self._words = card.text
        self._tokenizer: Any = None
        self.dim = self.measured()

    def run(self, pictures: U8) -> F32:
        """Return (N, dim) for (N, size, size, 3) RGB."""
        import torch

        batch = torch.from_numpy(normalise(pictures, self.preprocess))
        inputs = self._patches(batch) if self._kind == "siglip2" else {"pixel_values": batch}
        inputs = {name: one.to(self._device) for name, one in inputs.items()}
        with torch.inference_mode():
            ask = self._net.get_image_features if self._kind in WITH_TEXT else self._net
            return _pooled(ask(**inputs))

    def encode_text(self, texts: Sequence[str]) -> F32:
        """Return (N, dim) for N texts, in the space of the pictures.

        Raises:
            InvalidInputError: It knows no words.
        """
        if not self._words:
            return super().encode_text(texts)
        import torch

        rows = [np.empty((0, self.dim), np.float32)]
        for at in range(0, len(texts), BATCH):
            inputs = self._tokens(list(texts[at : at + BATCH]))
            with torch.inference_mode():
                rows.append(_pooled(self._net.get_text_features(**inputs)))
        return np.concatenate(rows)

    def _tokens(self, texts: list[str]) -> dict[str, Any]:
        if self._tokenizer is None:
            self._tokenizer = load_tokenizer(self._folder)
        length = int(self._net.config.text_config.max_position_embeddings)
        made = self._tokenizer(
            texts, padding="max_length", truncation=True, max_length=length, return_tensors="pt"
        )
        # CLIP reads up to the end of the text; SigLIP was trained on the padding too
        names = ("input_ids", "attention_mask") if self._kind == "clip" else ("input_ids",)
        return {name: made[name].to(self._device) for name in names}

    def _patches(self, batch: Any) -> dict[str, Any]:
        """Return SigLIP 2's input of any shape: each picture as a row of patches."""
        import torch

        side = int(self._net.config.vision_config.patch_size)
        n, grid = len(batch), batch.shape[-1] // side
        cut = batch.reshape(n, 3, grid, side, grid, side).permute(0, 2, 4, 3, 5, 1)
        return {
            "pixel_values": cut.reshape(n, grid * grid, side * side * 3),
            "pixel_attention_mask": torch.ones(n, grid * grid, dtype=torch.long),
            "spatial_shapes": torch.full((n, 2), grid, dtype=torch.long),
        }


def load_encoder(*, path: Path, card: ModelCard, threads: int = 1) -> TransformerEncoder:
    """Return the network whose weights lie at `path`, with its config.json beside them.

    Args:
        path: model.safetensors.
        card: `network` is the model_type; `text` says whether it reads words.
        threads: Of torch for each call.

    Raises:
        MissingWeightsError: The weights are gone.
        InvalidInputError: They do not fit config.json, or transformers refuses it.
        MissingExtraError: transformers is not installed.
    """
    return TransformerEncoder(path, card, threads)


def _pooled(answer: Any) -> F32:
    rows = answer if not hasattr(answer, "pooler_output") else answer.pooler_output
    found: F32 = rows.float().flatten(1).cpu().numpy()
    return found
