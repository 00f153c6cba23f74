"""The SAM family as transformers holds it: features of a picture, and masks from features.

`sam` and `sam_hq` answer from one map (Kirillov et al. 2023, "Segment Anything"; Ke et al. 2023,
"Segment Anything in High Quality", which also reads the encoder's first global layer); `sam2`,
`edgetam` and `sam3_tracker` from three (Ravi et al. 2024, "SAM 2"; Zhou et al. 2025, "EdgeTAM").
Video models hold the same networks for pictures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    import torch

    Features: TypeAlias = "dict[str, torch.Tensor]"

CLASSES: Final = {
    "sam": "SamModel",
    "sam_hq": "SamHQModel",
    "sam2": "Sam2Model",
    "sam2_video": "Sam2Model",
    "edgetam": "EdgeTamModel",
    "edgetam_video": "EdgeTamModel",
    "sam3_tracker": "Sam3TrackerModel",
    "sam3_tracker_video": "Sam3TrackerModel",
    "sam3_video": "Sam3TrackerModel",
}
"""Each model_type to the class that answers about pictures."""
MAP: Final = "image_embeddings"
FINE: Final = ("high_res_feats_0", "high_res_feats_1")
"""Further maps of those that answer from three, the finest first."""
EARLY: Final = "early_features"
"""What SAM-HQ reads besides, (1, h, w, D)."""
NAMES: Final[tuple[str, ...]] = (MAP, *FINE, EARLY)
"""All that features can be called."""
_CLAMP: Final = 32.0
"""SAM 2 was trained on earlier masks within these logits."""


class Asked(NamedTuple):
    """P prompts of N points each, as tensors."""

    points: torch.Tensor
    """(P, N, 2) in the square, as indexes of pixels."""
    labels: torch.Tensor
    """(P, N) whole numbers: 1 on and 0 beside the object, 2 and 3 corners of a box, -1 none."""
    earlier: torch.Tensor
    """(P, 1, h, w) logits of the answers that are refined."""
    has_earlier: torch.Tensor
    """(P,) 1 where there is one, 0 where there is none."""


def features_of(net: Any, pixels: torch.Tensor) -> Features:
    """Return what answers about a picture are made from, by name.

    Args:
        net: One of CLASSES.
        pixels: (1, 3, side, side), normalised.
    """
    if has_three(net):
        maps = net.get_image_embeddings(pixels)
        return {MAP: maps[-1]} | dict(zip(FINE, maps[:-1], strict=True))
    if _is_hq(net):
        found = net.vision_encoder(pixels)
        return {MAP: found.last_hidden_state, EARLY: found.intermediate_embeddings[0]}
    return {MAP: net.vision_encoder(pixels).last_hidden_state}


def masks_of(
    net: Any, features: Features, asked: Asked, *, several: bool
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return masks (P, K, h, w) as logits over the square, and guesses of their IoU (P, K).

    Args:
        net: One of CLASSES.
        features: What `features_of` returned.
        asked: The prompts.
        several: K is 3, for prompts that may mean several things; else 1.
    """
    prompts, count, earlier = net.prompt_encoder, asked.points.shape[0], asked.earlier
    maps = {name: one.expand(count, *one.shape[1:]) for name, one in features.items()}
    more: dict[str, Any] = {}
    if has_three(net):
        more["high_resolution_features"] = [maps[name] for name in FINE]
        earlier = earlier.clamp(-_CLAMP, _CLAMP)
    elif _is_hq(net):
        more |= {"hq_token_only": False, "intermediate_embeddings": [maps[EARLY]]}
    places = net.get_image_wide_positional_embeddings()
    masks, scores = net.mask_decoder(
        image_embeddings=maps[MAP],
        image_positional_embeddings=places.expand(count, *places.shape[1:]),
        sparse_prompt_embeddings=_sparse(prompts, asked.points, asked.labels)[:, None],
        dense_prompt_embeddings=_dense(prompts, earlier, asked.has_earlier, maps[MAP]),
        multimask_output=several,
        **more,
    )[:2]
    return masks[:, 0], scores[:, 0]


def wants_empty_point(net: Any, labels: list[int]) -> bool:
    """Return whether a prompt needs a point that is none: SAM 2 always does, SAM without a box."""
    return has_three(net) or 2 not in labels  # noqa: PLR2004


def mask_side(net: Any) -> int:
    """Return the side of masks, pixels."""
    size = net.prompt_encoder.image_embedding_size
    return 4 * int(size[0] if isinstance(size, tuple | list) else size)


def _sparse(prompts: Any, points: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Return the points of prompts as tokens, (P, N, C)."""
    import torch

    side = prompts.input_image_size
    sides = tuple(side) if isinstance(side, tuple | list) else (side, side)
    where = prompts.shared_embedding((points + 0.5)[:, None], sides)[:, 0]
    table = prompts.point_embed
    kinds = (
        table.weight
        if hasattr(table, "weight")
        else torch.cat([one.weight for one in table])  # SAM holds each in a table of its own
    )
    number = labels.to(torch.int64)
    named = where + kinds[number.clamp(min=0)]
    nothing = prompts.not_a_point_embed.weight[None].expand_as(named)
    return torch.where((number >= 0)[..., None], named, nothing)


def _dense(
    prompts: Any, earlier: torch.Tensor, has_earlier: torch.Tensor, like: torch.Tensor
) -> torch.Tensor:
    """Return earlier answers as maps (P, C, h, w)."""
    given = has_earlier.reshape(-1, 1, 1, 1).to(like.dtype)
    nothing = prompts.no_mask_embed.weight.reshape(1, -1, 1, 1)
    found: torch.Tensor = prompts.mask_embed(earlier) * given + nothing * (1 - given)
    return found


def has_three(net: Any) -> bool:
    """Return whether a network answers from three maps."""
    return hasattr(net, "backbone_feature_sizes")


def _is_hq(net: Any) -> bool:
    return hasattr(net.mask_decoder, "hq_token")
