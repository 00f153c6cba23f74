from __future__ import annotations

import torch

from sightline.nets.build import build
from sightline.nets.resized import resized
from sightline.nets.weights import apply_state


def test_positions_are_interpolated_and_the_class_token_kept() -> None:
    torch.manual_seed(0)
    value = torch.rand(1, 1 + 4 * 4, 6)
    made, changed = resized({"a.pos_embedding": value}, {"a.pos_embedding": torch.zeros(1, 65, 6)})
    assert changed == ("a.pos_embedding",)
    found = made["a.pos_embedding"]
    assert torch.equal(found[:, :1], value[:, :1])
    corners = found[:, 1:].reshape(8, 8, 6)[::7, ::7].mean()
    assert abs(corners - value[:, 1:].reshape(4, 4, 6)[::3, ::3].mean()) < 0.1


def test_tables_of_relative_positions_follow_and_indices_stay() -> None:
    own = {
        "x.relative_position_bias_table": torch.zeros(9, 4),
        "x.relative_position_index": torch.ones(16),
        "w": torch.zeros(3),
    }
    state = {
        "x.relative_position_bias_table": torch.ones(169, 4),
        "x.relative_position_index": torch.zeros(2401),
        "w": torch.zeros(2),
    }
    made, changed = resized(state, own)
    assert changed == ("x.relative_position_bias_table",)
    assert torch.allclose(made["x.relative_position_bias_table"], torch.ones(9, 4))
    assert torch.equal(made["x.relative_position_index"], own["x.relative_position_index"])
    assert made["w"].shape == (2,)  # no position: it stays another shape, and is told


def test_a_transformer_for_other_pictures_takes_the_weights() -> None:
    torch.manual_seed(0)
    small, large = (build("timm:test_vit", 3, px=side) for side in (64, 96))
    report = apply_state(large, small.state_dict())
    assert report.resized == ("pos_embed",)
    assert torch.equal(large.state_dict()["norm.weight"], small.state_dict()["norm.weight"])
