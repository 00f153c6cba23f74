"""A tiny random OWLv2, written without torch: importing that costs more than most tests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from safetensors.numpy import save_file

from fakes.tiny_models import save_clip_tokenizer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WIDTH: Final = 16
INNER: Final = 32
SIDE: Final = 64
PATCH: Final = 16
_TOWER: Final = {
    "hidden_size": WIDTH,
    "intermediate_size": INNER,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
}
CONFIG: Final[dict[str, Any]] = {
    "model_type": "owlv2",
    "projection_dim": WIDTH,
    "text_config": {
        **_TOWER,
        "vocab_size": 600,
        "max_position_embeddings": 16,
        "bos_token_id": 512,
        "eos_token_id": 513,
        "pad_token_id": 513,
    },
    "vision_config": {**_TOWER, "image_size": SIDE, "patch_size": PATCH},
}


def save_owl(folder: Path, *, seed: int = 0, words: bool = True) -> Path:
    """Save it as a folder of transformers."""
    folder.mkdir(parents=True, exist_ok=True)
    generator = np.random.default_rng(seed)
    tensors = {
        name: np.asarray(generator.normal(0, 0.3, shape), np.float32) for name, shape in _shapes()
    }
    save_file(tensors, str(folder / "model.safetensors"), metadata={"format": "pt"})
    (folder / "config.json").write_text(json.dumps(CONFIG))
    rule = {"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}
    (folder / "preprocessor_config.json").write_text(json.dumps(rule))
    if words:
        save_clip_tokenizer(folder)
    return folder


def _shapes() -> Iterator[tuple[str, tuple[int, ...]]]:
    for head, out in (("box_head", 4), ("objectness_head", 1)):
        yield from _linear(f"{head}.dense0", WIDTH, WIDTH)
        yield from _linear(f"{head}.dense1", WIDTH, WIDTH)
        yield from _linear(f"{head}.dense2", WIDTH, out)
    yield from _linear("class_head.dense0", WIDTH, WIDTH)
    yield from _linear("class_head.logit_scale", WIDTH, 1)
    yield from _linear("class_head.logit_shift", WIDTH, 1)
    yield from _norm("layer_norm")
    yield "owlv2.logit_scale", ()
    yield "owlv2.text_projection.weight", (WIDTH, WIDTH)
    yield "owlv2.visual_projection.weight", (WIDTH, WIDTH)
    text, vision = "owlv2.text_model", "owlv2.vision_model"
    yield f"{text}.embeddings.position_embedding.weight", (16, WIDTH)
    yield f"{text}.embeddings.token_embedding.weight", (600, WIDTH)
    yield from _norm(f"{text}.final_layer_norm")
    yield f"{vision}.embeddings.class_embedding", (WIDTH,)
    yield f"{vision}.embeddings.patch_embedding.weight", (WIDTH, 3, PATCH, PATCH)
    yield f"{vision}.embeddings.position_embedding.weight", (1 + (SIDE // PATCH) ** 2, WIDTH)
    yield from _norm(f"{vision}.post_layernorm")
    yield from _norm(f"{vision}.pre_layernorm")
    for tower in (text, vision):
        layer = f"{tower}.encoder.layers.0"
        yield from _norm(f"{layer}.layer_norm1")
        yield from _norm(f"{layer}.layer_norm2")
        yield from _linear(f"{layer}.mlp.fc1", WIDTH, INNER)
        yield from _linear(f"{layer}.mlp.fc2", INNER, WIDTH)
        for part in ("q_proj", "k_proj", "v_proj", "out_proj"):
            yield from _linear(f"{layer}.self_attn.{part}", WIDTH, WIDTH)


def _linear(name: str, inside: int, out: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield f"{name}.weight", (out, inside)
    yield f"{name}.bias", (out,)


def _norm(name: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield f"{name}.weight", (WIDTH,)
    yield f"{name}.bias", (WIDTH,)
