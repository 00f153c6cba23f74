"""Captioners from a folder of transformers: BLIP, Florence-2, Qwen2.5-VL.

Li et al. 2022, "BLIP: Bootstrapping Language-Image Pre-training"; Xiao et al. 2024, "Florence-2";
Bai et al. 2025, "Qwen2.5-VL Technical Report". Pictures and words are prepared by transformers' own
processors, offline; the answer is the likeliest token after token, so equal pictures give equal
sentences.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import InvalidInputError
from sightline.core.narration import LANGUAGES, Caption
from sightline.core.questions import ENGLISH, language, question
from sightline.nets.device import place
from sightline.nets.transformer_folder import first_line, load_network, load_processor

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.arrays import U8
    from sightline.core.cards import ModelCard

CLASSES: Final = {
    "blip": "BlipForConditionalGeneration",
    "florence2": "Florence2ForConditionalGeneration",
    "qwen2_5_vl": "Qwen2_5_VLForConditionalGeneration",
}
TASK: Final = "<CAPTION>"
"""Florence-2 knows tasks by name and no words of a person."""
MOST_TOKENS: Final = 512


class TransformerCaptioner:
    """A network that writes about one picture at a time."""

    def __init__(self, path: Path, card: ModelCard, threads: int) -> None:
        self.key: Final = card.encoder_key
        self.languages: Final = LANGUAGES if card.network == "qwen2_5_vl" else ENGLISH
        """Codes of the languages that it writes; the first is what it falls back to."""
        self._kind = card.network
        self._net = load_network(path, card, CLASSES, dtype="auto")
        self._device = place(self._net, threads)
        if self._device.type == "cpu" and str(self._net.dtype) == "torch.float16":
            self._net.float()  # half precision has no fast products on processors
        self._processor = load_processor(path.parent)

    def caption(
        self, image: U8, *, lang: str = "en", prompt: str = "", max_tokens: int = 60
    ) -> Caption:
        """Return a sentence about an upright RGB picture (H, W, 3).

        `prompt` begins a sentence of BLIP and is a question to Qwen2.5-VL; Florence-2 reads none.

        Raises:
            InvalidInputError: The network cannot take the picture or the prompt.
        """
        spoken = language(lang, self.languages)
        try:
            tokens, scores = self._written(image, self._words(spoken, prompt), max_tokens)
        except (ValueError, TypeError, IndexError) as error:  # its processors' own checks
            raise InvalidInputError(
                f"the captioner cannot answer: {first_line(error)}",
                hint="leave the prompt out, or take another picture",
            ) from error
        text = self._processor.batch_decode(tokens[None], skip_special_tokens=True)[0]
        return Caption(" ".join(text.split()), spoken, _sureness(tokens, scores, self._ends()))

    def _words(self, lang: str, prompt: str) -> str | None:
        """Return what stands before the answer."""
        if self._kind == "florence2":
            return TASK
        if self._kind == "blip":
            return prompt.strip() or None
        said = {"type": "text", "text": question(lang, prompt)}
        talk = [{"role": "user", "content": [{"type": "image"}, said]}]
        asked: str = self._processor.apply_chat_template(
            talk, add_generation_prompt=True, tokenize=False
        )
        return asked

    def _written(self, image: U8, words: str | None, max_tokens: int) -> tuple[Any, Any]:
        """Return the new tokens (T,) and the logits (T, V) that they were chosen by."""
        import torch

        text = [words] if self._kind == "qwen2_5_vl" else words
        given = self._processor(images=image, text=text, return_tensors="pt").to(self._device)
        given["pixel_values"] = given["pixel_values"].to(self._net.dtype)
        with torch.inference_mode():
            made = self._net.generate(
                **given,
                max_new_tokens=max(1, min(max_tokens, MOST_TOKENS)),
                num_beams=1,
                do_sample=False,
                output_logits=True,
                return_dict_in_generate=True,
            )
        logits = torch.cat(made.logits).float()
        return made.sequences[0, -len(logits) :], logits

    def _ends(self) -> set[int]:
        """Return the tokens that end a sentence or fill it up."""
        config = self._net.generation_config
        text = getattr(self._net.config, "text_config", self._net.config)
        found = [config.eos_token_id, config.pad_token_id, getattr(text, "sep_token_id", None)]
        flat = [one for some in found for one in (some if isinstance(some, list) else [some])]
        return {one for one in flat if one is not None}


def load_captioner(*, path: Path, card: ModelCard, threads: int = 1) -> TransformerCaptioner:
    """Return the network whose weights lie at `path`, with its other files beside them.

    Args:
        path: model.safetensors, or the index of several.
        card: `network` is the model_type.
        threads: Of torch for each call.

    Raises:
        MissingWeightsError: The weights are gone.
        InvalidInputError: They do not fit config.json, or transformers refuses it.
        MissingExtraError: transformers is not installed.
    """
    return TransformerCaptioner(path, card, threads)


def _sureness(tokens: Any, logits: Any, ends: set[int]) -> float:
    """Return the geometric mean of the tokens' probabilities, 0..1; of no token 0."""
    chosen = logits.log_softmax(1).gather(1, tokens[:, None])[:, 0].cpu().numpy()
    words = ~np.isin(tokens.cpu().numpy(), list(ends))
    return float(np.exp(chosen[words].mean())) if words.any() else 0.0
