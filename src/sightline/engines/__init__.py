"""Engines, one folder each, and the table of those that need no download."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sightline.core.registry import EngineSpec, Registry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sightline.core.cards import ModelCard

DEFAULT_ENCODER: Final = "hog"
ONNX_ENCODER: Final = "sightline.engines.onnx.engine:load_encoder"
BUILT_IN: Final[tuple[EngineSpec, ...]] = (
    EngineSpec(
        name="hog",
        kind="encoder",
        factory="sightline.engines.hog.engine:HogEncoder",
        description="Shapes (histograms of oriented gradients) and colours; needs no weights",
        needs=("cv2",),
    ),
)


def encoder_spec(card: ModelCard) -> EngineSpec | None:
    """Return the entry of an added model, None when it gives no embedding.

    `Registry.load(card.name, path=file, card=card)` builds it.
    """
    if card.format != "onnx" or not (card.kind == "encoder" or "embedding" in card.outputs):
        return None
    return EngineSpec(
        name=card.name,
        kind="encoder",
        factory=ONNX_ENCODER,
        description=f"Embeddings of the model {card.name}",
        needs=("onnxruntime",),
    )


def registry(cards: Iterable[ModelCard] = ()) -> Registry:
    """Return the built-in engines and those of a workspace's models.

    Args:
        cards: Newest last: a later model takes over an earlier one's name. None takes over the
            name of a built-in engine.
    """
    added = [spec for spec in map(encoder_spec, cards) if spec is not None]
    return Registry([*added, *BUILT_IN])
