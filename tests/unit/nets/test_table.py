from __future__ import annotations

import subprocess
import sys

import pytest

from sightline.core.errors import InvalidInputError
from sightline.nets import table
from sightline.nets.families import FAMILIES, family_of
from sightline.nets.table import NETWORKS, fault_of, spec_of

HOOTSIGHT = """
resnet18 resnet34 resnet50 resnet101 resnet152 wide_resnet50_2 wide_resnet101_2 resnext50_32x4d
resnext101_32x8d resnext101_64x4d mobilenet_v2 mobilenet_v3_small mobilenet_v3_large
shufflenet_v2_x0_5 shufflenet_v2_x1_0 shufflenet_v2_x1_5 shufflenet_v2_x2_0 squeezenet1_0
squeezenet1_1 efficientnet_b0 efficientnet_b1 efficientnet_b2 efficientnet_b3 efficientnet_b4
efficientnet_b5 efficientnet_b6 efficientnet_b7 efficientnet_v2_s efficientnet_v2_m
efficientnet_v2_l densenet121 densenet161 densenet169 densenet201 vgg11 vgg11_bn vgg13 vgg13_bn
vgg16 vgg16_bn vgg19 vgg19_bn alexnet
"""


def test_every_backbone_of_hootsight_is_there_by_its_name() -> None:
    assert not set(HOOTSIGHT.split()) - set(NETWORKS)


def test_each_family_has_members_and_each_member_a_family() -> None:
    found = {spec.family for spec in NETWORKS.values()} - {"plain"}
    assert found == set(FAMILIES)
    assert family_of("efficientnet_v2_s") == "efficientnet_v2"
    assert family_of("wide_resnet50_2") == "wide_resnet"
    assert {spec_of("vit_b_16").group, spec_of("alexnet").group} == {"large", "classic"}


def test_featured_networks_come_first() -> None:
    featured = [spec.featured for spec in NETWORKS.values()]
    assert featured == sorted(featured, reverse=True)
    assert "mobilenet_v2_same" in list(NETWORKS)[: sum(featured)]


@pytest.mark.parametrize(
    ("name", "px", "fault"),
    [
        ("resnet18", 63, "needs 64 px"),
        ("resnet18", 65, ""),
        ("vit_b_16", 100, "multiples of 16: 96 or 112"),
        ("vit_h_14", 72, "multiples of 14: 70 or 84"),
        ("maxvit_t", 100, "multiples of 32: 96 or 128"),
        ("vit_b_32", 224, ""),
        ("nobody", 1, ""),
    ],
)
def test_a_side_that_does_not_suit_is_told_with_those_that_do(
    name: str, px: int, fault: str
) -> None:
    found = fault_of(name, px)
    assert fault in found
    assert bool(fault) == bool(found)


def test_timm_networks_are_found_with_and_without_prefix_and_tag() -> None:
    assert spec_of("vit_tiny_patch16_224").name == "timm:vit_tiny_patch16_224"
    assert spec_of("timm:resnet50").family == "timm"
    assert spec_of("resnet50").family == "resnet"
    tagged = spec_of("timm:vit_base_patch16_384.augreg_in21k")
    assert (tagged.input_px, tagged.name) == (384, "timm:vit_base_patch16_384.augreg_in21k")


@pytest.mark.parametrize(
    ("name", "hint"),
    [("x1_0", "shufflenet_v2_x1_0"), ("resnet81", "resnet18"), ("torchvision:alexnett", "alexnet")],
)
def test_an_unknown_name_tells_the_nearest(name: str, hint: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        spec_of(name)
    assert hint in caught.value.hint


def test_without_timm_only_the_table_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "timm_names", frozenset)
    with pytest.raises(InvalidInputError):
        spec_of("vit_tiny_patch16_224")


def test_the_table_and_timms_names_import_nothing_heavy() -> None:
    code = (
        "import sys; from sightline.nets.table import spec_of;"
        "spec_of('resnet50'); spec_of('timm:vit_tiny_patch16_224');"
        "sys.exit(bool({'torch', 'torchvision', 'timm'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
