"""What of a captioner's folder is taken, and the size of picture that it sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError
from sightline.core.preprocess import Preprocess

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sightline.core.cards import ModelKind
    from sightline.core.preprocess import Resize
    from sightline.store.model_plan import ImportOptions

_USUAL: Final[dict[str, tuple[int, Resize]]] = {
    "blip": (384, "stretch"),
    "florence2": (768, "stretch"),
    "qwen2_5_vl": (448, "keep"),
}
"""What each was published with: side, and how a picture becomes an input."""
CAPTION_KINDS: Final[dict[str, ModelKind]] = dict.fromkeys(_USUAL, "captioner")
CAPTION_FILES: Final = (
    "generation_config.json",
    "chat_template.json",
    "chat_template.jinja",
    "video_preprocessor_config.json",
)
"""Files besides weights, config, preprocessing and tokenizer that their processors read."""
_CLIP: Final = ((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711))


def caption_preprocess(kind: str, said: Mapping[str, Any], options: ImportOptions) -> Preprocess:
    """Return what a card says of a captioner's input; transformers' processor prepares it.

    Args:
        kind: One of CAPTION_KINDS.
        said: preprocessor_config.json.
        options: A person cannot say it otherwise.

    Raises:
        InvalidInputError: The folder does not say how pictures are prepared, or a person does.
    """
    if options.preprocess is not None or not said:
        raise InvalidInputError(
            "a captioner prepares pictures as its preprocessor_config.json says",
            hint="copy that file into the folder, and leave --preprocess out",
        )
    usual, resize = _USUAL[kind]
    size = said.get("size")
    side = size.get("height") if isinstance(size, dict) else None
    mean = said.get("image_mean") or _CLIP[0]
    std = said.get("image_std") or _CLIP[1]
    rule: dict[str, Any] = {"size": side if isinstance(side, int) else usual, "resize": resize}
    if resize == "keep":
        rule["resize_px"] = rule["size"] * 3
    return Preprocess.from_dict(rule | {"mean": mean, "std": std, "interpolation": "bicubic"})
