"""Presets that bring like pictures near each other."""

from __future__ import annotations

from typing import Final

from sightline.train.presets.preset import Preset

ENCODER: Final = (
    "It makes an encoder, not a classifier: choose it where a project is embedded, for the map, "
    "similar pictures and heads."
)
RECALL: Final = (
    "Judged by recall@k: how often one of the k nearest val pictures is of the same class."
)
PRESETS: Final = (
    Preset(
        name="embedding_retrieval_balanced",
        title="Finding the same thing again",
        purpose="Search by picture: many classes, few pictures of each, new classes later.",
        group="embedding",
        task="embedding",
        networks=("mobilenet_v3_large", "resnet18", "resnet34"),
        lr=1e-3,
        augment={
            "flip": 0.5, "rotate": 10.0, "crop": 0.4, "brightness": 0.25, "contrast": 0.3,
            "colour": 0.3, "blur": 0.1, "erase": 0.15,
        },
        values={
            "loss": {"name": "arcface", "margin": 0.3, "cosine_scale": 24.0},
            "sampling": "balanced",
        },
        notes=(ENCODER, RECALL),
    ),
    Preset(
        name="embedding_retrieval_high_fidelity",
        title="Finding the very same thing",
        purpose="Search where near is not enough: the same object, person, part or place.",
        group="embedding",
        task="embedding",
        networks=("resnet34", "resnet50"),
        pixels=320,
        batch=16,
        lr=7e-4,
        seen=1.5,
        augment={
            "flip": 0.5, "rotate": 8.0, "crop": 0.3, "perspective": 0.08, "brightness": 0.2,
            "contrast": 0.25, "colour": 0.15, "blur": 0.15, "jpeg": 0.15, "erase": 0.1,
        },
        values={
            "loss": {"name": "arcface", "margin": 0.5, "cosine_scale": 32.0},
            "sampling": "balanced",
            "schedule": {"name": "cosine"},
        },
        notes=(ENCODER, RECALL, "A wide margin needs time: give it a GPU, or weights."),
    ),
    Preset(
        name="feature_extraction_embedding",
        title="Features for other tools",
        purpose="An encoder for one's own kind of pictures: heads, maps, clusters, other programs.",
        group="embedding",
        task="embedding",
        networks=("mobilenet_v3_small", "mobilenet_v3_large", "resnet50"),
        lr=1e-3,
        augment={
            "flip": 0.5, "crop": 0.5, "brightness": 0.2, "contrast": 0.25, "colour": 0.25,
            "grey": 0.1, "policy": "trivialaugment",
        },
        values={"loss": {"name": "arcface", "margin": 0.0, "cosine_scale": 20.0}},
        notes=(
            ENCODER,
            RECALL,
            "Without a margin (NormFace) features stay general; export gives vectors of length 1.",
        ),
    ),
)  # fmt: skip
