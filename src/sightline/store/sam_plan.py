"""How pictures are prepared for a folder of the SAM family, from what lies in the folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError
from sightline.core.preprocess import IMAGENET_MEAN, IMAGENET_STD, Preprocess
from sightline.store.preprocess_text import parse_preprocess

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sightline.core.cards import ModelKind
    from sightline.core.preprocess import Resize
    from sightline.store.model_plan import ImportOptions

HALF: Final = (0.5, 0.5, 0.5)
_LETTERBOX: Final = (1024, "letterbox", IMAGENET_MEAN, IMAGENET_STD)
_STRETCH: Final = (1024, "stretch", IMAGENET_MEAN, IMAGENET_STD)
_SAM3: Final = (1008, "stretch", HALF, HALF)
_USUAL: Final[dict[str, tuple[int, Resize, tuple[float, ...], tuple[float, ...]]]] = {
    "sam": _LETTERBOX,
    "sam_hq": _LETTERBOX,
    "sam2": _STRETCH,
    "sam2_video": _STRETCH,
    "edgetam": _STRETCH,
    "edgetam_video": _STRETCH,
    "sam3_tracker": _SAM3,
    "sam3_tracker_video": _SAM3,
    "sam3_video": _SAM3,
}
"""What each was published with: side, how a picture becomes a square, mean and deviation."""
SAM_KINDS: Final[dict[str, ModelKind]] = dict.fromkeys(_USUAL, "segmenter")


def sam_preprocess(
    kind: str, config: Mapping[str, Any], said: Mapping[str, Any], options: ImportOptions
) -> Preprocess:
    """Return how a picture becomes the network's square.

    Args:
        kind: One of SAM_KINDS.
        config: config.json.
        said: preprocessor_config.json; empty where there is none.
        options: What the person says goes first.

    Raises:
        InvalidInputError: The preprocessing gives another side than the network takes.
    """
    usual, resize, mean, std = _USUAL[kind]
    side = _side(config, usual)
    if options.preprocess is not None:
        found = parse_preprocess(options.preprocess, size=side)
    else:
        inner = said.get("image_processor")
        data = inner if isinstance(inner, dict) else said
        found = Preprocess.from_dict(
            {
                "size": side,
                "resize": resize,
                "mean": data.get("image_mean") or mean,
                "std": data.get("image_std") or std,
            }
        )
    if found.size != side:
        raise InvalidInputError(
            f"the network takes {side} px, the preprocessing gives {found.size}",
            hint=f"say --preprocess with size {side}",
        )
    return found


def _side(config: Mapping[str, Any], usual: int) -> int:
    """Return the side of the square that the prompts are measured in."""
    tracker = config.get("tracker_config")
    inner = tracker if isinstance(tracker, dict) else config
    prompts = inner.get("prompt_encoder_config")
    asked = prompts.get("image_size") if isinstance(prompts, dict) else None
    first = asked[0] if isinstance(asked, list) and asked else asked
    return first if isinstance(first, int) else usual
