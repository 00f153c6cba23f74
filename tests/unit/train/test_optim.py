from __future__ import annotations

import pytest
import torch

from sightline.nets.build import build
from sightline.train.optim import Ema, begin_epoch, learning_rate, make_optimizer, set_rate
from sightline.train.spec_model import ModelPart, OptimizerPart, SchedulePart


@pytest.mark.parametrize("name", ["cosine", "one_cycle", "constant"])
def test_the_rate_rises_to_its_highest_and_falls_to_its_last(name: str) -> None:
    part = SchedulePart.model_validate({"name": name, "warmup_share": 0.2, "final_share": 0.1})
    rates = [learning_rate(part, 2.0, step, 100) for step in range(100)]
    assert max(rates) == pytest.approx(2.0)
    assert rates[19] == pytest.approx(2.0)
    assert rates[:20] == sorted(rates[:20])
    assert rates[0] < 0.2
    assert rates[-1] == pytest.approx(2.0 if name == "constant" else 0.2)


@pytest.mark.parametrize("name", ["cosine", "one_cycle", "constant"])
@pytest.mark.parametrize("total", [1, 2, 7])
def test_short_trainings_have_rates_too(name: str, total: int) -> None:
    part = SchedulePart.model_validate({"name": name, "warmup_share": 0.9})
    for step in range(total):
        assert 0 <= learning_rate(part, 1.0, step, total) <= 1


def test_biases_and_norms_do_not_decay() -> None:
    net = build("small_cnn", 3)
    decay, still = make_optimizer(net, OptimizerPart(weight_decay=0.1)).param_groups
    assert decay["weight_decay"] == 0.1
    assert still["weight_decay"] == 0
    assert all(one.ndim > 1 for one in decay["params"])
    assert len(decay["params"]) + len(still["params"]) == len(list(net.parameters()))
    sgd = make_optimizer(net, OptimizerPart(name="sgd", momentum=0.0))
    assert isinstance(sgd, torch.optim.SGD)


def test_the_mean_follows_the_weights_and_answers_with_them() -> None:
    net = build("small_cnn", 3)
    bias, ema = net.get_parameter("head.bias"), Ema(net, 0.5)
    before = bias.detach().clone()
    with torch.no_grad():
        bias.add_(1)
    ema.update(1000)
    assert torch.allclose(ema.net.state_dict()["head.bias"], before + 0.5)
    assert not ema.net.training
    assert not any(one.requires_grad for one in ema.net.parameters())
    early = Ema(net, 0.999)
    with torch.no_grad():
        bias.add_(1)
    early.update(0)  # decay 1/10 at the first step
    assert torch.allclose(early.net.state_dict()["head.bias"], bias.detach() - 0.1)


def test_the_head_may_learn_faster_than_what_is_before_it() -> None:
    net = build("small_cnn", 3)
    optimizer = make_optimizer(net, OptimizerPart(lr=0.1, backbone_lr=0.25))
    set_rate(optimizer, 0.08)
    rates = {one: group["lr"] for group in optimizer.param_groups for one in group["params"]}
    assert len(rates) == len(list(net.parameters()))
    for name, one in net.named_parameters():
        assert rates[one] == pytest.approx(0.08 if name.startswith("head.") else 0.02)


def test_in_the_first_epochs_only_the_head_learns() -> None:
    net, part = build("resnet18", 3), ModelPart(name="resnet18", freeze_epochs=2)
    before = {key: value.clone() for key, value in net.state_dict().items()}
    optimizer = make_optimizer(net, OptimizerPart())
    begin_epoch(net, part, 1)
    net(torch.rand(2, 3, 64, 64)).sum().backward()
    optimizer.step()
    changed = {k for k, v in net.state_dict().items() if not torch.equal(v, before[k])}
    assert changed == {"fc.weight", "fc.bias"}
    begin_epoch(net, part, 2)
    assert all(one.requires_grad for one in net.parameters())
    assert all(one.training for one in net.modules())


def test_batch_norms_keep_their_statistics_and_learn_all_the_same() -> None:
    net = build("small_cnn", 3)
    before = {key: value.clone() for key, value in net.state_dict().items()}
    optimizer = make_optimizer(net, OptimizerPart())
    begin_epoch(net, ModelPart(freeze_norm=True), 5)
    net(torch.rand(2, 3, 16, 16)).sum().backward()
    optimizer.step()
    after = net.state_dict()
    assert torch.equal(after["norm1.running_mean"], before["norm1.running_mean"])
    assert not torch.equal(after["norm1.bias"], before["norm1.bias"])
    assert net.get_submodule("dropout").training
