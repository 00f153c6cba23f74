"""Presets for small and fast networks."""

from __future__ import annotations

from typing import Final

from sightline.train.presets.preset import Preset

PRESETS: Final = (
    Preset(
        name="fast_mobile_inference",
        title="Fast answers",
        purpose="Answers in milliseconds on a phone or one core: a small network, small pictures.",
        group="compact",
        networks=("mobilenet_v3_small",),
        pixels=160,
        lr=3e-3,
        seen=1.2,
        augment={
            "flip": 0.5, "rotate": 10.0, "crop": 0.35, "brightness": 0.25, "contrast": 0.3,
            "colour": 0.3, "blur": 0.1, "erase": 0.1,
        },
    ),
    Preset(
        name="mobilenet_edge_deployment",
        title="On a device",
        purpose="Cameras and small boards: MobileNet, and pictures as cheap cameras take them.",
        group="compact",
        networks=("mobilenet_v3_small", "mobilenet_v2", "mobilenet_v3_large"),
        pixels=192,
        lr=3e-3,
        augment={
            "flip": 0.5, "rotate": 10.0, "crop": 0.3, "brightness": 0.35, "contrast": 0.35,
            "colour": 0.25, "blur": 0.25, "noise": 0.05, "jpeg": 0.25,
        },
        notes=("Exported to ONNX it holds its own preprocessing: pixels in, answers out.",),
    ),
    Preset(
        name="shufflenet_lightweight_speed",
        title="ShuffleNet: the least work",
        purpose="Live pictures on modest hardware: the least arithmetic for its accuracy.",
        group="compact",
        networks=("shufflenet_v2_x0_5", "shufflenet_v2_x1_0"),
        lr=3e-3,
        seen=1.3,
        augment={
            "flip": 0.5, "crop": 0.5, "brightness": 0.2, "contrast": 0.3, "colour": 0.3,
            "policy": "randaugment", "operations": 1, "magnitude": 7,
        },
        notes=("So small a network is never varied too much, and wants to see many pictures.",),
    ),
    Preset(
        name="squeezenet_ultra_compact",
        title="SqueezeNet: the smallest file",
        purpose="A model of 3 MB before compression, for the tightest places; less accurate.",
        group="compact",
        networks=("squeezenet1_1",),
        lr=6e-4,
        seen=1.3,
        augment={
            "flip": 0.5, "rotate": 5.0, "crop": 0.3, "brightness": 0.15, "contrast": 0.2,
            "colour": 0.2,
        },
        values={"schedule": {"name": "cosine", "warmup_share": 0.15}},
        notes=("It has no batch norm: a lower rate and a longer rise keep it stable.",),
    ),
)  # fmt: skip
