from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from sightline.core.errors import InvalidInputError
from sightline.curate.advice import PRESETS as ADVISED
from sightline.nets.table import NETWORKS, spec_of
from sightline.train.presets.fit import SCALE, Data, fit_preset, task_of
from sightline.train.presets.preset import GROUPS
from sightline.train.presets.table import PRESETS, preset_of
from sightline.train.spec import TrainSpec
from sightline.train.spec_augment import AugmentPart
from sightline.train.spec_io import build_spec

NAMES = (
    "alexnet_classic_baseline", "binary_multiclass_classification",
    "confidence_based_classification", "content_moderation_safety", "densenet_compact_accuracy",
    "document_classification", "efficientnet_balanced_scaling", "embedding_retrieval_balanced",
    "embedding_retrieval_high_fidelity", "fast_mobile_inference", "feature_extraction_embedding",
    "finegrained_recognition", "highres_detail_preservation", "image_quality_assessment",
    "medical_scientific_analysis", "mobilenet_edge_deployment", "multi_object_detection",
    "multi_object_multi_attribute", "multilabel_boolean", "multilabel_probability",
    "resnet_deep_learning", "resnext_aggregated_networks", "shufflenet_lightweight_speed",
    "small_dataset_fewshot", "squeezenet_ultra_compact", "style_aesthetic_classification",
    "vgg_feature_rich", "wide_resnet_balanced_depth",
)  # fmt: skip
SIZES = {
    "tiny": 300, "small": 2_000, "medium": 9_000, "large": 25_000, "huge": 45_000,
    "massive": 200_000,
}  # fmt: skip
OFF = AugmentPart(rotate=0.0, scale=0.0, translate=0.0, shear=0.0, brightness=0.0, contrast=0.0)


