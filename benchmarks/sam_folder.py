"""A random SAM as a folder of transformers: SAM's own decoder, and an encoder of four layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LAYERS, WIDTH = 4, 192


def write(folder: Path) -> Path:
    """Write config.json and model.safetensors."""
    from sightline.nets import torchvision_shim

    torchvision_shim.install()
    import torch
    from transformers import SamConfig, SamModel

    torch.manual_seed(0)
    tower = {
        "hidden_size": WIDTH,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": LAYERS,
        "mlp_dim": 4 * WIDTH,
        "global_attn_indexes": [LAYERS - 1],
    }
    net = SamModel(SamConfig(vision_config=tower))
    with torch.no_grad():  # as it is made, all answers are about 0
        for value in net.parameters():
            value.copy_(torch.randn_like(value) * 0.05)
    net.save_pretrained(folder)
    return folder
