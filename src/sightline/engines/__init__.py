"""Engines, one folder each, and the table of those that need no download."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sightline.core.registry import EngineSpec

if TYPE_CHECKING:
    from sightline.core.cards import ModelCard

DEFAULT_ENCODER: Final = "hog"
BUILT_IN: Final[tuple[EngineSpec, ...]] = (
    EngineSpec(
        name="hog",
        kind="encoder",
        factory="sightline.engines.hog.engine:HogEncoder",
        description="Shapes (histograms of oriented gradients) and colours; needs no weights",
        needs=("cv2",),
    ),
    EngineSpec(
        name="dictionary",
        kind="encoder",
        factory="sightline.engines.dictionary.engine:DictionaryEncoder",
        description="Patches learned from freely licensed pictures, shapes and colours: "
        "better than hog, at six times its time",
        needs=("cv2",),
    ),
)


class _ByWords(NamedTuple):
    engine: str
    """Its folder."""
    title: str
    score: float
    """From which on its authors believe it."""
    masks: bool = False


_BY_WORDS: Final = {
    "owlv2": _ByWords("owl", "OWLv2", 0.2),
    "owlvit": _ByWords("owl", "OWL-ViT", 0.1),
    "grounding-dino": _ByWords("grounding_dino", "Grounding DINO", 0.3),
    "mm-grounding-dino": _ByWords("grounding_dino", "MM Grounding DINO", 0.3),
    "sam3": _ByWords("sam3", "SAM 3", 0.5, masks=True),
    "sam3_video": _ByWords("sam3", "SAM 3", 0.5, masks=True),
}
"""Networks that find what words name, by their model_type."""
_TRANSFORMERS: Final = ("captioner", "models", ("torch", "transformers"))
_WRITERS: Final = {
    "openvino-genai": ("genai_openvino", "openvino", ("openvino_genai",)),
    "onnxruntime-genai": ("genai_onnx", "genai", ("onnxruntime_genai",)),
}
"""Captioners that transformers does not run: folder, extra, packages."""
DEFAULT_SEGMENTER: Final = "classical"
SEGMENTERS: Final[tuple[EngineSpec, ...]] = (
    EngineSpec(
        name=DEFAULT_SEGMENTER,
        kind="segmenter",
        factory="sightline.engines.classical.engine:ClassicalSegmenter",
        description="Boxes, masks and clicks from edges and colours; needs no weights",
        needs=("cv2", "skimage"),
    ),
)
"""Segmenters that need no download."""
_LOADERS: Final = {
    "onnx": ("sightline.engines.onnx.engine:load_encoder", "", ("onnxruntime",)),
    "torch": ("sightline.engines.backbone.engine:load_encoder", "models", ("torch", "torchvision")),
    "transformers": (
        "sightline.engines.transformer.engine:load_encoder",
        "models",
        ("torch", "transformers"),
    ),
}
"""Format of a model to what loads it, the extra it needs, and the packages."""
_TIMM: Final = dict.fromkeys(("edgetam", "edgetam_video"), ("timm",))
"""Segmenters whose encoder is one of timm's."""


def encoder_spec(card: ModelCard, *, name: str = "", fault: str = "") -> EngineSpec | None:
    """Return the entry of an added model, None when it gives no embedding.

    `Registry.load(name, path=file, card=card)` builds it.
    """
    by_the_way = card.format == "onnx" and "embedding" in card.outputs
    if card.kind != "encoder" and not by_the_way:
        return None
    factory, extra, needs = _LOADERS[card.format]
    network = f" ({card.network})" if card.network else ""
    words = ", with words" if card.text else ""
    return EngineSpec(
        name=name or card.name,
        kind="encoder",
        factory=factory,
        description=f"Embeddings of the model {card.name}{network}{words}",
        extra=extra,
        needs=(*needs, "timm") if card.network.startswith("timm:") else needs,
        heavy=card.format != "onnx",
        text=card.text,
        fault=fault,
    )


def segmenter_spec(card: ModelCard, *, name: str = "", fault: str = "") -> EngineSpec | None:
    """Return the entry of an added model, None when it is no segmenter.

    `Registry.load(name, path=file, card=card)` builds it.
    """
    if card.kind != "segmenter":
        return None
    if card.format == "transformers":
        return EngineSpec(
            name=name or card.name,
            kind="segmenter",
            factory="sightline.engines.transformer_sam.engine:load",
            description=f"Masks by the model {card.name} ({card.network})",
            extra="models",
            needs=("torch", "transformers", *_TIMM.get(card.network, ())),
            heavy=True,
            fault=fault,
        )
    return EngineSpec(
        name=name or card.name,
        kind="segmenter",
        factory="sightline.engines.onnx_sam.engine:load",
        description=f"Masks by the model {card.name}, an ONNX encoder and decoder",
        needs=("onnxruntime",),
        fault=fault,
    )


def text_detector_spec(card: ModelCard, *, name: str = "", fault: str = "") -> EngineSpec | None:
    """Return the entry of a model that finds what words name, None when it does not.

    `Registry.load(name, path=file, card=card, threads=threads)` builds it.
    """
    found = _BY_WORDS.get(card.network)
    if found is None or card.format != "transformers" or not card.text:
        return None
    return EngineSpec(
        name=name or card.name,
        kind="detector",
        factory=f"sightline.engines.{found.engine}.engine:load_detector",
        description=f"{found.title}: boxes of what words name",
        extra="models",
        needs=("torch", "transformers"),
        heavy=True,
        text=True,
        fault=fault,
    )


def captioner_spec(card: ModelCard, *, name: str = "", fault: str = "") -> EngineSpec | None:
    """Return the entry of a model that writes sentences, None when it writes none.

    `Registry.load(name, path=file, card=card, threads=threads)` builds it.
    """
    if card.kind != "captioner":
        return None
    engine, extra, needs = _WRITERS.get(card.network, _TRANSFORMERS)
    return EngineSpec(
        name=name or card.name,
        kind="captioner",
        factory=f"sightline.engines.{engine}.engine:load_captioner",
        description=f"Sentences by the model {card.name} ({card.network})",
        extra=extra,
        needs=needs,
        heavy=True,
        text=True,
        fault=fault,
    )


def usual_score(card: ModelCard) -> float:
    """Return from which score on a model that finds what words name is usually believed."""
    return _BY_WORDS[card.network].score


def gives_masks(card: ModelCard) -> bool:
    """Tell whether a model that finds what words name gives outlines, too."""
    return _BY_WORDS[card.network].masks


def detector_spec(card: ModelCard) -> EngineSpec:
    """Return the entry of an added detector.

    `Registry.load(name, path=file, card=card)` builds it.
    """
    return EngineSpec(
        name=card.name,
        kind="detector",
        factory="sightline.engines.onnx_detector.engine:load_detector",
        description=f"Boxes of the model {card.name}",
        needs=("onnxruntime", "cv2"),
    )
