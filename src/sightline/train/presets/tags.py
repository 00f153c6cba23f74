"""Presets where a picture has any number of tags."""

from __future__ import annotations

from typing import Final

from sightline.train.presets.preset import Preset

PRESENCE: Final = (
    "It learns which things are there, not where: one tag for each kind of thing, no boxes."
)
PRESETS: Final = (
    Preset(
        name="multilabel_boolean",
        title="Tags, there or not",
        purpose="Any number of tags for a picture, each of them true or false.",
        group="tags",
        task="multi",
        networks=("mobilenet_v3_small", "resnet18", "resnet34"),
        augment={
            "flip": 0.5, "rotate": 8.0, "crop": 0.25, "brightness": 0.2, "contrast": 0.25,
            "colour": 0.25, "erase": 0.1,
        },
        values={
            "loss": {"name": "bce", "class_weights": "effective"},
            "early_stopping": {"monitor": "val_map"},
        },
        notes=("Each tag gets its own threshold, chosen on val.",),
    ),
    Preset(
        name="multilabel_probability",
        title="Tags with probabilities",
        purpose="Tags that are more or less true: votes of several people, `tag:0.7` in a sidecar.",
        group="tags",
        task="multi",
        networks=("mobilenet_v3_small", "resnet18", "resnet34"),
        augment={
            "flip": 0.5, "rotate": 8.0, "crop": 0.2, "brightness": 0.15, "contrast": 0.2,
            "colour": 0.2, "erase": 0.05,
        },
        values={
            "loss": {"name": "bce"},
            "early_stopping": {"monitor": "val_loss"},
            "ema": 0.998,
        },
        notes=(
            "Targets are the probabilities themselves. Neither smoothing nor weights bend them, "
            "and the best epoch is the one whose probabilities fit.",
        ),
    ),
    Preset(
        name="multi_object_detection",
        title="Which objects are there",
        purpose="Several things in a picture: which kinds are to be seen.",
        group="tags",
        task="multi",
        networks=("resnet18", "resnet34", "resnet50"),
        pixels=320,
        batch=16,
        lr=1e-3,
        augment={
            "flip": 0.5, "rotate": 5.0, "scale": 0.15, "translate": 0.08, "brightness": 0.2,
            "contrast": 0.25, "colour": 0.25, "blur": 0.1, "noise": 0.02,
        },
        values={
            "loss": {"name": "asymmetric", "gamma_absent": 4.0, "clip_absent": 0.05},
            "early_stopping": {"monitor": "val_map"},
        },
        notes=(
            PRESENCE,
            "Most things are absent from most pictures: the asymmetric loss forgives what is "
            "surely absent. Nothing is cropped, so that no thing leaves its picture.",
        ),
    ),
    Preset(
        name="multi_object_multi_attribute",
        title="Objects and their attributes",
        purpose="Kinds of things and how they are (red, open, wet) as tags of one picture.",
        group="tags",
        task="multi",
        networks=("mobilenet_v3_large", "efficientnet_b0"),
        pixels=288,
        batch=16,
        lr=1e-3,
        augment={
            "flip": 0.5, "rotate": 5.0, "scale": 0.15, "translate": 0.08, "brightness": 0.15,
            "contrast": 0.15, "colour": 0.08, "noise": 0.02,
        },
        values={
            "loss": {
                "name": "asymmetric", "gamma_present": 1.0, "gamma_absent": 4.0,
                "class_weights": "effective",
            },
            "early_stopping": {"monitor": "val_map"},
        },
        notes=(
            PRESENCE,
            "Colours hardly change, since they may be attributes.",
        ),
    ),
)  # fmt: skip
