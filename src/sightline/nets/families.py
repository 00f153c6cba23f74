"""What is known of each family and network, as data: `nets.table` makes specs of it.

The figures are those of a network with a head for 1000 classes: px (side it was designed for),
millions of parameters, billions of multiply-adds at that side, length of the embedding, megabytes
of its published weights. `tensors` and `elements` count what is not its classifier, which tells
networks apart by their weights alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Networks of one design."""

    title: str
    group: str
    """small, all-round, large or classic."""
    description: str
    dropout: float = 0.0
    min_px: int = 64
    prefixes: tuple[str, ...]
    """How the names of its networks begin."""


@dataclass(frozen=True, slots=True)
class Row:
    """One network of torchvision's."""

    name: str
    px: int
    parameters_m: float
    gmacs: float
    dim: int
    mb: float
    tensors: int
    elements: int


FAMILIES: Final[dict[str, Family]] = {
    "resnet": Family(
        title="ResNet",
        group="all-round",
        description="The classic; robust, also from scratch.",
        prefixes=("resnet",),
    ),
    "wide_resnet": Family(
        title="Wide ResNet",
        group="large",
        description="ResNet with twice the width inside: richer features, much memory.",
        prefixes=("wide_resnet",),
    ),
    "resnext": Family(
        title="ResNeXt",
        group="large",
        description="ResNet in many parallel paths; for classes that look alike.",
        prefixes=("resnext",),
    ),
    "mobilenet": Family(
        title="MobileNet",
        group="small",
        description="Made for phones: small and fast.",
        dropout=0.2,
        prefixes=("mobilenet",),
    ),
    "mnasnet": Family(
        title="MNASNet",
        group="small",
        description="Found by a search for fast phone networks.",
        dropout=0.2,
        prefixes=("mnasnet",),
    ),
    "shufflenet": Family(
        title="ShuffleNet V2",
        group="small",
        description="The least arithmetic for its accuracy; small tasks and live pictures.",
        prefixes=("shufflenet",),
    ),
    "squeezenet": Family(
        title="SqueezeNet",
        group="small",
        description="The smallest file; less accurate. Here its head is linear.",
        dropout=0.5,
        prefixes=("squeezenet",),
    ),
    "efficientnet": Family(
        title="EfficientNet",
        group="all-round",
        description="Much accuracy for its size with pretrained weights; b0 to b7 by size.",
        dropout=0.2,
        prefixes=("efficientnet_b",),
    ),
    "efficientnet_v2": Family(
        title="EfficientNet V2",
        group="large",
        description="Trains faster than EfficientNet at equal accuracy.",
        dropout=0.2,
        prefixes=("efficientnet_v2",),
    ),
    "densenet": Family(
        title="DenseNet",
        group="all-round",
        description="Every layer sees all before it: few parameters, much memory.",
        prefixes=("densenet",),
    ),
    "vgg": Family(
        title="VGG",
        group="classic",
        description="Plain and heavy; a baseline, and features that others build on.",
        dropout=0.5,
        prefixes=("vgg",),
    ),
    "alexnet": Family(
        title="AlexNet",
        group="classic",
        description="Where it began; a baseline and a smoke test.",
        dropout=0.5,
        prefixes=("alexnet",),
    ),
    "regnet": Family(
        title="RegNet",
        group="all-round",
        description="A ladder of sizes from .4 to 128 billion multiply-adds; y has attention.",
        prefixes=("regnet",),
    ),
    "convnext": Family(
        title="ConvNeXt",
        group="large",
        description="A modern CNN, as good as transformers; wants pretrained weights.",
        prefixes=("convnext",),
    ),
    "swin": Family(
        title="Swin",
        group="large",
        description="A transformer in shifted windows; wants pretrained weights and a GPU.",
        prefixes=("swin",),
    ),
    "vit": Family(
        title="ViT",
        group="large",
        description="The plain transformer; wants pretrained weights and a GPU.",
        prefixes=("vit_",),
    ),
    "maxvit": Family(
        title="MaxViT",
        group="large",
        description="Convolutions with attention in blocks and grids; wants pretrained weights.",
        prefixes=("maxvit",),
    ),
}

