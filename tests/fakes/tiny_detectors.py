"""Tiny random detectors of what words name, saved as people find them: folders of transformers."""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING, Any, Final

from fakes.tiny_models import save_clip_tokenizer

if TYPE_CHECKING:
    from pathlib import Path

KINDS: Final = ("owlv2", "owlvit", "grounding-dino", "mm-grounding-dino", "sam3")
SIDE: Final = 64
"""Pixels that they see."""
WORDS: Final = ("a", "cat", "dog", "red", "car", "blue", "##s", "traffic", "light")
_BERT_IDS: Final = {"[PAD]": 0, "[UNK]": 100, "[CLS]": 101, "[SEP]": 102, ".": 1012, "?": 1029}
"""Grounding DINO knows these by their numbers in BERT's vocabulary."""


def save_detector(folder: Path, kind: str, *, seed: int = 0, words: bool = True) -> Path:
    """Save a random network of a kind, whose answers are far from 0, with its tokenizer."""
    from sightline.nets import torchvision_shim

    torchvision_shim.install()
    import torch
    import transformers

    torch.manual_seed(seed)
    name, config = _config(transformers, kind)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        net = getattr(transformers, name)(config)
        stir(net)
        net.save_pretrained(str(folder))
    (folder / "preprocessor_config.json").write_text(json.dumps(_rule(kind)))
    if words:
        save_words(folder, kind)
    return folder


def save_words(folder: Path, kind: str) -> None:
    """Write the tokenizer of a kind."""
    if kind.endswith("grounding-dino"):
        save_bert_tokenizer(folder)
    else:
        save_clip_tokenizer(folder)


def save_bert_tokenizer(folder: Path) -> None:
    """Write a BERT tokenizer of a few words, each special sign at its own number."""
    table = {number: f"[unused{number}]" for number in range(1030)}
    table |= {number: sign for sign, number in _BERT_IDS.items()}
    table |= {200 + at: word for at, word in enumerate(WORDS)}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.txt").write_text("\n".join(table[at] for at in sorted(table)) + "\n")
    told = {"tokenizer_class": "BertTokenizer", "do_lower_case": True}
    (folder / "tokenizer_config.json").write_text(json.dumps(told))


def stir(net: Any) -> None:
    """Give every weight a say: what begins near nothing would answer nothing."""
    import torch

    with torch.no_grad():
        for value in net.parameters():
            if value.ndim > 1:
                torch.nn.init.normal_(value, std=0.3 / value.shape[-1] ** 0.25)


def _rule(kind: str) -> dict[str, Any]:
    square = {"height": SIDE, "width": SIDE}
    if kind.endswith("grounding-dino"):
        side = {"shortest_edge": SIDE, "longest_edge": SIDE * 2}
        return {"size": side, "image_mean": [0.485, 0.456, 0.406], "image_std": [0.2, 0.2, 0.2]}
    return {"size": square, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}


def _config(transformers: Any, kind: str) -> tuple[str, Any]:
    if kind in {"owlv2", "owlvit"}:
        name = "Owlv2" if kind == "owlv2" else "OwlViT"
        make = getattr(transformers, f"{name}Config")
        return f"{name}ForObjectDetection", make(
            text_config=_TEXT | {"max_position_embeddings": 16},
            vision_config=_SMALL | {"image_size": SIDE, "patch_size": 16},
            projection_dim=16,
        )
    if kind == "sam3":
        return "Sam3Model", _sam3(transformers)
    mm = "MM" if kind.startswith("mm") else ""
    make = getattr(transformers, f"{mm}GroundingDinoConfig")
    return f"{mm}GroundingDinoForObjectDetection", make(
        backbone_config=transformers.SwinConfig(
            image_size=SIDE,
            embed_dim=8,
            depths=[1, 1, 1, 1],
            num_heads=[1, 1, 2, 2],
            window_size=2,
            out_indices=[2, 3, 4],
        ),
        text_config=transformers.BertConfig(
            vocab_size=1030,
            hidden_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=32,
        ),
        d_model=64,
        encoder_layers=1,
        decoder_layers=2,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=32,
        decoder_ffn_dim=32,
        num_queries=12,
        max_text_len=24,
    )


_SMALL: Final[dict[str, Any]] = {
    "hidden_size": 16,
    "intermediate_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
}
_TEXT: Final[dict[str, Any]] = {
    **_SMALL,
    "vocab_size": 600,
    "bos_token_id": 512,
    "eos_token_id": 513,
    "pad_token_id": 513,
}


def _sam3(transformers: Any) -> Any:
    detr = {"hidden_size": 16, "intermediate_size": 32, "num_attention_heads": 2, "num_layers": 1}
    grid = SIDE // 8
    return transformers.Sam3Config(
        vision_config={
            "fpn_hidden_size": 16,
            "backbone_feature_sizes": [[grid * 4] * 2, [grid * 2] * 2, [grid] * 2],
            "backbone_config": {
                "model_type": "sam3_vit_model",
                **_SMALL,
                "image_size": SIDE,
                "pretrain_image_size": SIDE,
                "patch_size": 8,
                "window_size": 4,
                "global_attn_indexes": [0],
            },
        },
        text_config={**_TEXT, "max_position_embeddings": 32, "projection_dim": 16},
        geometry_encoder_config=detr,
        detr_encoder_config=detr,
        detr_decoder_config={**detr, "num_queries": 8},
        mask_decoder_config={
            "hidden_size": 16,
            "num_upsampling_stages": 3,
            "num_attention_heads": 2,
        },
    )
