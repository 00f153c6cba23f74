"""One small network of each family, to try on each what must hold for all."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest
    from torch import nn

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
FAMILIES = {
    "plain": "small_cnn",
    "resnet": "resnet18",
    "wide_resnet": "wide_resnet50_2",
    "resnext": "resnext50_32x4d",
    "mobilenet": "mobilenet_v3_small",
    "mnasnet": "mnasnet0_5",
    "shufflenet": "shufflenet_v2_x0_5",
    "squeezenet": "squeezenet1_1",
    "efficientnet": "efficientnet_b0",
    "efficientnet_v2": "efficientnet_v2_s",
    "densenet": "densenet121",
    "vgg": "vgg11_bn",
    "alexnet": "alexnet",
    "regnet": "regnet_y_400mf",
    "convnext": "convnext_tiny",
    "swin": "swin_v2_t",
    "vit": "vit_b_32",
    "maxvit": "maxvit_t",
    "timm": "timm:test_vit",
}
"""A member of each family."""


def make_thin(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Let the maker of a heavy network give one of its own class with few channels and layers."""
    from sightline.nets import torchvision_nets, torchvision_shim

    torchvision_shim.install()
    import torchvision.models

    if name == "maxvit_t":
        few = {"stem_channels": 8, "block_channels": [8, 8, 8, 16], "block_layers": [1, 1, 1, 1]}
        monkeypatch.setattr(
            torchvision_nets, "_MAXVIT", torchvision_nets._MAXVIT | few | {"head_dim": 8}
        )
    make = _makers().get(name)
    if make is not None:

        def made(weights: None, **options: Any) -> nn.Module:
            assert weights is None
            thin: nn.Module = make(**options)
            return thin

        monkeypatch.setattr(torchvision.models, name, made)


def _makers() -> dict[str, Any]:
    """Return makers by the name of the network whose class they make."""
    from torchvision.models import AlexNet, convnext, densenet, efficientnet, regnet, resnet
    from torchvision.models import shufflenetv2 as shuffle
    from torchvision.models import swin_transformer as swin
    from torchvision.models import vision_transformer as vit

    def residual(num_classes: int, **width: int) -> nn.Module:
        block = resnet.Bottleneck if width else resnet.BasicBlock
        made: nn.Module = resnet.ResNet(block, [1, 1, 1, 1], num_classes=num_classes, **width)
        return made

    def dense(num_classes: int) -> nn.Module:
        made: nn.Module = densenet.DenseNet(8, (2, 2, 2, 2), 16, num_classes=num_classes)
        return made

    def convolutions(num_classes: int) -> nn.Module:
        settings = [convnext.CNBlockConfig(8, 16, 1), convnext.CNBlockConfig(16, None, 1)]
        made: nn.Module = convnext.ConvNeXt(settings, num_classes=num_classes)
        return made

    def windows(num_classes: int) -> nn.Module:
        made: nn.Module = swin.SwinTransformer(
            [4, 4], 8, [1, 1, 2, 1], [1, 1, 2, 2], [8, 8], num_classes=num_classes,
            block=swin.SwinTransformerBlockV2, downsample_layer=swin.PatchMergingV2,
        )  # fmt: skip
        return made

    def tokens(num_classes: int, image_size: int) -> nn.Module:
        made: nn.Module = vit.VisionTransformer(
            image_size, 32, 2, 2, 16, 32, num_classes=num_classes
        )
        return made

    def scaled(num_classes: int, dropout: float) -> nn.Module:
        settings = [
            efficientnet.FusedMBConvConfig(1, 3, 2, 8, 8, 1),
            efficientnet.MBConvConfig(4, 3, 2, 8, 16, 1),
        ]
        made: nn.Module = efficientnet.EfficientNet(
            settings, dropout, num_classes=num_classes, last_channel=32
        )
        return made

    def shuffled(num_classes: int) -> nn.Module:
        made: nn.Module = shuffle.ShuffleNetV2([1, 1, 1], [8, 16, 16, 16, 32], num_classes)
        return made

    def laddered(num_classes: int) -> nn.Module:
        blocks = regnet.BlockParams.from_init_params(4, 16, 8.0, 2.0, 8, 0.25)
        made: nn.Module = regnet.RegNet(blocks, num_classes=num_classes)
        return made

    return {
        "shufflenet_v2_x0_5": shuffled,
        "regnet_y_400mf": laddered,
        "resnet18": residual,
        "wide_resnet50_2": partial(residual, width_per_group=16),
        "resnext50_32x4d": partial(residual, groups=8, width_per_group=2),
        "densenet121": dense,
        "convnext_tiny": convolutions,
        "swin_v2_t": windows,
        "vit_b_32": tokens,
        "efficientnet_b0": scaled,
        "efficientnet_v2_s": scaled,
        "vgg11_bn": _small_classifier,
        "alexnet": partial(_few, AlexNet),
    }


def _small_classifier(num_classes: int, dropout: float) -> nn.Module:
    """VGG with the layers of its class and narrow linear ones."""
    from torchvision.models import vgg

    features = vgg.make_layers([8, "M", 16, "M", 16, "M", 32, "M", 512, "M"], batch_norm=True)
    return _few(vgg.VGG, num_classes, dropout, features=features, init_weights=False)


def _few(make: Any, num_classes: int, dropout: float, **options: Any) -> nn.Module:
    """Make a network without memory for its wide linear layers, then give it narrow ones."""
    import torch
    from torch import nn

    real: Any = options.pop("features", None)
    with torch.device("meta"):
        options |= {} if real is None else {"features": nn.Identity()}
        net: Any = make(num_classes=num_classes, dropout=dropout, **options)
    for name, one in list(net.classifier.named_children()):
        if isinstance(one, nn.Linear):
            wide = one.in_features if one.in_features > 4096 else 8
            narrow = num_classes if one.out_features == num_classes else 8
            setattr(net.classifier, name, nn.Linear(wide, narrow))
    net.features = real or _real(net.features)
    made: nn.Module = net
    return made


def _real(features: nn.Module) -> nn.Module:
    from torch import nn

    made: nn.Module = features.to_empty(device="cpu")
    for one in made.modules():
        if isinstance(one, nn.Conv2d):
            one.reset_parameters()
    return made
