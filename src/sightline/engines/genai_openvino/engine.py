"""Captioners of OpenVINO GenAI: a folder of OpenVINO models that sees and writes."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import InvalidInputError, MissingWeightsError
from sightline.core.narration import LANGUAGES, Caption
from sightline.core.questions import language, question

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.arrays import U8
    from sightline.core.cards import ModelCard

MOST_TOKENS: Final = 512


class OpenvinoCaptioner:
    """A pipeline of OpenVINO GenAI on the processor; the likeliest token after token."""

    def __init__(self, path: Path, card: ModelCard, threads: int) -> None:
        self.key: Final = card.encoder_key
        self.languages: Final = LANGUAGES
        """In which it is asked; whether it answers in them is up to the model."""
        self._pipeline, self._genai = _opened(path, card.name, threads)

    def caption(
        self, image: U8, *, lang: str = "en", prompt: str = "", max_tokens: int = 60
    ) -> Caption:
        """Return a sentence about an upright RGB picture (H, W, 3).

        Raises:
            InvalidInputError: The model cannot take the picture or the prompt.
        """
        import openvino

        spoken = language(lang, self.languages)
        wish = self._genai.GenerationConfig()
        wish.max_new_tokens = max(1, min(max_tokens, MOST_TOKENS))
        wish.do_sample = False
        wish.logprobs = 1  # without it no score is kept
        try:
            found = self._pipeline.generate(
                question(spoken, prompt),
                images=[openvino.Tensor(np.ascontiguousarray(image[None]))],
                generation_config=wish,
            )
        except RuntimeError as error:  # all that it raises
            raise InvalidInputError(
                f"the captioner cannot answer: {_told(error)}",
                hint="leave the prompt out, or take another picture",
            ) from error
        tokens = max(1, int(found.perf_metrics.get_num_generated_tokens()))
        sure = math.exp(min(0.0, float(found.scores[0]) / tokens))
        return Caption(" ".join(found.texts[0].split()), spoken, sure)


def load_captioner(*, path: Path, card: ModelCard, threads: int = 1) -> OpenvinoCaptioner:
    """Return the pipeline of the folder in which `path` lies.

    Args:
        path: openvino_language_model.xml.
        card: `name` is for messages.
        threads: Of OpenVINO for each answer.

    Raises:
        MissingWeightsError: The model is gone.
        InvalidInputError: OpenVINO GenAI refuses it.
        MissingExtraError: It is not installed.
    """
    return OpenvinoCaptioner(path, card, threads)


def _opened(path: Path, name: str, threads: int) -> tuple[Any, Any]:
    if not path.is_file():
        raise MissingWeightsError(f"no model at {path}", hint="add the model again")
    os.environ["OPENVINO_TELEMETRY_OPT_OUT"] = "1"
    import openvino_genai

    options = {"INFERENCE_NUM_THREADS": threads}
    try:
        return openvino_genai.VLMPipeline(str(path.parent), "CPU", **options), openvino_genai
    except RuntimeError as error:
        raise InvalidInputError(
            f"{name} cannot be loaded: {_told(error)}",
            hint="export it again for the OpenVINO GenAI that is installed, with its tokenizer",
        ) from error


def _told(error: Exception) -> str:
    """Return what went wrong; the first lines name files of OpenVINO's own source."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    telling = [line for line in lines if not line.startswith("Exception from")]
    return (telling or lines or [type(error).__name__])[0][:300]