def fitted(name: str, pictures: int = 2_000, side: int = 480, **values: Any) -> TrainSpec:
    data = Data(pictures=pictures, train=pictures * 7 // 10, side=side)
    return fit_preset(name, data, values).spec


def varied(part: AugmentPart) -> set[str]:
    """Return what varies pictures; copies and strengths of what is off do not."""
    plain = OFF.model_dump()
    return {key for key, value in part.model_dump().items() if value != plain[key]} - {"views"}


def test_all_that_are_known_by_name_are_there_with_or_without_json() -> None:
    assert sorted(PRESETS) == sorted(NAMES)
    assert all(preset_of(f"{name}.json").name == name for name in NAMES)
    assert set(ADVISED) <= set(PRESETS)
    with pytest.raises(InvalidInputError, match="no preset named") as caught:
        preset_of("finegrained_recogniton")
    assert "finegrained_recognition" in caught.value.hint


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_is_a_whole_valid_spec_in_every_tier(name: str) -> None:
    for tier, pictures in SIZES.items():
        found = fit_preset(name, Data(pictures=pictures, train=pictures * 7 // 10))
        assert (found.preset, found.tier) == (name, tier)
        spec = found.spec
        assert spec.preset == name
        assert TrainSpec.model_validate(spec.model_dump()) == spec
        assert spec.model.name in NETWORKS
        assert not spec_of(spec.model.name).fault(spec.image_size)
        least, most = SCALE[tier].epochs
        assert least <= spec.epochs <= most


@pytest.mark.parametrize("name", NAMES)
def test_no_preset_comes_without_variation(name: str) -> None:
    for pictures in SIZES.values():
        found = varied(fitted(name, pictures).augment)
        assert len(found) >= 2, found


def test_presets_differ_in_more_than_their_network() -> None:
    kinds = {
        build_spec({"model": {"name": "small_cnn"}}, base=fitted(name)).model_copy(
            update={"preset": "", "model": None}
        ).model_dump_json()
        for name in NAMES
    }  # fmt: skip
    assert len(kinds) == len(NAMES)


@pytest.mark.parametrize("name", ["resnet_deep_learning", "multilabel_boolean"])
def test_a_larger_data_set_gets_larger_batches_and_gentler_variation(name: str) -> None:
    found = [fitted(name, pictures) for pictures in SIZES.values()]
    batches = [one.batch_size for one in found]
    crops = [one.augment.crop for one in found]
    decays = [one.optimizer.weight_decay for one in found]
    views = [one.augment.views for one in found]
    assert batches == sorted(batches)
    assert batches[-1] > batches[0]
    assert crops == sorted(crops, reverse=True)
    assert crops[-1] < crops[0]
    assert decays == sorted(decays, reverse=True)
    assert views[0] > views[-1] == 1
    assert found[0].model.dropout > found[-1].model.dropout


def test_a_network_grows_with_the_data_where_the_preset_is_about_that() -> None:
    names = [fitted("efficientnet_balanced_scaling", n).model.name for n in SIZES.values()]
    assert names == [
        "efficientnet_b0", "efficientnet_b0", "efficientnet_b1", "efficientnet_b2",
        "efficientnet_b3", "efficientnet_b3",
    ]  # fmt: skip


def test_pictures_are_never_enlarged_beyond_what_the_network_needs() -> None:
    assert fitted("highres_detail_preservation", side=2000).image_size == 512
    assert fitted("highres_detail_preservation", side=300).image_size == 288
    small = fit_preset("resnet_deep_learning", Data(pictures=900, train=600, side=28))
    assert small.spec.image_size == spec_of("resnet34").min_input_px
    assert any("enlarged" in note and "small_cnn" in note for note in small.notes)
    assert small.spec.batch_size > fitted("resnet_deep_learning", 900).batch_size


def test_weights_that_have_learned_need_less_at_a_lower_rate() -> None:
    plain = fitted("resnet_deep_learning")
    tuned = fitted("resnet_deep_learning", model={"weights": "some.safetensors"})
    assert tuned.epochs < plain.epochs
    assert tuned.optimizer.lr * tuned.optimizer.backbone_lr < plain.optimizer.lr
    assert tuned.optimizer.backbone_lr < plain.optimizer.backbone_lr == 1
    assert tuned.model.weights == "some.safetensors"


def test_what_somebody_asks_for_counts_more_than_the_preset() -> None:
    spec = fitted(
        "vgg_feature_rich", batch_size=3, epochs=2, model={"name": "resnet18"},
        augment={"flip": 0.0},
    )  # fmt: skip
    assert (spec.batch_size, spec.epochs, spec.model.name) == (3, 2, "resnet18")
    assert spec.augment.flip == 0
    assert spec.augment.crop > 0, "the preset's others stay"
    assert spec.model.dropout < 0.1, "fitted to the network that was asked for"
    assert fitted("resnet_deep_learning", model={"name": "vit_b_16"}).optimizer.lr < 1e-3


def test_a_project_of_tags_is_given_tags_by_every_preset_but_those_that_cannot() -> None:
    data = Data(pictures=2_000, train=1_500, task="multi")
    for name, preset in PRESETS.items():
        if preset.task == "embedding":
            with pytest.raises(InvalidInputError, match="these have tags") as caught:
                task_of(name, "multi")
            assert "multilabel_boolean" in caught.value.hint
            continue
        found = fit_preset(name, data)
        assert found.spec.task == "multi"
        assert found.spec.loss.label_smoothing == 0
        told = any("gives tags, so tags are learned" in note for note in found.notes)
        assert told == (preset.task == "single")


def test_another_task_than_the_presets_takes_what_suits_it() -> None:
    spec = fitted("multi_object_detection", task="single")
    assert (spec.task, spec.loss.name, spec.early_stopping.monitor) == (
        "single",
        "auto",
        "val_loss",
    )
    near = fitted("resnet_deep_learning", task="embedding")
    assert (near.augment.mixup, near.augment.cutmix) == (0, 0)
    assert near.early_stopping.monitor == "val_recall_at_1"


def test_presets_of_objects_learn_presence_and_say_so() -> None:
    for name in ("multi_object_detection", "multi_object_multi_attribute"):
        found = fit_preset(name, Data(pictures=2_000, train=1_500))
        assert found.spec.task == "multi"
        assert any("not where" in note for note in found.notes)
        assert any("one class to each picture" in note for note in found.notes)


def test_presets_of_embeddings_have_a_metric_loss_and_recall() -> None:
    for name in NAMES:
        if PRESETS[name].task == "embedding":
            spec = fitted(name)
            assert spec.loss.name == "arcface"
            assert spec.early_stopping.monitor == "val_recall_at_1"


def test_probabilities_are_not_bent() -> None:
    spec = fitted("multilabel_probability")
    assert (spec.task, spec.loss.name) == ("multi", "bce")
    assert (spec.loss.label_smoothing, spec.loss.class_weights) == (0, "none")
    assert spec.sampling == "shuffle"


def test_what_is_written_in_a_picture_is_not_mirrored_nor_quality_changed() -> None:
    assert not {"flip", "flip_vertical"} & varied(fitted("document_classification").augment)
    assert varied(fitted("image_quality_assessment").augment) == {"flip", "translate"}
    style = fitted("style_aesthetic_classification").augment
    assert not {"hue", "colour", "grey", "policy"} & varied(style)


def test_every_preset_says_for_whom_it_is() -> None:
    for preset in PRESETS.values():
        assert preset.title
        assert preset.purpose.endswith(".")
        assert preset.group in GROUPS
        assert not re.search(r"\b[A-Z]{2,} [A-Z]{2,}\b", preset.purpose)


def test_the_guide_lists_every_preset_with_its_networks() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "guide" / "presets.md").read_text("utf-8")
    for preset in PRESETS.values():
        row = next(one for one in guide.splitlines() if one.startswith(f"| `{preset.name}`"))
        assert preset.title in row
        assert all(f"`{name}`" in row for name in preset.networks)
