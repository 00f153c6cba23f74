"""The SAM family as random networks of a few thousand weights, saved as people find them."""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

SIDE = 64
GRID = 8
"""Cells of the coarsest map along a side."""
WIDTH = 16
FAMILIES = ("sam", "sam_hq", "sam2", "edgetam", "sam3_tracker")
VIDEOS = {
    "sam2_video": ("sam2", "Sam2Video"),
    "edgetam_video": ("edgetam", "EdgeTamVideo"),
    "sam3_tracker_video": ("sam3_tracker", "Sam3TrackerVideo"),
}
"""Networks for videos, which hold one of FAMILIES: most are published in this form."""


def save_family(folder: Path, kind: str, *, seed: int = 0) -> Path:
    """Save a random network of a kind whose answers are not nearly zero."""
    from sightline.nets import torchvision_shim

    torchvision_shim.install()
    import torch
    import transformers

    said: Any = transformers.utils.logging
    said.disable_progress_bar()
    torch.manual_seed(seed)
    name, config = _config(transformers, kind)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        net: Any = getattr(transformers, name)(config)
        _enliven(net)
        net.save_pretrained(folder)
    mean = 0.5 if kind.startswith("sam3") else 0.45
    rule = {"image_mean": [mean] * 3, "image_std": [0.25] * 3, "size": {"longest_edge": SIDE}}
    (folder / "preprocessor_config.json").write_text(json.dumps(rule))
    return folder


def _enliven(net: Any) -> None:
    """Give weights with which answers depend on the picture and on the prompt: not about 0."""
    import torch

    for name, value in net.named_parameters():
        if "embed" in name or "token" in name:
            value.copy_(torch.randn_like(value))
        elif value.ndim > 1:
            value.copy_(torch.randn_like(value) * 1.2 / (value[0].numel() ** 0.5))
        else:
            value.copy_(torch.randn_like(value) * 0.1 + name.endswith("weight"))


def _config(transformers: Any, kind: str) -> tuple[str, Any]:
    prompts = {"hidden_size": WIDTH, "image_size": SIDE, "patch_size": SIDE // GRID}
    prompts |= {"mask_input_channels": 8}
    decoder = {"hidden_size": WIDTH, "mlp_dim": 32, "num_hidden_layers": 1}
    decoder |= {"num_attention_heads": 2, "iou_head_hidden_dim": 16}
    both = {"prompt_encoder_config": prompts, "mask_decoder_config": decoder}
    if kind in {"sam", "sam_hq"}:
        vision: Any = {**_VIT, "output_channels": WIDTH, "num_pos_feats": WIDTH // 2, "mlp_dim": 32}
        vision |= {"global_attn_indexes": [0], "window_size": 4}
        if kind == "sam_hq":
            both["mask_decoder_config"] = decoder | {"vit_dim": WIDTH}
            return "SamHQModel", transformers.SamHQConfig(vision_config=vision, **both)
        return "SamModel", transformers.SamConfig(vision_config=vision, **both)
    sizes: dict[str, Any] = {"fpn_hidden_size": WIDTH}
    sizes["backbone_feature_sizes"] = [[4 * GRID] * 2, [2 * GRID] * 2, [GRID] * 2]
    if kind == "sam2":
        vision = transformers.Sam2VisionConfig(
            backbone_config=_HIERA, backbone_channel_list=[64, 32, 16, 8], **sizes
        )
        return "Sam2Model", transformers.Sam2Config(vision_config=vision, **both)
    if kind in VIDEOS:
        return _video(transformers, kind)
    if kind == "edgetam":
        return "EdgeTamModel", transformers.EdgeTamConfig(
            vision_config=_edge_vision(transformers, sizes), **both
        )
    vision = transformers.Sam3VisionConfig(backbone_config=_SAM3, **sizes)
    return "Sam3TrackerModel", transformers.Sam3TrackerConfig(vision_config=vision, **both)


def _video(transformers: Any, kind: str) -> tuple[str, Any]:
    family, name = VIDEOS[kind]
    held = _config(transformers, family)[1]
    config = getattr(transformers, f"{name}Config")(
        vision_config=held.vision_config,
        prompt_encoder_config=held.prompt_encoder_config.to_dict(),
        mask_decoder_config=held.mask_decoder_config.to_dict(),
        image_size=SIDE,
        memory_attention_hidden_size=WIDTH,
        memory_attention_feed_forward_hidden_size=32,
        memory_attention_num_layers=1,
        memory_encoder_hidden_size=WIDTH,
        memory_encoder_output_channels=8,
        memory_fuser_embed_dim=WIDTH,
        memory_fuser_intermediate_dim=32,
        memory_fuser_num_layers=1,
        mask_downsampler_embed_dim=WIDTH,
    )
    return f"{name}Model", config


def _edge_vision(transformers: Any, sizes: dict[str, Any]) -> Any:
    backbone = transformers.TimmWrapperConfig(
        architecture="test_efficientnet",
        model_args={"in_chans": 3, "features_only": True, "out_indices": [0, 1, 2, 3]},
    )
    return transformers.EdgeTamVisionConfig(
        backbone_config=backbone, backbone_channel_list=[48, 32, 24, 16], **sizes
    )


_VIT = {
    "hidden_size": WIDTH,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "image_size": SIDE,
    "patch_size": SIDE // GRID,
}
_HIERA = {
    "model_type": "sam2_hiera_det_model",
    "image_size": [SIDE, SIDE],
    "patch_kernel_size": [3, 3],
    "patch_stride": [2, 2],
    "patch_padding": [1, 1],
    "hidden_size": 8,
    "blocks_per_stage": [1, 1, 2, 1],
    "embed_dim_per_stage": [8, 16, 32, 64],
    "num_attention_heads_per_stage": [1, 1, 2, 2],
    "window_size_per_stage": [4, 4, 4, 4],
    "global_attention_blocks": [3],
    "window_positional_embedding_background_size": [4, 4],
}
_SAM3 = {
    "model_type": "sam3_vit_model",
    "hidden_size": WIDTH,
    "intermediate_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "image_size": SIDE,
    "patch_size": SIDE // GRID,
    "pretrain_image_size": SIDE,
    "window_size": 4,
    "global_attn_indexes": [1],
}
