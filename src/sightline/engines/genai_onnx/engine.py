"""Captioners of onnxruntime-genai: a folder of ONNX models that sees and writes."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import InvalidInputError, MissingWeightsError
from sightline.core.narration import LANGUAGES, Caption
from sightline.core.questions import language, question

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.arrays import F32, U8
    from sightline.core.cards import ModelCard

MOST_TOKENS: Final = 512
PICTURES: Final = {
    "gemma3": "<start_of_image>",
    "phi3v": "<|image_1|>\n",
    "phi4mm": "<|image_1|>",
    "qwen2_5_vl": "<|vision_start|><|image_pad|><|vision_end|>",
}
"""How each kind of model marks in its words where the picture stands."""


class OnnxCaptioner:
    """A model of onnxruntime-genai; the likeliest token after token."""

    def __init__(self, path: Path, card: ModelCard, threads: int) -> None:
        self.key: Final = card.encoder_key
        self.languages: Final = LANGUAGES
        """In which it is asked; whether it answers in them is up to the model."""
        if not path.is_file():
            raise MissingWeightsError(f"no model at {path}", hint="add the model again")
        import onnxruntime_genai

        self._genai: Any = onnxruntime_genai
        try:
            self._model, self._longest = self._loaded(path, threads)
            self._processor = self._model.create_multimodal_processor()
            self._tokenizer = self._genai.Tokenizer(self._model)
        except (RuntimeError, ValueError) as error:  # all that it raises
            raise InvalidInputError(
                f"{card.name} cannot be loaded: {str(error)[:300]}",
                hint="build it again for the onnxruntime-genai that is installed",
            ) from error
        self._mark = PICTURES.get(str(self._model.type), "")
        if not self._mark:
            raise InvalidInputError(
                f"{card.name} is a {self._model.type!r}, which does not see pictures here",
                hint=f"known: {', '.join(PICTURES)}",
            )

    def caption(
        self, image: U8, *, lang: str = "en", prompt: str = "", max_tokens: int = 60
    ) -> Caption:
        """Return a sentence about an upright RGB picture (H, W, 3).

        Raises:
            InvalidInputError: The model cannot take the picture or the prompt.
        """
        spoken = language(lang, self.languages)
        talk = [{"role": "user", "content": self._mark + question(spoken, prompt)}]
        try:
            words = self._tokenizer.apply_chat_template(
                messages=json.dumps(talk), add_generation_prompt=True
            )
            tokens, sure = self._written(words, image, max(1, min(max_tokens, MOST_TOKENS)))
            text: str = self._processor.decode(np.array(tokens, np.int32))
        except RuntimeError as error:
            raise InvalidInputError(
                f"the captioner cannot answer: {str(error)[:300]}",
                hint="leave the prompt out, or take another picture",
            ) from error
        return Caption(" ".join(text.split()), spoken, sure)

    def _written(self, words: str, image: U8, most: int) -> tuple[list[int], float]:
        """Return the new tokens, and the geometric mean of their probabilities."""
        from sightline.imaging.cutouts import png_of

        given = self._processor(words, images=self._genai.Images.open_bytes(png_of(image)))
        wish = self._genai.GeneratorParams(self._model)
        wish.set_search_options(do_sample=False, max_length=self._longest)
        writer = self._genai.Generator(self._model, wish)
        writer.set_inputs(given)
        tokens: list[int] = []
        total = 0.0
        while len(tokens) < most and not writer.is_done():
            logits: F32 = np.asarray(writer.get_logits(), np.float32).reshape(-1)
            writer.generate_next_token()
            tokens.append(int(writer.get_next_tokens()[0]))
            total += float(logits[tokens[-1]] - _log_sum(logits))
        return tokens, math.exp(total / max(1, len(tokens)))

    def _loaded(self, path: Path, threads: int) -> tuple[Any, int]:
        """Return the model and the longest text that it reads, picture and answer together."""
        about = json.loads(path.read_text("utf-8"))["model"]
        config = self._genai.Config(str(path.parent))
        options = {"intra_op_num_threads": threads}
        parts = [one for one in ("decoder", "vision", "embedding") if one in about]
        config.overlay(json.dumps({"model": {one: {"session_options": options} for one in parts}}))
        return self._genai.Model(config), int(about["context_length"])


def load_captioner(*, path: Path, card: ModelCard, threads: int = 1) -> OnnxCaptioner:
    """Return the model of the folder in which `path` lies.

    Args:
        path: genai_config.json.
        card: `name` is for messages.
        threads: Of ONNX Runtime for each answer.

    Raises:
        MissingWeightsError: The model is gone.
        InvalidInputError: onnxruntime-genai refuses it.
        MissingExtraError: It is not installed.
    """
    return OnnxCaptioner(path, card, threads)


def _log_sum(logits: F32) -> float:
    """Return the logarithm of the sum of exponentials."""
    top = float(logits.max())
    return top + math.log(float(np.exp(logits - top).sum()))
