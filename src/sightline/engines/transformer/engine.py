"""CLIP, SigLIP and DINO as encoders: transformers' own networks from a folder, never the hub.

Only config.json and safetensors are read: no pickle, no code of the folder. Pictures are prepared
by our own resize and normalise, as preprocessor_config.json says.
"""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import InvalidInputError, MissingExtraError, MissingWeightsError
from sightline.core.files import read_json
from sightline.imaging.preprocess import normalise
from sightline.imaging.squares import BATCH, SquareEncoder
from sightline.nets import torchvision_shim
from sightline.nets.device import place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
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

    def __init__(self, folder: Path, card: ModelCard, threads: int) -> None:
        super().__init__(card)
        self._kind = card.network
        self._net = _load(folder, card)
        self._device = place(self._net, threads)
        self._folder = folder
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
            self._tokenizer = _tokenizer(self._folder)
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
    if not path.is_file():
        raise MissingWeightsError(f"no weights at {path}", hint="add the model again")
    return TransformerEncoder(path.parent, card, threads)


def _load(folder: Path, card: ModelCard) -> Any:
    transformers = _import()
    kind = str(read_json(folder / "config.json").get("model_type", ""))
    if kind not in CLASSES or kind != card.network:
        raise InvalidInputError(
            f"{card.name} is of the unknown kind {kind!r}", hint=f"known: {', '.join(CLASSES)}"
        )
    try:
        with _quiet():
            net, report = getattr(transformers, CLASSES[kind]).from_pretrained(
                str(folder),
                local_files_only=True,
                use_safetensors=True,
                trust_remote_code=False,
                output_loading_info=True,
                dtype="float32",
            )
    except MemoryError:
        raise
    except Exception as error:  # its errors and those of safetensors share no narrower base
        raise InvalidInputError(
            f"{card.name} cannot be loaded: {_first_line(error)}",
            hint="check that config.json and model.safetensors belong together",
        ) from error
    wanting = sorted({*report["missing_keys"], *map(str, report["mismatched_keys"])})
    if wanting:
        raise InvalidInputError(
            f"the weights of {card.name} lack {len(wanting)} tensors, such as {wanting[0]}",
            hint="config.json and model.safetensors do not belong together: copy both again",
        )
    return net


def _tokenizer(folder: Path) -> Any:
    transformers = _import()
    try:
        with _quiet():
            return transformers.AutoTokenizer.from_pretrained(
                str(folder), local_files_only=True, trust_remote_code=False
            )
    except Exception as error:  # the tokenizers' errors share no narrower base
        raise InvalidInputError(
            f"the tokenizer does not load: {_first_line(error)}",
            hint="copy the tokenizer's files of the model into its folder and add it again",
        ) from error


def _import() -> Any:
    from importlib.util import find_spec

    if find_spec("transformers") is None:
        raise MissingExtraError(
            "transformers is not installed", hint="pip install 'sightline[models]'"
        )
    torchvision_shim.install()
    import transformers

    said: Any = transformers.utils.logging
    said.set_verbosity_error()
    said.disable_progress_bar()
    return transformers


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what transformers and its own packages deprecate to themselves."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines or [type(error).__name__])[0][:300]


def _pooled(answer: Any) -> F32:
    rows = answer if not hasattr(answer, "pooler_output") else answer.pooler_output
    found: F32 = rows.float().flatten(1).cpu().numpy()
    return found
