from __future__ import annotations

from pathlib import Path

import pytest

from sightline.core.errors import InvalidInputError
from sightline.core.samples import Sample, SampleSet
from sightline.nets.table import NETWORKS, spec_of
from sightline.train.suggest import plan_spec, suggest


def some(count: int) -> SampleSet:
    return SampleSet(
        tuple(Sample(i, Path(f"{i}"), 0, i % 2, "train", str(i)) for i in range(count)), ("a", "b")
    )


def test_tiny_pictures_get_the_tiny_network_and_few_pictures_many_views() -> None:
    few = suggest(some(110), [(64, 64)] * 110)
    assert (few.model.name, few.image_size, few.augment.views) == ("small_cnn", 32, 10)
    assert few.augment.flip == 0
    many = suggest(some(1650), [(100, 100)])
    assert (many.model.name, many.image_size, many.augment.views) == ("small_cnn", 48, 1)


def test_photographs_get_a_network_for_photographs() -> None:
    spec = suggest(some(1000), [(1600, 1200), (640, 480)])
    assert spec.model.name == "mobilenet_v3_small"
    assert spec.image_size == 224
    assert spec.augment.flip == 0.5
    assert suggest(some(10)).model.name == "mobilenet_v3_small"


@pytest.mark.parametrize("count", [1, 300])
@pytest.mark.parametrize("side", [8, 64, 100, 300])
def test_every_suggestion_is_a_valid_spec(count: int, side: int) -> None:
    for name in [*NETWORKS, "timm:test_vit"]:
        spec = suggest(some(count), [(side, side)], network=name)
        assert spec.model.name == name
        assert not spec_of(name).fault(spec.image_size)


def test_pretrained_weights_need_fewer_epochs_and_a_lower_rate_before_the_head() -> None:
    fresh = suggest(some(500), [(500, 500)])
    tuned = suggest(some(500), [(500, 500)], pretrained=True)
    assert tuned.epochs < fresh.epochs
    assert tuned.optimizer.lr * tuned.optimizer.backbone_lr < fresh.optimizer.lr
    assert (tuned.optimizer.backbone_lr, fresh.optimizer.backbone_lr) == (0.3, 1.0)


def test_networks_without_batch_norm_learn_more_gently() -> None:
    for pretrained in (True, False):
        rates = [
            suggest(some(500), network=name, pretrained=pretrained).optimizer
            for name in ("vit_b_16", "resnet18")
        ]
        gentle, plain = (one.lr * one.backbone_lr for one in rates)
        assert gentle < plain


def test_a_plan_keeps_what_somebody_set_and_suits_the_rest_to_it() -> None:
    values = {"epochs": 8, "model": {"name": "resnet18"}, "augment": {"flip": 0.1}}
    spec = plan_spec(values, some(100), [(64, 64)])
    assert (spec.epochs, spec.model.name, spec.augment.flip) == (8, "resnet18", 0.1)
    assert spec.image_size == 64
    assert spec.augment.views == 8
    assert plan_spec({"image_size": 128}, some(100), [(64, 64)]).image_size == 128


@pytest.mark.parametrize(
    "values", [{"model": 5}, {"model": {"name": 3}}, {"model": {"name": "no"}}, {"modle": {}}]
)
def test_a_plan_refuses_what_is_not_valid(values: dict[str, object]) -> None:
    with pytest.raises(InvalidInputError):
        plan_spec(values, some(10), [(64, 64)])
