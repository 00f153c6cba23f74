"""Tiny random networks, saved as people find them: a folder of transformers, of timm, a file."""

from __future__ import annotations

import gzip
import json
import warnings
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

WIDTH = 16
_VISION = {
    "hidden_size": WIDTH,
    "intermediate_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "image_size": 32,
    "patch_size": 16,
}
_TEXT = {
    "hidden_size": WIDTH,
    "intermediate_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "vocab_size": 600,
    "max_position_embeddings": 12,
    "bos_token_id": 512,
    "eos_token_id": 513,
    "pad_token_id": 513,
}
CROP = {
    "do_resize": True,
    "size": {"shortest_edge": 32},
    "do_center_crop": True,
    "crop_size": {"height": 32, "width": 32},
    "resample": 3,
    "do_rescale": True,
    "rescale_factor": 1 / 255,
    "do_normalize": True,
    "image_mean": [0.48, 0.46, 0.41],
    "image_std": [0.27, 0.26, 0.28],
}
STRETCH = {
    "do_resize": True,
    "size": {"height": 32, "width": 32},
    "resample": 2,
    "rescale_factor": 1 / 255,
    "image_mean": [0.5, 0.5, 0.5],
    "image_std": [0.5, 0.5, 0.5],
}


def save_transformer(folder: Path, kind: str, *, seed: int = 0, words: bool = True) -> Path:
    """Save a random network of a kind, with what prepares its pictures and reads its words."""
    from sightline.nets import torchvision_shim

    torchvision_shim.install()
    import torch
    import transformers

    torch.manual_seed(seed)
    made = _config(transformers, kind)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        getattr(transformers, made[0])(made[1]).save_pretrained(str(folder))
    rule = CROP if kind == "clip" or kind.startswith("dino") else STRETCH
    (folder / "preprocessor_config.json").write_text(json.dumps(rule))
    if kind in {"clip", "siglip"} and words:
        save_clip_tokenizer(folder)
    if kind == "siglip2" and words:
        table = {word: at for at, word in enumerate(["<pad>", "<eos>", "<bos>", "<unk>", "<mask>"])}
        table |= {letter: len(table) + at for at, letter in enumerate(_byte_letters())}
        transformers.Siglip2Tokenizer(vocab=table).save_pretrained(str(folder))
    return folder


def _config(transformers: Any, kind: str) -> tuple[str, Any]:
    if kind == "clip":
        return "CLIPModel", transformers.CLIPConfig(
            vision_config=_VISION, text_config=_TEXT, projection_dim=8
        )
    if kind == "siglip":
        return "SiglipModel", transformers.SiglipConfig(vision_config=_VISION, text_config=_TEXT)
    if kind == "siglip2":
        vision = {**_VISION, "num_patches": 4}
        return "Siglip2Model", transformers.Siglip2Config(vision_config=vision, text_config=_TEXT)
    if kind == "dinov2":
        return "Dinov2Model", transformers.Dinov2Config(**_VISION)
    if kind == "dinov2_with_registers":
        name = "Dinov2WithRegisters"
        return f"{name}Model", getattr(transformers, f"{name}Config")(**_VISION)
    if kind == "dinov3_vit":
        return "DINOv3ViTModel", transformers.DINOv3ViTConfig(**_VISION)
    sizes = {"hidden_sizes": [4, 8, 8, WIDTH], "depths": [1, 1, 1, 1], "image_size": 32}
    return "DINOv3ConvNextModel", transformers.DINOv3ConvNextConfig(**sizes)


def save_clip_tokenizer(folder: Path, vocabulary: Path | None = None) -> None:
    """Write a CLIP tokenizer: of bytes alone, or with the first merges of a published one.

    Ids follow CLIP's own rule: 256 bytes, the same at a word's end, then a merge each.
    """
    letters = list(_byte_letters())
    merges: list[str] = []
    if vocabulary is not None:
        with gzip.open(vocabulary, "rt", encoding="utf-8") as lines:
            merges = [line.strip() for line in lines][1:48895]
    words = letters + [f"{one}</w>" for one in letters]
    words += ["".join(one.split()) for one in merges]
    table = {word: at for at, word in enumerate(words)}
    table |= {"<|startoftext|>": len(table), "<|endoftext|>": len(table) + 1}
    (folder / "vocab.json").write_text(json.dumps(table))
    (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *merges, ""]))
    told = {"tokenizer_class": "CLIPTokenizer", "model_max_length": 77}
    for name in ("bos", "eos", "pad", "unk"):
        told[f"{name}_token"] = "<|startoftext|>" if name == "bos" else "<|endoftext|>"
    (folder / "tokenizer_config.json").write_text(json.dumps(told))


def _byte_letters() -> Any:
    """The letters that stand for bytes in byte-level BPE: printable ones for themselves."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in plain]
    yield from (chr(byte) for byte in plain)
    yield from (chr(256 + at) for at in range(len(others)))


def save_timm(folder: Path, network: str = "test_resnet.r160_in1k") -> Path:
    """Save timm's smallest network as the hub holds it."""
    from safetensors.torch import save_file

    from sightline.nets import torchvision_shim

    torchvision_shim.install()
    import timm

    folder.mkdir(parents=True, exist_ok=True)
    name = network.partition(".")[0]
    net = timm.create_model(name, pretrained=False, num_classes=5)
    save_file(net.state_dict(), str(folder / "model.safetensors"))
    rule = {
        "input_size": [3, 64, 64],
        "crop_pct": 0.95,
        "interpolation": "bicubic",
        "mean": [0.5, 0.5, 0.5],
        "std": [0.5, 0.5, 0.5],
        "classifier": "fc",
    }
    config = {"architecture": name, "num_classes": 5, "pretrained_cfg": rule}
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def save_weights(path: Path, network: str = "mobilenet_v3_small", classes: int = 3) -> Path:
    """Save random weights of one of torchvision's networks, as safetensors."""
    from safetensors.torch import save_file

    from sightline.nets import torchvision_shim

    torchvision_shim.install()
    import torch
    import torchvision.models

    torch.manual_seed(0)
    net = torchvision.models.get_model(network, weights=None, num_classes=classes)
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(net.state_dict(), str(path))
    return path
