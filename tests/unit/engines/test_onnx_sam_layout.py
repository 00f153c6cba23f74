"""Pairs as they are found in the wild: whatever their ports are called, the right arrays meet."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from sightline.core.errors import InvalidInputError
from sightline.engines.onnx_sam.layout import Layout, layout_of


class Port(NamedTuple):
    """A port of a session."""

    name: str
    shape: list[int | str | None]


COARSE = [1, 256, 64, 64]
FINE = [1, 32, 256, 256]
FINER = [1, 64, 128, 128]
POINTS = {"point_coords": [1, "n", 2], "point_labels": [1, "n"]}
MASK = {"mask_input": [1, 1, 256, 256], "has_mask_input": [1]}
PAIRS: dict[str, tuple[dict[str, Any], dict[str, Any], list[str]]] = {
    "sam": (
        {"image_embeddings": COARSE},
        {"image_embeddings": COARSE, **POINTS, **MASK, "orig_im_size": [2]},
        ["masks", "iou_predictions", "low_res_masks"],
    ),
    "mobile sam": (
        {"output": ["batch", 256, 64, 64]},
        {"image_embeddings": COARSE, **POINTS, **MASK, "orig_im_size": [2]},
        ["masks", "iou_predictions", "low_res_masks"],
    ),
    "sam 2": (
        {"high_res_feats_0": FINE, "high_res_feats_1": FINER, "image_embed": COARSE},
        {
            "image_embed": COARSE,
            "high_res_feats_0": FINE,
            "high_res_feats_1": FINER,
            **POINTS,
            **MASK,
        },
        ["masks", "iou_predictions"],
    ),
    "sam 2, other names": (
        {"image_features_0": FINE, "image_features_1": FINER, "image_embeddings": COARSE},
        {
            "image_features_0": FINE,
            "image_features_1": FINER,
            "image_embeddings": COARSE,
            **POINTS,
            "input_masks": [1, 1, 256, 256],
            "has_input_masks": [1],
            "original_image_size": [2],
        },
        ["masks", "iou_predictions", "low_res_masks"],
    ),
    "sam 2, finer maps swapped": (
        {"high_res_feats_0": FINER, "high_res_feats_1": FINE, "image_embed": COARSE},
        {"image_embed": COARSE, "high_res_feats_0": FINE, "high_res_feats_1": FINER, **POINTS},
        ["masks", "iou_predictions"],
    ),
    "transformers": (
        {"image_embeddings": COARSE, "image_positional_embeddings": COARSE},
        {
            "input_points": ["batch", "prompts", "n", 2],
            "input_labels": ["batch", "prompts", "n"],
            "image_embeddings": COARSE,
            "image_positional_embeddings": COARSE,
        },
        ["iou_scores", "pred_masks"],
    ),
    "transformers with boxes": (
        {"image_embeddings.0": FINE, "image_embeddings.1": FINER, "image_embeddings.2": COARSE},
        {
            "input_points": ["batch", "prompts", "n", 2],
            "input_labels": ["batch", "prompts", "n"],
            "input_boxes": ["batch", "boxes", 4],
            "image_embeddings.0": FINE,
            "image_embeddings.1": FINER,
            "image_embeddings.2": COARSE,
        },
        ["iou_scores", "pred_masks", "object_score_logits"],
    ),
}


def ports(named: dict[str, Any] | list[str]) -> list[Port]:
    if isinstance(named, list):
        return [Port(name, []) for name in named]
    return [Port(name, shape) for name, shape in named.items()]


def found(name: str) -> Layout:
    given, asked, told = PAIRS[name]
    return layout_of(name, ports(given), ports(asked), ports(told))


@pytest.mark.parametrize("name", PAIRS)
def test_every_map_of_the_encoder_meets_the_input_of_its_shape(name: str) -> None:
    given, asked, _ = PAIRS[name]
    fed = found(name).fed
    assert sorted(fed.values()) == sorted(given)
    for port, source in fed.items():
        fixed = zip(asked[port], given[source], strict=True)
        assert all(
            one == two for one, two in fixed if isinstance(one, int) and isinstance(two, int)
        )


@pytest.mark.parametrize("name", PAIRS)
def test_masks_of_low_resolution_are_preferred_and_come_with_scores(name: str) -> None:
    layout, told = found(name), PAIRS[name][2]
    assert layout.masks == ("low_res_masks" if "low_res_masks" in told else layout.masks)
    assert {layout.masks, layout.scores} <= set(told)


def test_who_adds_the_empty_point_follows_from_the_form() -> None:
    assert [name for name in PAIRS if found(name).pads] == ["sam", "mobile sam"]
    nested = [name for name in PAIRS if found(name).nested]
    assert nested == ["transformers", "transformers with boxes"]
    assert found("transformers with boxes").boxes
    assert not found("transformers").boxes
    assert found("sam 2, other names").earlier == "input_masks"
    assert found("sam 2, other names").size == "original_image_size"


def test_maps_that_cannot_be_told_apart_are_refused() -> None:
    given = ports({"a": COARSE, "b": COARSE})
    asked = ports({"c": COARSE, "d": COARSE, **POINTS})
    with pytest.raises(InvalidInputError, match="also asks for c, d"):
        layout_of("x", given, asked, ports(["masks"]))


def test_what_takes_no_points_or_gives_no_masks_is_no_decoder() -> None:
    given, asked = ports({"a": COARSE}), ports({"a": COARSE, **POINTS})
    for inputs, outputs in ((ports({"a": COARSE}), ["masks"]), (asked, ["boxes"])):
        with pytest.raises(InvalidInputError, match="the decoder of x takes") as caught:
            layout_of("x", given, inputs, ports(outputs))
        assert "point_coords" in caught.value.hint
