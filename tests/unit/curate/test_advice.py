from __future__ import annotations

from typing import Any

import pytest

from sightline.curate.advice import PRESETS, Traits, advise


def traits(**more: Any) -> Traits:
    """A project that asks for nothing special."""
    usual: dict[str, Any] = {
        "images": 4_000, "labelled": 4_000, "classes": 5, "per_class": 800.0, "multi": False,
        "short_px": 300.0, "deep_share": 0.0, "brightness": 0.5, "saturation": 0.3,
        "overlap": 0.1, "gpu": True, "looked": True,
    }  # fmt: skip
    return Traits(**(usual | more))


@pytest.mark.parametrize(
    ("more", "preset", "word"),
    [
        ({}, "binary_multiclass_classification", "5 classes"),
        ({"multi": True}, "multilabel_boolean", "tags"),
        ({"multi": True, "soft": True}, "multilabel_probability", "probability"),
        ({"per_class": 20.0}, "small_dataset_fewshot", "20 labelled"),
        ({"short_px": 2000.0}, "highres_detail_preservation", "2000 pixels"),
        ({"classes": 40, "overlap": 0.6}, "finegrained_recognition", "60%"),
        ({"classes": 200, "per_class": 3.0}, "embedding_retrieval_balanced", "compare"),
        ({"deep_share": 0.9}, "medical_scientific_analysis", "8 bits"),
        ({"brightness": 0.9, "saturation": 0.01}, "document_classification", "pages"),
        ({"gpu": False}, "mobilenet_edge_deployment", "no graphics card"),
        ({"gpu": False, "labelled": 90_000}, "fast_mobile_inference", "no graphics card"),
        ({"labelled": 90_000}, "efficientnet_balanced_scaling", "graphics card"),
    ],
)
def test_a_preset_follows_from_the_data_and_says_why(
    more: dict[str, Any], preset: str, word: str
) -> None:
    found = advise(traits(**more))
    assert found["preset"] == preset
    assert word in found["reasons"][0]


def test_the_tier_is_that_of_the_labelled_pictures() -> None:
    found = advise(traits(images=90_000, labelled=2_400))
    assert found["tier"] == "small"
    assert "the tier small" in found["reasons"][-1]
    assert advise(traits(images=90_000, labelled=0, classes=0, per_class=None))["tier"] == "massive"


def test_what_else_fits_is_told_beside_it_once() -> None:
    found = advise(traits(per_class=20.0, short_px=2000.0, gpu=False))
    also = [one["preset"] for one in found["also"]]
    assert found["preset"] == "small_dataset_fewshot"
    assert also == ["highres_detail_preservation", "mobilenet_edge_deployment"]
    assert all(one["reason"] for one in found["also"])


def test_it_says_what_it_does_not_know() -> None:
    bare = Traits(images=0, labelled=0, classes=0, per_class=None, multi=False)
    found = advise(bare)
    assert found["preset"] == "binary_multiclass_classification"
    assert len(found["unknown"]) == 3
    assert advise(traits())["unknown"] == []
    assert "alike" in advise(traits(classes=30, overlap=None))["unknown"][0]


def test_every_preset_is_named_once() -> None:
    assert len(set(PRESETS)) == len(PRESETS)


def test_tags_are_advised_nothing_that_learns_one_class() -> None:
    found = advise(traits(multi=True, short_px=2000.0, deep_share=0.9, gpu=False))
    assert (found["preset"], found["also"]) == ("multilabel_boolean", [])
