from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from fakes.tiny_models import save_timm, save_transformer, save_weights
from sightline.app.training.start_weights import is_path, with_weights
from sightline.core.errors import InvalidInputError, MissingWeightsError, UnknownModelError
from sightline.nets.build import build
from sightline.nets.weight_files import save_state
from sightline.store.model_plan import ImportOptions

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app import Workbench


def chosen(bench: Workbench, weights: str, **model: Any) -> dict[str, Any]:
    spec = with_weights({"model": {"weights": weights, **model}}, bench.store.models)
    found: dict[str, Any] = spec["model"]
    return found


def add(bench: Workbench, path: Path, name: str, **options: Any) -> None:
    known = ImportOptions(name=name, **options)
    bench.store.models.add_file(path, known, check=lambda *_: {})


def test_no_weights_leave_the_spec_alone(bench: Workbench) -> None:
    for spec in ({}, {"model": 5}, {"model": {"weights": "random"}}, {"model": {"weights": 3}}):
        assert with_weights(spec, bench.store.models) is spec


def test_a_file_tells_its_network(bench: Workbench, tmp_path: Path) -> None:
    path = save_weights(tmp_path / "w.safetensors", "shufflenet_v2_x0_5")
    found = chosen(bench, str(path))
    assert found == {"name": "shufflenet_v2_x0_5", "weights": str(path)}
    assert chosen(bench, str(path), name="shufflenet_v2_x0_5")["name"] == "shufflenet_v2_x0_5"


def test_weights_of_another_network_are_refused_before_a_run_is_made(
    bench: Workbench, tmp_path: Path
) -> None:
    path = save_weights(tmp_path / "w.safetensors", "shufflenet_v2_x0_5")
    with pytest.raises(
        InvalidInputError, match="those of shufflenet_v2_x0_5, not of resnet18"
    ) as e:
        chosen(bench, str(path), name="resnet18")
    assert "set model.name to shufflenet_v2_x0_5" in e.value.hint


def test_an_added_encoder_gives_network_and_colours(bench: Workbench, tmp_path: Path) -> None:
    add(bench, save_timm(tmp_path / "t"), "tiny")
    found = chosen(bench, "tiny")
    assert (found["name"], found["colours"]) == ("timm:test_resnet", "half")
    assert chosen(bench, "tiny", colours="imagenet")["colours"] == "imagenet"
    with pytest.raises(InvalidInputError, match="not of timm:test_vit"):
        chosen(bench, "tiny", name="timm:test_vit")


def test_what_only_embeds_is_refused(bench: Workbench, tmp_path: Path) -> None:
    add(bench, save_transformer(tmp_path / "d", "dinov2"), "dino")
    with pytest.raises(InvalidInputError, match="model of transformers"):
        chosen(bench, "dino", name="resnet18")


def test_weights_that_could_be_pulled_say_so(bench: Workbench) -> None:
    with pytest.raises(MissingWeightsError) as caught:
        chosen(bench, "resnet34")
    assert "sightline models pull resnet34" in caught.value.hint
    with pytest.raises(UnknownModelError):
        chosen(bench, "nothing")


def test_unknown_files_are_left_to_the_training(bench: Workbench, tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    save_state(path, {"a": build("small_cnn", 2).state_dict()["conv1.weight"]})
    assert chosen(bench, str(path)) == {"weights": str(path)}
    (tmp_path / "w.pth").write_bytes(b"\x80\x04.")
    assert "name" not in chosen(bench, str(tmp_path / "w.pth"))


@pytest.mark.parametrize(
    ("ref", "path"),
    [("resnet18", False), ("a/b", True), ("w.safetensors", True), ("w.PTH", True), ("~x", True)],
)
def test_names_and_paths_are_told_apart(ref: str, path: bool) -> None:
    assert is_path(ref) is path
