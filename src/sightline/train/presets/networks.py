"""Presets that show a family of networks at its best."""

from __future__ import annotations

from typing import Final

from sightline.train.presets.preset import Preset

HEAVY: Final = "Heavy: hours on a processor, minutes on a GPU. Weights that have learned help."
PLAIN: Final = {
    "flip": 0.5, "rotate": 5.0, "crop": 0.4, "brightness": 0.2, "contrast": 0.25, "colour": 0.25,
    "erase": 0.1,
}  # fmt: skip
STRONG: Final = {
    "flip": 0.5, "crop": 0.5, "brightness": 0.15, "contrast": 0.2, "colour": 0.2, "erase": 0.2,
    "policy": "randaugment", "operations": 2, "magnitude": 9, "mixup": 0.2, "cutmix": 0.5,
}  # fmt: skip
PRESETS: Final = (
    Preset(
        name="alexnet_classic_baseline",
        title="AlexNet: the baseline",
        purpose="A smoke test, and a number to beat: the network of 2012 with its own recipe.",
        group="network",
        networks=("alexnet",),
        lr=1e-2,
        augment={
            "flip": 0.5, "crop": 0.3, "translate": 0.1, "brightness": 0.2, "contrast": 0.2,
            "colour": 0.2,
        },
        values={
            "optimizer": {"name": "sgd", "weight_decay": 5e-4},
            "schedule": {"name": "cosine"},
            "ema": 0.0,
        },
    ),
    Preset(
        name="densenet_compact_accuracy",
        title="DenseNet: accurate for its size",
        purpose="Much accuracy from few parameters, for more memory.",
        group="network",
        networks=("densenet121", "densenet121", "densenet121", "densenet169"),
        lr=1e-3,
        augment=PLAIN,
        values={"schedule": {"name": "cosine"}},
        notes=(HEAVY,),
    ),
    Preset(
        name="efficientnet_balanced_scaling",
        title="EfficientNet: as large as the data",
        purpose="Network and picture grow together with the number of pictures.",
        group="network",
        networks=(
            "efficientnet_b0", "efficientnet_b0", "efficientnet_b1", "efficientnet_b2",
            "efficientnet_b3",
        ),
        pixels=0,
        batch=24,
        lr=1e-3,
        augment=STRONG | {"mixup": 0.0},
        values={"loss": {"label_smoothing": 0.1}, "ema": 0.999},
        notes=(HEAVY, "The side is the network's own: 224 to 300 pixels."),
    ),
    Preset(
        name="resnet_deep_learning",
        title="ResNet: the classic, deeper",
        purpose="Robust and well understood; from 18 layers for few pictures to 101 for many.",
        group="network",
        networks=("resnet18", "resnet34", "resnet50", "resnet101"),
        augment=STRONG,
        values={"loss": {"label_smoothing": 0.1}, "schedule": {"name": "cosine"}},
        notes=(HEAVY,),
    ),
    Preset(
        name="resnext_aggregated_networks",
        title="ResNeXt: many paths",
        purpose="Classes that overlap: parallel paths see more than one long one.",
        group="network",
        networks=("resnext50_32x4d", "resnext50_32x4d", "resnext50_32x4d", "resnext101_32x8d"),
        batch=16,
        lr=1e-3,
        augment=STRONG,
        values={"loss": {"label_smoothing": 0.1}, "schedule": {"name": "cosine"}},
        notes=(HEAVY,),
    ),
    Preset(
        name="vgg_feature_rich",
        title="VGG: plain and rich",
        purpose="Features that many methods build on (style, perception), and a strong baseline.",
        group="network",
        networks=("vgg11_bn", "vgg16_bn"),
        batch=16,
        lr=5e-4,
        augment=PLAIN,
        values={"optimizer": {"weight_decay": 0.02}, "schedule": {"name": "cosine"}},
        notes=(HEAVY,),
    ),
    Preset(
        name="wide_resnet_balanced_depth",
        title="Wide ResNet: width instead of depth",
        purpose="Rich features from moderate depth, where memory is plenty.",
        group="network",
        networks=(
            "wide_resnet50_2", "wide_resnet50_2", "wide_resnet50_2", "wide_resnet50_2",
            "wide_resnet101_2",
        ),
        batch=16,
        lr=1e-3,
        augment=STRONG | {"policy": "trivialaugment", "cutmix": 0.3},
        values={"loss": {"label_smoothing": 0.1}, "schedule": {"name": "cosine"}},
        notes=(HEAVY,),
    ),
)  # fmt: skip
