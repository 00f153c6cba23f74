"""One small network of each family, to try on each what must hold for all."""

from __future__ import annotations

LIGHT = (
    "small_cnn",
    "resnet18",
    "mobilenet_v2_same",
    "mobilenet_v3_small",
    "mnasnet0_5",
    "shufflenet_v2_x0_5",
    "squeezenet1_1",
    "efficientnet_b0",
    "regnet_y_400mf",
    "timm:test_resnet",
    "timm:test_vit",
)
"""Those that are built in no time."""
