"""Which network some weights are of, told by their names and shapes. Imports nothing heavy."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Final

from sightline.nets.families import ROWS

if TYPE_CHECKING:
    from collections.abc import Mapping

    Shapes = Mapping[str, tuple[int, ...]]

HEADS: Final = ("classifier.", "fc.", "head.", "heads.")
"""How the names of classifiers begin, which differ with the classes."""
SIZED: Final = (
    "num_batches_tracked",
    "relative_position_index",
    "relative_coords_table",
    "pos_embedding",
)
"""How the names of what follows from the side of the pictures end, or counts batches."""
PREFIXES: Final = ("module.", "_orig_mod.", "model.", "net.", "backbone.", "encoder.")
"""What programs put before every name: parallel, compiled and wrapped networks."""
SMALL_CNN: Final = (30, 288352)
"""Tensors and elements of small_cnn."""
_TIMM: Final = ("patch_embed.proj", "conv_stem.weight", "stem.0.weight", "stages.0.", "blocks.0.")
_TRANSFORMERS: Final = ("vision_model.", "embeddings.patch_embeddings", "text_model.")
_CHECKPOINT: Final = "net/"


def signature(shapes: Shapes) -> tuple[int, int]:
    """Return how many tensors and elements there are besides the classifier."""
    body = [
        prod(shape)
        for key, shape in shapes.items()
        if not key.startswith(HEADS) and not key.endswith(SIZED)
    ]
    return len(body), sum(body)


def guess(shapes: Shapes) -> tuple[str, ...]:
    """Return the networks of the table that weights of these shapes fit; none: nobody knows."""
    found = signature(bare(shapes))
    names = tuple(row.name for row in ROWS if (row.tensors, row.elements) == found)
    if "mobilenet_v2" in names:
        names += ("mobilenet_v2_same",)
    return names or (("small_cnn",) if found == SMALL_CNN else ())


def bare(shapes: Shapes) -> dict[str, tuple[int, ...]]:
    """Return them without the words that every name begins with."""
    return {key[len(prefix_of(shapes)) :]: shape for key, shape in shapes.items()}


def prefix_of(names: Mapping[str, object]) -> str:
    """Return what a program put before every name, "" if nothing."""
    found, rest = "", list(names)
    while rest:
        prefix = next((one for one in PREFIXES if all(key.startswith(one) for key in rest)), "")
        if not prefix:
            return found
        found += prefix
        rest = [key[len(prefix) :] for key in rest]
    return found


def advice(shapes: Shapes) -> str:
    """Return what to do with weights that do not fit, by what they look like."""
    names = guess(shapes)
    if names:
        return f"they look like {' or '.join(names)}: set model.name to it"
    if any(key.startswith(_CHECKPOINT) for key in shapes):
        return "this is a checkpoint to resume from: name best.safetensors beside it"
    if any(key.startswith(_TRANSFORMERS) for key in shapes):
        return "they look like a model of transformers, which embeds but is not trained here"
    if any(key.startswith(_TIMM) for key in bare(shapes)):
        return "they look like a network of timm's: set model.name to timm:NAME"
    return ""
