"""A random SAM of a few thousand weights, saved, loaded again and exported as people do."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

SIDE = 64
GRID = 8
WIDTH = 16


def save_sam(folder: Path, *, seed: int = 0) -> Path:
    """Save a random network whose answers are not nearly zero, as a folder of transformers."""
    from sightline.nets import torchvision_shim

    torchvision_shim.install()
    import torch
    from transformers import SamConfig, SamModel

    torch.manual_seed(seed)
    config = SamConfig(
        vision_config={
            "hidden_size": WIDTH,
            "output_channels": WIDTH,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "image_size": SIDE,
            "patch_size": SIDE // GRID,
            "mlp_dim": 32,
            "num_pos_feats": WIDTH // 2,
            "global_attn_indexes": [0],
            "window_size": 4,
        },
        prompt_encoder_config={
            "hidden_size": WIDTH,
            "image_size": SIDE,
            "patch_size": SIDE // GRID,
            "mask_input_channels": 4,
        },
        mask_decoder_config={
            "hidden_size": WIDTH,
            "mlp_dim": 32,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "iou_head_hidden_dim": 16,
        },
    )
    net = SamModel(config)
    with torch.no_grad():  # as it is made, all answers are about 0
        for value in net.parameters():
            value.copy_(torch.randn_like(value) * (0.4 if value.ndim > 1 else 0.1))
    net.save_pretrained(folder)
    return folder


def export_sam(source: Path, out: Path) -> Path:
    """Write encoder.onnx and decoder.onnx of a saved network."""
    import torch
    from transformers import SamModel

    net: Any = SamModel.from_pretrained(source, local_files_only=True)
    net.eval()
    out.mkdir(parents=True, exist_ok=True)
    options: dict[str, Any] = {"opset_version": 17, "dynamo": False}
    points = (torch.rand(1, 2, 2) * SIDE, torch.tensor([[1.0, -1.0]]))
    masks = (torch.zeros(1, 1, 4 * GRID, 4 * GRID), torch.zeros(1))
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            encoder_of(net),
            (torch.rand(1, 3, SIDE, SIDE),),
            out / "encoder.onnx",
            input_names=["pixel_values"],
            output_names=["image_embeddings"],
            **options,
        )
        torch.onnx.export(
            decoder_of(net),
            (torch.rand(1, WIDTH, GRID, GRID), *points, *masks),
            out / "decoder.onnx",
            input_names=[
                "image_embeddings",
                "point_coords",
                "point_labels",
                "mask_input",
                "has_mask_input",
            ],
            output_names=["low_res_masks", "iou_predictions"],
            dynamic_axes={"point_coords": {1: "n"}, "point_labels": {1: "n"}},
            **options,
        )
    return out


def encoder_of(net: Any) -> Any:
    from torch import nn

    class Encoder(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net = net

        def forward(self, pixel_values: Any) -> Any:
            return self.net.get_image_embeddings(pixel_values)

    return Encoder()


def decoder_of(net: Any) -> Any:
    """The decoder with the prompts as SAM's own export takes them, worked out from the weights."""
    import torch
    from torch import nn

    class Decoder(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net = net

        def forward(
            self, embeddings: Any, coords: Any, labels: Any, mask: Any, has_mask: Any
        ) -> Any:
            prompts = self.net.prompt_encoder
            where = prompts.shared_embedding((coords + 0.5)[None] / SIDE)
            kind = labels[None, ..., None]
            sparse = where * (kind != -1) + prompts.not_a_point_embed.weight * (kind == -1)
            for number, table in enumerate(prompts.point_embed):
                sparse = sparse + table.weight * (kind == number)
            dense = prompts.mask_embed(mask) * has_mask
            nothing = prompts.no_mask_embed.weight.reshape(1, -1, 1, 1)
            dense = dense + nothing.expand(-1, -1, GRID, GRID) * (1 - has_mask)
            masks, scores = self.net.mask_decoder(
                image_embeddings=embeddings,
                image_positional_embeddings=self.net.get_image_wide_positional_embeddings(),
                sparse_prompt_embeddings=sparse,
                dense_prompt_embeddings=dense,
                multimask_output=True,
            )[:2]
            return masks[:, 0], torch.sigmoid(scores[:, 0])

    return Decoder()
