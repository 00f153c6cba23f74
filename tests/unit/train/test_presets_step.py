"""One real step with every preset."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from sightline.core.samples import Sample, SampleSet, Split
from sightline.nets.build import build
from sightline.nets.table import spec_of
from sightline.train.presets.fit import Data, fit_preset
from sightline.train.presets.table import PRESETS
from sightline.train.run import train

if TYPE_CHECKING:
    from pathlib import Path

    import torch

HEAVY = {
    "vgg_feature_rich", "wide_resnet_balanced_depth", "resnext_aggregated_networks",
    "alexnet_classic_baseline", "finegrained_recognition", "embedding_retrieval_high_fidelity",
}  # fmt: skip
BATCH = 3


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> SampleSet:
    """Six training and four val pictures of two classes."""
    folder, rng = tmp_path_factory.mktemp("few"), np.random.default_rng(0)
    rows = []
    for i in range(10):
        split: Split = "train" if i < 6 else "val"
        path = folder / f"{i}.png"
        Image.fromarray(rng.integers(0, 256, (40, 48, 3), dtype=np.uint8)).save(path)
        tags = ((i % 2, 1.0),) if i % 3 else ((0, 0.7), (1, 0.2))
        rows.append(Sample(i, path, 0, i % 2, split, f"{i}", tags))
    return SampleSet(tuple(rows), ("a", "b"))


@pytest.mark.parametrize(
    "name", [pytest.param(one, marks=[pytest.mark.nightly] * (one in HEAVY)) for one in PRESETS]
)
def test_a_step_is_trained_with_every_preset(
    tmp_path: Path, few: SampleSet, recorder: Any, power_cut: type[Exception],
    monkeypatch: pytest.MonkeyPatch, name: str,
) -> None:  # fmt: skip
    made: list[torch.nn.Module] = []
    sizes: list[int] = []

    def remembered(*args: Any, **options: Any) -> torch.nn.Module:
        net = build(*args, **options)
        net.register_forward_pre_hook(lambda _net, given: sizes.append(len(given[0])))
        made.append(net)
        return net

    monkeypatch.setattr("sightline.train.start.build", remembered)
    data = Data(pictures=300, train=200, side=40)
    network = fit_preset(name, data).spec.model.name
    side = max(32, spec_of(network).min_input_px)
    cheap = {
        "batch_size": BATCH, "image_size": side, "accumulate": 1, "ema": 0.0,
        "augment": {"views": 1}, "loader": {"workers": 0}, "precision": {"amp": "off"},
    }  # fmt: skip
    spec = fit_preset(name, data, cheap).spec
    samples = replace(few, task="multi" if spec.task == "multi" else "single")
    with pytest.raises(power_cut):
        train(spec, samples, tmp_path, progress=recorder(cut_at=1))
    assert sizes[-1] == BATCH, "the batch size asked for is the batch size used"
    gradients = [one.grad for one in made[0].parameters()]
    assert all(one is None for one in gradients), "the step was taken"
    assert all(bool(one.isfinite().all()) for one in made[0].parameters())