# name px parameters_m gmacs dim mb tensors elements
_TABLE: Final = """
alexnet 224 61.1 0.714 4096 233.1 10 2469696
convnext_base 224 88.6 15.4 1024 338.1 340 87564416
convnext_large 224 197.8 34.4 1536 754.5 340 196227264
convnext_small 224 50.2 8.68 768 191.7 340 49453152
convnext_tiny 224 28.6 4.46 768 109.1 178 27818592
densenet121 224 7.98 2.83 1024 30.8 604 7037504
densenet161 224 28.7 7.73 2208 110.4 804 26691936
densenet169 224 14.1 3.36 1664 54.7 844 12642880
densenet201 224 20.0 4.29 1920 77.4 1004 18321984
efficientnet_b0 224 5.29 0.386 1280 20.5 309 4049564
efficientnet_b1 240 7.79 0.687 1280 30.1 437 6575232
efficientnet_b2 288 9.11 1.09 1408 35.2 437 7768562
efficientnet_b3 300 12.2 1.83 1536 47.2 494 10783528
efficientnet_b4 380 19.3 4.39 1792 74.5 608 17673816
efficientnet_b5 456 30.4 10.3 2048 116.9 736 28513520
efficientnet_b6 528 43.0 19.1 2304 165.4 850 40960136
efficientnet_b7 600 66.3 37.7 2560 254.7 1035 64097680
efficientnet_v2_l 480 118.5 56.1 1280 454.6 1329 117746848
efficientnet_v2_m 480 54.1 24.6 1280 208.0 961 53150388
efficientnet_v2_s 384 21.5 8.37 1280 82.7 670 20331360
maxvit_t 224 30.9 5.56 512 118.8 521 30191560
mnasnet0_5 224 2.22 0.104 1280 8.6 260 958136
mnasnet0_75 224 3.17 0.215 1280 12.3 260 1919016
mnasnet1_0 224 4.38 0.314 1280 16.9 260 3140232
mnasnet1_3 224 6.28 0.526 1280 24.2 260 5050072
mobilenet_v2 224 3.50 0.301 1280 13.6 260 2257984
mobilenet_v3_large 224 5.48 0.217 1280 21.1 262 2996352
mobilenet_v3_small 224 2.54 0.057 1024 9.8 206 939120
regnet_x_16gf 224 54.3 15.9 2048 207.6 355 52340704
regnet_x_1_6gf 224 9.19 1.6 912 35.3 295 8320640
regnet_x_32gf 224 107.8 31.7 2520 412.0 370 105452576
regnet_x_3_2gf 224 15.3 3.18 1008 58.8 400 14350112
regnet_x_400mf 224 5.50 0.414 400 21.3 355 5132832
regnet_x_800mf 224 7.26 0.8 672 27.9 265 6623968
regnet_x_8gf 224 39.6 8 1920 151.5 370 37742112
regnet_y_128gf 224 644.8 128 7392 2461.6 538 637834966
regnet_y_16gf 224 83.6 15.9 3024 319.5 367 80687956
regnet_y_1_6gf 224 11.2 1.61 888 43.2 538 10366102
regnet_y_32gf 224 145.0 32.3 3712 554.1 405 141492058
regnet_y_3_2gf 224 19.4 3.18 1512 74.6 424 17989498
regnet_y_400mf 224 4.34 0.402 440 16.8 329 3930296
regnet_y_800mf 224 6.43 0.834 784 24.8 291 5677944
regnet_y_8gf 224 39.4 8.47 2016 150.7 348 37451000
resnet101 224 44.5 7.8 2048 170.5 520 42605504
resnet152 224 60.2 11.5 2048 230.5 775 58295232
resnet18 224 11.7 1.81 512 44.7 100 11186112
resnet34 224 21.8 3.66 512 83.3 180 21301696
resnet50 224 25.6 4.09 2048 97.8 265 23561152
resnext101_32x8d 224 88.8 16.4 2048 339.7 520 86945216
resnext101_64x4d 224 83.5 15.5 2048 319.3 520 81609152
resnext50_32x4d 224 25.0 4.23 2048 95.8 265 23048128
shufflenet_v2_x0_5 224 1.37 0.04 1024 5.3 280 349744
shufflenet_v2_x1_0 224 2.28 0.145 1024 8.8 280 1269784
shufflenet_v2_x1_5 224 3.50 0.296 1024 13.6 280 2502064
shufflenet_v2_x2_0 224 7.39 0.583 2048 28.4 280 5378712
squeezenet1_0 224 1.25 0.819 512 4.8 50 735424
squeezenet1_1 224 1.24 0.349 512 4.7 50 722496
swin_b 224 87.8 15.4 1024 335.4 327 86743224
swin_s 224 49.6 8.74 768 189.8 327 48837258
swin_t 224 28.3 4.49 768 108.2 171 27519354
swin_v2_b 256 87.9 20.3 1024 336.4 399 86905848
swin_v2_s 256 49.7 11.5 768 190.7 399 48968442
swin_v2_t 256 28.4 5.94 768 108.6 207 27582570
vgg11 224 132.9 7.61 4096 506.8 16 9220480
vgg11_bn 224 132.9 7.61 4096 506.9 48 9231488
vgg13 224 133.0 11.3 4096 507.5 20 9404992
vgg13_bn 224 133.1 11.3 4096 507.6 60 9416768
vgg16 224 138.4 15.5 4096 527.8 26 14714688
vgg16_bn 224 138.4 15.5 4096 527.9 78 14731584
vgg19 224 143.7 19.6 4096 548.1 32 20024384
vgg19_bn 224 143.7 19.6 4096 548.1 96 20046400
vit_b_16 224 86.6 17.6 768 330.3 149 85647360
vit_b_32 224 88.2 4.41 768 336.6 149 87416832
vit_h_14 224 632.0 167 1280 2411.2 389 630435840
vit_l_16 224 304.3 61.6 1024 1161.0 293 303099904
vit_l_32 224 306.5 15.4 1024 1169.4 293 305459200
wide_resnet101_2 224 126.9 22.8 2048 484.7 520 124975552
wide_resnet50_2 224 68.9 11.4 2048 263.1 265 66902464
"""


def _row(line: str) -> Row:
    name, px, parameters, gmacs, dim, mb, tensors, elements = line.split()
    return Row(
        name,
        int(px),
        float(parameters),
        float(gmacs),
        int(dim),
        float(mb),
        int(tensors),
        int(elements),
    )


ROWS: Final = tuple(_row(line) for line in _TABLE.strip().splitlines())


def family_of(name: str) -> str:
    """Return the family of a network of the table, by how its name begins."""
    fitting = [
        (len(prefix), key)
        for key, family in FAMILIES.items()
        for prefix in family.prefixes
        if name.startswith(prefix)
    ]
    return max(fitting)[1] if fitting else "plain"
