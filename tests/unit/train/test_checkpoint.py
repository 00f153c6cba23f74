from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch

from sightline.core.errors import InvalidInputError, StorageError
from sightline.nets.build import build
from sightline.nets.weights import save_state
from sightline.train.checkpoint import Parts, last_path, load_last, restore, save_last
from sightline.train.optim import Ema, make_optimizer
from sightline.train.spec_model import OptimizerPart
from sightline.train.state import Place

if TYPE_CHECKING:
    from pathlib import Path


def parts(name: str = "adamw", *, seed: int = 0, classes: int = 3) -> Parts:
    torch.manual_seed(seed)
    net = build("small_cnn", classes)
    net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return Parts(
        net, make_optimizer(net, OptimizerPart.model_validate({"name": name})), Ema(net, 0.9)
    )


def step(one: Parts) -> None:
    x = torch.randn(4, 3, 16, 16, generator=torch.Generator().manual_seed(1))
    one.net.train()
    torch.manual_seed(0)
    one.net(x).square().sum().backward()
    one.optimizer.step()
    one.optimizer.zero_grad()
    assert one.ema
    one.ema.update(3)


@pytest.mark.parametrize("name", ["adamw", "sgd"])
def test_a_restored_state_takes_the_same_next_step(tmp_path: Path, name: str) -> None:
    one = parts(name)
    step(one)
    place = Place(epoch=2, step=9, best_value=0.25, epochs=[{"epoch": 1, "val_loss": 0.5}])
    save_last(tmp_path, one, place, about={"spec": {}})
    other = parts(name, seed=7)
    last = load_last(tmp_path)
    restore(other, last)
    assert last.place == place
    assert last.about == {"spec": {}}
    for again in (one, other):
        step(again)
    assert one.ema
    assert other.ema
    for mine, its in ((one.net, other.net), (one.ema.net, other.ema.net)):
        for (key, a), b in zip(mine.state_dict().items(), its.state_dict().values(), strict=True):
            assert torch.equal(a, b), key


def test_a_crash_while_saving_leaves_the_former_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_last(tmp_path, parts(), Place(step=1), about={})

    def crash(*_args: Any, **_options: Any) -> None:
        raise OSError(28, "No space left on device")

    for target in ("safetensors.torch.save_file", "os.fsync", "pathlib.Path.replace"):
        with monkeypatch.context() as patch:
            patch.setattr(target, crash)
            with pytest.raises(StorageError, match="No space left"):
                save_last(tmp_path, parts(), Place(step=2), about={})
        assert load_last(tmp_path).place.step == 1
        assert [one.name for one in last_path(tmp_path).parent.iterdir()] == ["last.safetensors"]


def test_a_file_that_is_no_checkpoint_says_so(tmp_path: Path) -> None:
    save_state(last_path(tmp_path), {"a": torch.ones(1)})
    with pytest.raises(InvalidInputError, match="is no checkpoint"):
        load_last(tmp_path)


def test_another_networks_checkpoint_says_so(tmp_path: Path) -> None:
    save_last(tmp_path, parts(classes=7), Place(), about={})
    with pytest.raises(InvalidInputError, match="does not fit this run"):
        restore(parts(classes=3), load_last(tmp_path))


def test_a_place_of_another_version_says_so() -> None:
    with pytest.raises(InvalidInputError, match="lacks 'step'"):
        Place.from_dict({"epoch": 1})


def test_weights_that_are_no_numbers_are_found() -> None:
    one = parts()
    assert one.finite()
    with torch.no_grad():
        one.net.get_parameter("head.bias")[0] = float("inf")
    assert not one.finite()
