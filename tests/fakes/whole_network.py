"""A network from its first step to its ONNX file; also as a program, for one that is heavy.

`python -m fakes.whole_network NAME FOLDER` gives all its memory back when it is done.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

from fakes.explained import card_of
from sightline.core.errors import CancelledError
from sightline.core.progress import Silent
from sightline.core.samples import Sample, SampleSet, Split
from sightline.explain.explainer import Explainer
from sightline.explain.ways import Wish
from sightline.export.onnx import export_net
from sightline.nets.build import build, cam_layer
from sightline.nets.table import spec_of
from sightline.nets.weight_files import load_state
from sightline.nets.weights import apply_state
from sightline.predict.session import open_classifier
from sightline.train.run import train
from sightline.train.spec_io import build_spec

if TYPE_CHECKING:
    from torch import nn

    from sightline.core.arrays import U8

CLASSES = ("cat", "dog", "owl")


class StopAfter(Silent):
    """Stops the work before a step."""

    def __init__(self, step: int) -> None:
        self._left = step

    def check(self) -> None:
        if self._left == 0:
            raise CancelledError("stopped")
        self._left -= 1


def some() -> SampleSet:
    kinds: tuple[Split, ...] = ("train", "train", "train", "train", "val")
    rows = (Sample(i, Path(f"{i}"), 0, i % 3, split, f"{i}") for i, split in enumerate(kinds))
    return SampleSet(tuple(rows), CLASSES)


def px_of(name: str) -> int:
    spec = spec_of(name)
    return spec.fitting(max(64, spec.min_input_px))


def trained(name: str, folder: Path) -> nn.Module:
    """Train two steps, in one go and stopped between them; return the network, once both agree."""
    px = px_of(name)

    def picture(sample: Sample) -> U8:
        noise = np.random.default_rng(sample.image_id)
        return noise.integers(0, 256, (px, px, 3), dtype=np.uint8)

    spec = build_spec(
        {
            "epochs": 1, "batch_size": 2, "image_size": px, "model": {"name": name},
            "optimizer": {"lr": 1e-4}, "loader": {"workers": 0, "memory_mb": 0}, "ema": 0.5,
            "precision": {"amp": "off"}, "memory": {"ceiling": 1.0},
        }
    )  # fmt: skip
    whole, part = folder / "whole", folder / "part"
    train(spec, some(), whole, load=picture)
    with pytest.raises(CancelledError):
        train(spec, some(), part, load=picture, progress=StopAfter(1))
    train(spec, some(), part, load=picture, mode="resume")
    one, other = (load_state(run / "checkpoints" / "last.safetensors")[0] for run in (whole, part))
    assert one.keys() == other.keys()
    for key, value in one.items():
        assert torch.equal(value, other[key]), key
    net = build(name, 3, px=px)
    apply_state(net, load_state(whole / "checkpoints" / "best.safetensors")[0])
    return net.eval()


def explained_and_exported(name: str, net: nn.Module, folder: Path) -> None:
    card = card_of(name, px_of(name))
    side = px_of(name)
    pictures = np.random.default_rng(3).integers(0, 256, (1, side, side, 3))
    explainer = Explainer(net, card, auto=cam_layer(net))
    found = explainer.explain(pictures.astype(np.uint8), [0], Wish(method="gradcam"))
    assert found.maps.ndim == 3
    assert min(found.maps.shape[1:]) > 1
    assert np.isfinite(found.maps).all()
    report = export_net(net, card, folder / "m.onnx", serve=open_classifier)
    assert report.parity_max_abs < 1e-4


if __name__ == "__main__":
    torch.set_num_threads(1)
    place = Path(sys.argv[2])
    explained_and_exported(sys.argv[1], trained(sys.argv[1], place), place)
