from __future__ import annotations

from typing import Any

import pytest
import torch

from fakes.explained import full_backward, net_of
from sightline.core.errors import InvalidInputError
from sightline.explain.tap import frozen, run

CASES = [
    ("small_cnn", "conv4"),
    ("small_cnn", "relu3"),
    ("resnet18", "layer4.1.relu"),
]


@pytest.mark.parametrize(("name", "layer"), CASES)
def test_the_gradient_is_that_of_a_full_backward_pass(name: str, layer: str) -> None:
    net = net_of(name)
    x = torch.randn(2, 3, 64, 64)
    output, gradient = full_backward(net, x, layer, [1, 2])
    with frozen(net):
        seen = run(net, x, layer, [1, 2])
    assert seen.gradient is not None
    scale = gradient.abs().max()
    assert scale > 0
    assert torch.allclose(seen.output, output, atol=1e-5)
    assert (seen.gradient - gradient).abs().max() <= 1e-5 * max(1.0, float(scale))


def test_nothing_below_the_layer_is_kept_and_no_weight_gets_a_gradient() -> None:
    net = net_of("small_cnn")
    made: list[bool] = []
    hook = net.get_submodule("conv3").register_forward_hook(
        lambda _m, _a, output: made.append(output.requires_grad)
    )
    with frozen(net):
        run(net, torch.randn(1, 3, 32, 32), "relu6", [None])
    hook.remove()
    assert made == [False]
    assert all(one.grad is None and one.requires_grad for one in net.parameters())
    assert torch.is_grad_enabled()


def test_the_likeliest_class_is_explained_when_none_is_named() -> None:
    net = net_of("small_cnn")
    x = torch.randn(5, 3, 32, 32)
    with torch.no_grad():
        best = net(x).argmax(1).tolist()
    assert run(net, x, "relu6", [None] * 5).classes == best
    assert run(net, x, "relu6", [None, 0, 1, 2, None]).classes == [best[0], 0, 1, 2, best[4]]


def test_a_layer_without_a_part_in_the_answer_is_refused() -> None:
    class Idle(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.idle, self.head = torch.nn.Identity(), torch.nn.Linear(3, 2)

        def forward(self, x: torch.Tensor) -> Any:
            self.idle(x)
            return self.head(x.mean(dim=(2, 3)).detach())

    net = Idle()
    with pytest.raises(InvalidInputError, match="no part"), frozen(net):
        run(net, torch.randn(1, 3, 32, 32), "idle", [None])
