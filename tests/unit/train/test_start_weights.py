"""What a network starts from: nothing may write over weights that were loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch

from sightline.core.errors import InvalidInputError
from sightline.nets.build import build, head_of
from sightline.nets.weight_files import save_state
from sightline.train.run import train
from sightline.train.start import start

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.samples import SampleSet

NETWORKS = ("small_cnn", "shufflenet_v2_x0_5", "timm:test_vit")


def saved(path: Path, network: str, px: int, classes: int = 7) -> dict[str, torch.Tensor]:
    torch.manual_seed(5)
    state = {
        key: torch.rand_like(value) + 0.1 if value.is_floating_point() else value
        for key, value in build(network, classes, px=px).state_dict().items()
    }
    save_state(path, state)
    return state


@pytest.mark.parametrize("network", NETWORKS)
def test_no_initialisation_runs_after_the_weights_are_loaded(
    tmp_path: Path, bars: SampleSet, quick: Any, network: str
) -> None:
    state = saved(tmp_path / "w.safetensors", network, 64)
    spec = quick(image_size=64, model={"name": network, "weights": str(tmp_path / "w.safetensors")})
    begun = start(spec, bars, tmp_path / "run", mode="new", parent=None)
    head = head_of(begun.parts.net)[0]
    for net in (begun.parts.net, begun.parts.answering):
        for key, value in net.state_dict().items():
            if not key.startswith(f"{head}."):
                assert torch.equal(value, state[key]), key
    assert any("a new head" in note for note in begun.notes)


@pytest.mark.parametrize("network", NETWORKS)
def test_the_head_has_as_many_outputs_as_there_are_classes(
    tmp_path: Path, bars: SampleSet, quick: Any, network: str
) -> None:
    saved(tmp_path / "w.safetensors", network, 64)
    spec = quick(image_size=64, model={"name": network, "weights": str(tmp_path / "w.safetensors")})
    begun = start(spec, bars, tmp_path / "run", mode="new", parent=None)
    assert head_of(begun.parts.net)[1].out_features == len(bars.classes) == 3


def test_weights_of_another_architecture_leave_no_run_behind(
    tmp_path: Path, bars: SampleSet, quick: Any
) -> None:
    saved(tmp_path / "w.safetensors", "shufflenet_v2_x0_5", 64)
    spec = quick(model={"weights": str(tmp_path / "w.safetensors")})
    with pytest.raises(InvalidInputError, match="missing: conv1") as caught:
        train(spec, bars, tmp_path / "run")
    assert "shufflenet_v2_x0_5" in caught.value.hint
    assert not (tmp_path / "run" / "checkpoints").exists()


def test_a_torch_file_is_trained_from(tmp_path: Path, bars: SampleSet, quick: Any) -> None:
    net = build("small_cnn", 1000)
    torch.save({"state_dict": net.state_dict(), "epoch": 90}, tmp_path / "w.pth")
    spec = quick(model={"weights": str(tmp_path / "w.pth")})
    begun = start(spec, bars, tmp_path / "run", mode="new", parent=None)
    assert torch.equal(
        begun.parts.net.state_dict()["conv3.weight"], net.state_dict()["conv3.weight"]
    )
