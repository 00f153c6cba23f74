"""What a folder of transformers or timm becomes, and what is refused with the next step."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from sightline.core.errors import InvalidInputError, MissingWeightsError, UnknownModelError
from sightline.core.preprocess import IMAGENET_MEAN
from sightline.store.model_folder import plan_folder
from sightline.store.model_plan import ImportOptions
from sightline.store.models import ModelStore
from sightline.store.transformer_plan import read_preprocess

if TYPE_CHECKING:
    from pathlib import Path

OPTIONS = ImportOptions(name="m", licence="MIT")
CROP = {"size": {"shortest_edge": 32}, "crop_size": {"height": 32, "width": 32}, "resample": 3}


def write(folder: Path, config: Any, *, weights: bool = True, **files: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    if config is not None:
        (folder / "config.json").write_text(json.dumps(config))
    if weights:
        (folder / "model.safetensors").write_bytes(b"weights")
    for name, data in files.items():
        (folder / f"{name}.json").write_text(json.dumps(data))
    return folder


def clip(folder: Path, **files: Any) -> Path:
    config = {"model_type": "clip", "vision_config": {"image_size": 32}}
    return write(folder, config, preprocessor_config=CROP, **files)


def test_a_folder_of_clip_is_taken_with_its_words_and_nothing_else(tmp_path: Path) -> None:
    folder = clip(tmp_path / "f", tokenizer={}, tokenizer_config={}, training_args={})
    (folder / "README.md").write_text("x")
    plan = plan_folder(folder, OPTIONS)
    assert plan.fields["text"] is True
    assert (plan.fields["format"], plan.fields["network"]) == ("transformers", "clip")
    assert plan.fields["preprocess"].interpolation == "bicubic"
    names = ["config.json", "preprocessor_config.json", "tokenizer.json", "tokenizer_config.json"]
    assert sorted(plan.extras) == names
    assert plan_folder(clip(tmp_path / "g"), OPTIONS).fields["text"] is False


def test_what_lies_in_the_store_is_hashed_file_by_file(tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "models")
    card = store.add_file(clip(tmp_path / "f", tokenizer={}), OPTIONS)
    assert store.get("m").files.keys() == {
        "config.json",
        "preprocessor_config.json",
        "tokenizer.json",
    }
    assert store.verify("m") == card
    assert store.record(card).exports == ()
    path = store.path_of(card).with_name("config.json")
    path.write_text("{}")
    with pytest.raises(InvalidInputError, match=r"config\.json has changed"):
        store.verify("m")
    path.unlink()
    assert store.list()[0].fault == "config.json is missing"


def test_the_key_follows_weights_network_config_and_preprocessing(tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "models")
    first = store.add_file(clip(tmp_path / "f"), OPTIONS)
    again = store.add_file(clip(tmp_path / "g"), replace(OPTIONS, name="other"))
    assert first.encoder_key == again.encoder_key
    asked = replace(OPTIONS, preprocess="half-32")
    config = {"model_type": "clip", "vision_config": {"image_size": 32}, "changed": 1}
    other = store.add_file(write(tmp_path / "h", config, preprocessor_config=CROP), OPTIONS)
    keys = {first.encoder_key, store.add_file(clip(tmp_path / "i"), asked).encoder_key}
    assert len(keys | {other.encoder_key}) == 3


@pytest.mark.parametrize(
    ("config", "files", "why", "hint"),
    [
        (None, {}, "no config.json", "holds config.json and"),
        ([1], {}, "no JSON object", "copy"),
        ({}, {}, "neither a model_type", "transformers or timm"),
        ({"model_type": "llama"}, {}, "'llama'", "clip, siglip"),
        ({"model_type": "dinov2"}, {}, "how pictures are prepared", "preprocessor_config.json"),
        ({"model_type": "dinov2"}, {"preprocessor_config": {}}, "not known", "--preprocess"),
        (
            {"model_type": "clip", "vision_config": {"image_size": 64}},
            {"preprocessor_config": CROP},
            "takes 64 px",
            "size 64",
        ),
        ({"architecture": "r", "pretrained_cfg": {"mean": 3}}, {}, "not valid", "lists"),
    ],
)
def test_folders_that_say_too_little_are_refused(
    tmp_path: Path, config: Any, files: dict[str, Any], why: str, hint: str
) -> None:
    folder = write(tmp_path / "f", config, **files)
    with pytest.raises(InvalidInputError, match=why) as caught:
        plan_folder(folder, OPTIONS)
    assert hint in caught.value.hint


def test_pickles_and_missing_weights_are_refused(tmp_path: Path) -> None:
    folder = write(tmp_path / "f", {"model_type": "dinov2"}, weights=False)
    with pytest.raises(MissingWeightsError):
        plan_folder(folder, OPTIONS)
    (folder / "pytorch_model.bin").write_bytes(b"pickle")
    with pytest.raises(InvalidInputError, match="never opened") as caught:
        plan_folder(folder, OPTIONS)
    assert "model.safetensors" in caught.value.hint
    with pytest.raises(UnknownModelError):
        plan_folder(tmp_path / "none", OPTIONS)


def test_a_folder_of_timm_is_taken_with_its_own_preprocessing(tmp_path: Path) -> None:
    rule = {"input_size": [3, 160, 160], "crop_pct": 0.95, "interpolation": "bicubic"}
    folder = write(tmp_path / "f", {"architecture": "test_resnet", "pretrained_cfg": rule})
    plan = plan_folder(folder, OPTIONS)
    assert (plan.fields["format"], plan.fields["network"]) == ("torch", "timm:test_resnet")
    made = plan.fields["preprocess"]
    assert (made.size, made.resize_px, made.interpolation) == (160, 168, "bicubic")
    asked = plan_folder(folder, replace(OPTIONS, preprocess="unit-64"))
    assert asked.fields["preprocess"].size == 64


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"size": 224, "crop_size": 224}, (224, "crop", 224)),
        ({"size": {"shortest_edge": 256}, "crop_size": {"height": 224}}, (224, "crop", 256)),
        ({"size": {"shortest_edge": 96}, "do_center_crop": False}, (96, "crop", 96)),
        ({"image_processor": {"size": {"height": 64, "width": 64}}}, (64, "stretch", None)),
    ],
)
def test_the_sides_of_a_preprocessor_config_are_read(
    data: dict[str, Any], expected: tuple[object, ...]
) -> None:
    rule = read_preprocess(data)
    assert (rule.size, rule.resize, rule.resize_px) == expected
    assert rule.mean == IMAGENET_MEAN


def test_steps_that_are_not_known_are_refused() -> None:
    sides = {"size": {"height": 8, "width": 8}}
    assert read_preprocess(sides | {"do_normalize": False}).std == (1.0, 1.0, 1.0)
    for odd in ({"resample": 0}, {"rescale_factor": 1.0}, {"size": {"height": 8, "width": 9}}):
        with pytest.raises(InvalidInputError):
            read_preprocess(sides | odd)
    assert read_preprocess({}, size=256).size == 256
