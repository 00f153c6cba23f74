from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from sightline.core.cards import ModelCard
from sightline.core.errors import InvalidInputError, MissingWeightsError
from sightline.core.files import write_json
from sightline.core.preprocess import Preprocess
from sightline.nets.build import build
from sightline.nets.weights import apply_state, load_model, load_state, save_state, weights_file

if TYPE_CHECKING:
    from pathlib import Path


def test_a_head_of_another_size_is_replaced_and_reported() -> None:
    net, other = build("small_cnn", 3), build("small_cnn", 7)
    own = net.state_dict()["head.weight"].clone()
    report = apply_state(net, other.state_dict())
    assert report.head_replaced
    assert torch.equal(net.state_dict()["head.weight"], own)
    assert torch.equal(net.state_dict()["conv1.weight"], other.state_dict()["conv1.weight"])


def test_a_head_of_the_same_size_is_kept_unless_asked_otherwise() -> None:
    net, other = build("small_cnn", 3), build("small_cnn", 3)
    assert apply_state(net, other.state_dict(), keep_head=False).head_replaced
    assert not torch.equal(net.state_dict()["head.weight"], other.state_dict()["head.weight"])
    assert not apply_state(net, other.state_dict()).head_replaced
    assert torch.equal(net.state_dict()["head.weight"], other.state_dict()["head.weight"])


def test_weights_without_a_head_fit_a_backbone() -> None:
    other = {k: v for k, v in build("small_cnn", 9).state_dict().items() if "head" not in k}
    assert apply_state(build("small_cnn", 3), other).head_replaced


def test_weights_that_do_not_fit_are_listed_and_change_nothing() -> None:
    net = build("small_cnn", 3)
    before = {key: value.clone() for key, value in net.state_dict().items()}
    state = build("small_cnn", 3).state_dict()
    del state["conv2.weight"]
    state["conv9.weight"] = torch.zeros(1)
    state["conv3.weight"] = torch.zeros(2, 2)
    with pytest.raises(InvalidInputError) as caught:
        apply_state(net, state)
    for part in ("1 missing: conv2.weight", "1 unexpected: conv9.weight", "conv3.weight (file 2x2"):
        assert part in str(caught.value)
    assert all(torch.equal(value, before[key]) for key, value in net.state_dict().items())


def test_another_networks_weights_say_so() -> None:
    with pytest.raises(InvalidInputError) as caught:
        apply_state(build("small_cnn", 3), build("resnet18", 3).state_dict())
    assert "model.name" in caught.value.hint


def test_missing_weights_say_where_they_were_looked_for(tmp_path: Path) -> None:
    with pytest.raises(MissingWeightsError, match="no weights at"):
        load_state(tmp_path / "none.safetensors")
    with pytest.raises(MissingWeightsError):
        weights_file(tmp_path)


def card(classes: tuple[str, ...]) -> ModelCard:
    return ModelCard(
        id="m", name="m", kind="classifier", format="torch", file="weights.safetensors",
        blake3="", created_at="2026-01-01T00:00:00Z", preprocess=Preprocess(size=32),
        network="small_cnn", classes=classes,
    )  # fmt: skip


def test_a_models_folder_gives_its_network_and_card(tmp_path: Path) -> None:
    net = build("small_cnn", 2)
    save_state(tmp_path / "weights.safetensors", net.state_dict())
    write_json(tmp_path / "model.json", card(("a", "b")).to_dict())
    loaded, found = load_model(tmp_path)
    assert found.classes == ("a", "b")
    assert not loaded.training
    assert torch.equal(loaded.state_dict()["head.weight"], net.state_dict()["head.weight"])
    assert weights_file(tmp_path) == tmp_path / "weights.safetensors"


def test_a_model_whose_classes_and_head_differ_is_refused(tmp_path: Path) -> None:
    save_state(tmp_path / "weights.safetensors", build("small_cnn", 7).state_dict())
    write_json(tmp_path / "model.json", card(("a", "b", "c")).to_dict())
    with pytest.raises(InvalidInputError, match="3 classes"):
        load_model(tmp_path)


@pytest.mark.parametrize("name", ["mobilenet_v2", "mobilenet_v2_same"])
def test_published_mobilenet_weights_load_whole(shared_data: Path, name: str) -> None:
    state, _ = load_state(
        shared_data / "weights_mobilenet_v2" / "mobilenet_v2_imagenet.safetensors"
    )
    report = apply_state(build(name, 1000), state)
    assert report.fits
    assert not report.head_replaced
    assert report.loaded == len(state)
    report = apply_state(build(name, 3), state)
    assert report.head_replaced
    assert report.loaded == len(state) - 2


@pytest.mark.parametrize("prefix", ["module.", "model.", "_orig_mod.module."])
def test_names_that_a_wrapper_changed_fit(prefix: str) -> None:
    net, other = build("small_cnn", 3), build("small_cnn", 3)
    report = apply_state(net, {f"{prefix}{key}": one for key, one in other.state_dict().items()})
    assert report.fits
    assert torch.equal(net.state_dict()["conv1.weight"], other.state_dict()["conv1.weight"])


def test_another_networks_weights_tell_whose_they_are() -> None:
    with pytest.raises(InvalidInputError) as caught:
        apply_state(build("shufflenet_v2_x0_5", 3), build("squeezenet1_1", 1000).state_dict())
    assert "they look like squeezenet1_1" in caught.value.hint


def test_a_convolution_for_a_head_is_replaced() -> None:
    state = build("squeezenet1_1", 5).state_dict()
    state["classifier.1.weight"] = torch.zeros(5, 512, 1, 1)
    assert apply_state(build("squeezenet1_1", 5), state).head_replaced
