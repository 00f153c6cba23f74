"""The U-Net that draws outlines: its layers, its training, its ONNX file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from sightline.engines.classical.outline import COARSE, MAPS
from sightline.engines.classical.patch import GRID

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from benchmarks.train_outline import Example

WIDTH = 24
EPOCHS = 8
BATCH = 32
RATE = 2e-3
OPSET = 17


def block(before: int, after: int) -> nn.Sequential:
    """Return two convolutions with batch normalisation."""
    layers: list[nn.Module] = []
    for channels in (before, after):
        layers += [
            nn.Conv2d(channels, after, 3, padding=1, bias=False),
            nn.BatchNorm2d(after),
            nn.ReLU(),
        ]
    return nn.Sequential(*layers)


class OutlineNet(nn.Module):
    """Logits from pixels and maps; it brings both to a common scale by itself."""

    mean: torch.Tensor
    scale: torch.Tensor

    def __init__(self, mean: torch.Tensor, scale: torch.Tensor) -> None:
        super().__init__()
        wide = [WIDTH, 2 * WIDTH, 3 * WIDTH, 4 * WIDTH]
        self.register_buffer("mean", mean.reshape(1, MAPS, 1, 1))
        self.register_buffer("scale", scale.reshape(1, MAPS, 1, 1))
        self.stem = nn.Sequential(
            nn.Conv2d(3, WIDTH, 5, stride=2, padding=2, bias=False),
            nn.BatchNorm2d(WIDTH),
            nn.ReLU(),
        )
        self.mapin = nn.Conv2d(MAPS, WIDTH, 3, padding=1)
        self.drop = nn.Dropout2d(0.15)
        self.e0, self.e1 = block(2 * WIDTH, wide[0]), block(wide[0], wide[1])
        self.e2, self.e3 = block(wide[1], wide[2]), block(wide[2], wide[3])
        self.d2 = block(wide[3] + wide[2], wide[2])
        self.d1 = block(wide[2] + wide[1], wide[1])
        self.d0 = block(wide[1] + wide[0], wide[0])
        self.out = nn.Conv2d(wide[0], 1, 1)

    def forward(self, pixels: torch.Tensor, maps: torch.Tensor) -> torch.Tensor:
        """Return (N, COARSE, COARSE) for pixels (N, 3, GRID, GRID), 0..255, and maps."""
        even = pixels - pixels.mean((2, 3), keepdim=True)
        colours = even / (even.square().mean((2, 3), keepdim=True).sqrt() + 8)
        read = self.mapin((maps - self.mean) / self.scale)
        first = self.e0(torch.cat([read, self.drop(self.stem(colours))], 1))
        second = self.e1(functional.max_pool2d(first, 2))
        third = self.e2(functional.max_pool2d(second, 2))
        last = self.drop(self.e3(functional.max_pool2d(third, 2)))
        third = self.d2(torch.cat([_doubled(last), third], 1))
        second = self.d1(torch.cat([_doubled(third), second], 1))
        first = self.d0(torch.cat([_doubled(second), first], 1))
        logits: torch.Tensor = self.out(first)
        return logits[:, 0]


def _doubled(values: torch.Tensor) -> torch.Tensor:
    return functional.interpolate(values, scale_factor=2.0, mode="bilinear", align_corners=False)


def fitted(told: Sequence[Example], watch: Sequence[Example], seed: int = 0) -> OutlineNet:
    """Return the network after all epochs of the best soft IoU and cross entropy together.

    How well it does on `watch`, which it does not learn from, is printed after each.
    """
    torch.manual_seed(seed)
    read = torch.tensor(np.stack([one.maps for one in told]))
    net = OutlineNet(read.mean((0, 2, 3)), read.std((0, 2, 3)) + 1e-2)
    seen = torch.tensor(np.stack([one.pixels for one in told])).permute(0, 3, 1, 2)
    truth = torch.tensor(np.stack([one.truth for one in told]))
    worth = torch.tensor([one.worth for one in told])
    optimiser = torch.optim.AdamW(net.parameters(), RATE, weight_decay=2e-2)
    steps = EPOCHS * -(-len(told) // BATCH)
    rates = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
    for epoch in range(EPOCHS):
        for batch in torch.split(torch.randperm(len(told)), BATCH):
            pixels, maps, hoped = varied(seen[batch], read[batch], truth[batch])
            each = loss(net(pixels, maps), hoped) * worth[batch]
            mean = each.sum() / worth[batch].sum()
            optimiser.zero_grad()
            torch.autograd.backward(mean)
            optimiser.step()
            rates.step()
        print(f"epoch {epoch + 1} of {EPOCHS}: IoU {judged(net, watch):.3f}", flush=True)
    return net.eval()


@torch.no_grad()
def judged(net: OutlineNet, watch: Sequence[Example]) -> float:
    """Return the mean IoU of what the network draws with the truth."""
    net.eval()
    found = []
    for one in watch:
        pixels = torch.tensor(one.pixels).permute(2, 0, 1)[None].float()
        drawn = net(pixels, torch.tensor(one.maps)[None])[0] > 0
        true = torch.tensor(one.truth) > 0.5
        found.append(float((drawn & true).sum() / (drawn | true).sum().clamp(min=1)))
    net.train()
    return float(np.mean(found))


def varied(
    pixels: torch.Tensor, maps: torch.Tensor, truth: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return a batch lit differently, its colours swapped now and then, half of them mirrored."""
    one = (len(pixels), 1, 1, 1)
    lit = (pixels.float() - 128) * torch.empty(one).uniform_(0.7, 1.3) + 128
    lit = lit + torch.empty(one).uniform_(-25, 25)
    lit = lit * torch.empty(len(pixels), 3, 1, 1).uniform_(0.88, 1.12)
    if torch.rand(1) < 0.3:
        lit = lit[:, torch.randperm(3)]
    if torch.rand(1) < 0.5:
        return lit.flip(-1), maps.flip(-1), truth.flip(-1)
    return lit, maps, truth


def loss(logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Return (N,): one less the soft IoU, and the cross entropy."""
    soft = torch.sigmoid(logits)
    both = (soft * truth).sum((1, 2))
    either = (soft + truth - soft * truth).sum((1, 2)).clamp(min=1)
    crossed = functional.binary_cross_entropy_with_logits(logits, truth, reduction="none")
    return 1 - both / either + crossed.mean((1, 2))


def write(net: OutlineNet, file: Path) -> None:
    """Write the network as ONNX, for any number of patches."""
    example: Any = (torch.zeros(2, 3, GRID, GRID), torch.zeros(2, MAPS, COARSE, COARSE))
    names = ["pixels", "maps"]
    torch.onnx.export(
        net.eval(),
        example,
        str(file),
        input_names=names,
        output_names=["logits"],
        dynamic_axes={name: {0: "n"} for name in (*names, "logits")},
        opset_version=OPSET,
        dynamo=False,
        external_data=False,
    )
