from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

from sightline.train.augment import Batch
from sightline.train.data import IGNORED
from sightline.train.microbatch import Splitter
from sightline.train.objective import (
    ArcFace,
    Asymmetric,
    ClassObjective,
    TagObjective,
    objective_of,
)
from sightline.train.spec_io import build_spec

NAN = math.nan
G = torch.Generator().manual_seed(4)
X = torch.randn(10, 4, generator=G)
CLASSES = torch.tensor([0, 1, 2, 0, IGNORED, 0, 0, 1, 2, 2])
TAGS = torch.tensor(
    [
        [1, 0, 0], [0, 1, 1], [0.7, 0, NAN], [0, 0, 0], [NAN, NAN, NAN],
        [1, 1, 1], [0, 0.3, 0], [0, 1, 0], [1, 0, 0.5], [0, 0, 1],
    ]
)  # fmt: skip
WEIGHT = torch.tensor([1.0, 5.0, 0.5])


class Cosines(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.layer = nn.Linear(4, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.linear(F.normalize(x), F.normalize(self.layer.weight))


class Plain(Cosines):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.layer(x)
        return logits


def batch(y: torch.Tensor, *, mix: bool = False) -> Batch:
    if not mix:
        return Batch(X, y, whole=False)
    return Batch(X, y, y.flip(0), torch.rand(10, generator=torch.Generator().manual_seed(1)), False)


@pytest.mark.parametrize(
    ("objective", "net", "y"),
    [
        (ClassObjective(WEIGHT, 0.1, gamma=2.0), Plain, CLASSES),
        (ArcFace(WEIGHT, 0.0, margin=0.4, scale=8.0), Cosines, CLASSES),
        (TagObjective(None), Plain, TAGS),
        (TagObjective(WEIGHT, 0.1, gamma=1.5), Plain, TAGS),
        (Asymmetric(WEIGHT, 0.0, present=1.0, absent=4.0, clip=0.05), Plain, TAGS),
    ],
    ids=["focal", "arcface", "bce", "tag focal", "asymmetric"],
)
@pytest.mark.parametrize("mix", [False, True])
def test_parts_have_the_gradient_of_the_whole_whatever_the_loss(
    objective: Any, net: type[Cosines], y: torch.Tensor, *, mix: bool
) -> None:
    found = []
    for size in (10, 3):
        made = net()
        one = batch(y, mix=mix and y.ndim == 1)
        outcome = Splitter(made, objective, size=size, seed=0).gradient(one, step=2)
        assert made.layer.weight.grad is not None
        found.append((made.layer.weight.grad.clone(), sum(part.item() for part, _, _ in outcome)))
    assert torch.allclose(found[0][0], found[1][0], atol=1e-6)
    assert found[0][0].isfinite().all()
    assert found[0][0].any()
    assert found[0][1] == pytest.approx(found[1][1], abs=1e-6)


def loss(objective: Any, logits: torch.Tensor, y: torch.Tensor) -> float:
    return float(objective.mean(logits, Batch(X[: len(y)], y, whole=False)))


def test_tags_are_learned_by_the_textbooks_binary_cross_entropy() -> None:
    known = TAGS[[0, 1, 3, 5, 6, 7, 8, 9]]
    logits = torch.randn(8, 3, generator=G)
    expected = F.binary_cross_entropy_with_logits(logits, known, pos_weight=WEIGHT)
    assert loss(TagObjective(WEIGHT), logits, known) == pytest.approx(expected.item())
    whole = Batch(X[:8], known, whole=True)
    assert float(TagObjective(WEIGHT).mean(logits, whole)) == pytest.approx(expected.item())


def test_what_is_not_known_of_a_picture_has_no_part() -> None:
    logits = torch.randn(10, 3, generator=G)
    known = TAGS >= 0
    expected = F.binary_cross_entropy_with_logits(logits[known], TAGS[known])
    assert loss(TagObjective(None), logits, TAGS) == pytest.approx(expected.item())
    assert float(TagObjective(None).hits(logits, TAGS[4:5])) == 0
    nothing = torch.full((10, 3), NAN)
    assert loss(TagObjective(None), logits, nothing) == 0


def test_the_focal_loss_forgives_what_is_sure() -> None:
    logits, y = torch.tensor([[6.0, 0.0], [0.5, 0.0]]), torch.tensor([0, 0])
    p = logits.softmax(1)[:, 0]
    expected = ((1 - p) ** 2 * -p.log()).mean()
    assert loss(ClassObjective(None, 0.0, gamma=2.0), logits, y) == pytest.approx(expected.item())
    q = logits.sigmoid()
    t = torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    bce = F.binary_cross_entropy_with_logits(logits, t, reduction="none")
    each = bce * (t - q).abs() ** 2
    found = loss(TagObjective(None, gamma=2.0), logits, t)
    assert found == pytest.approx(each.mean().item())


def test_the_asymmetric_loss_is_that_of_its_paper() -> None:
    logits = torch.tensor([[2.0, -4.0, 1.0]])
    y = torch.tensor([[1.0, 0.0, 0.0]])
    p = logits.sigmoid()
    gone = (p - 0.05).clamp(min=0)
    expected = -(1 - p[0, 0]) * p[0, 0].log() - (gone[0, 2] ** 4) * (1 - gone[0, 2]).log()
    objective = Asymmetric(None, 0.0, present=1.0, absent=4.0, clip=0.05)
    assert loss(objective, logits, y) == pytest.approx(expected.item() / 3, rel=1e-5)


def test_a_sure_answer_has_a_finite_slope() -> None:
    for objective in (
        TagObjective(None, gamma=0.5),
        Asymmetric(None, 0.0, present=0.5, absent=0.5, clip=0.05),
        ClassObjective(None, 0.0, gamma=0.5),
    ):
        logits = torch.tensor([[60.0, -60.0]], requires_grad=True)
        tags = isinstance(objective, TagObjective)
        y = torch.tensor([[1.0, 0.0]]) if tags else torch.tensor([0])
        objective.mean(logits, Batch(X[:1], y, whole=False)).backward()  # type: ignore[no-untyped-call]
        assert logits.grad is not None
        assert logits.grad.isfinite().all()


def test_a_margin_makes_a_pictures_own_angle_wider() -> None:
    cosines, y = torch.tensor([[0.8, 0.1], [-0.9999, 0.3]]), torch.tensor([0, 0])
    plain = F.cross_entropy(cosines * 10, y)
    assert loss(ArcFace(None, 0.0, margin=0.0, scale=10.0), cosines, y) == pytest.approx(plain)
    wide = cosines.clone()
    wide[0, 0] = math.cos(math.acos(0.8) + 0.5)
    wide[1, 0] = -0.9999 - math.sin(math.pi - 0.5) * 0.5  # beyond pi it goes on falling
    expected = F.cross_entropy(wide * 10, y)
    found = loss(ArcFace(None, 0.0, margin=0.5, scale=10.0), cosines, y)
    assert found == pytest.approx(expected.item(), rel=1e-4)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({}, ClassObjective),
        ({"loss": {"name": "focal"}}, ClassObjective),
        ({"task": "multi"}, TagObjective),
        ({"task": "multi", "loss": {"name": "asymmetric"}}, Asymmetric),
        ({"task": "embedding"}, ArcFace),
    ],
)
def test_a_spec_names_its_loss(values: dict[str, Any], kind: type) -> None:
    assert type(objective_of(build_spec(values), None)) is kind
