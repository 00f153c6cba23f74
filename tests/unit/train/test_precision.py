from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import nn

from sightline.core.errors import CancelledError
from sightline.nets.build import build
from sightline.train import precision
from sightline.train.checkpoint import load_last
from sightline.train.precision import BFLOAT16, FLOAT32, Compiled, decide
from sightline.train.run import train
from sightline.train.spec_running import PrecisionPart

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.samples import SampleSet

CPU = torch.device("cpu")
AUTO = PrecisionPart()


@pytest.fixture
def has_bfloat16(monkeypatch: pytest.MonkeyPatch) -> None:
    """A processor that multiplies bfloat16."""
    monkeypatch.setattr(precision, "cpu_has_bfloat16", lambda: True)


class Slow(nn.Module):
    """A network that takes its time in one of the two."""

    def __init__(self, clock: list[float], cost: dict[torch.dtype, float]) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 2)
        self.clock, self.cost = clock, cost

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        answer: torch.Tensor = self.layer(x.mean((2, 3)))
        self.clock[0] += self.cost[answer.dtype]
        return answer

    def __deepcopy__(self, _memo: object) -> Slow:
        return Slow(self.clock, self.cost)


@pytest.mark.parametrize(("bf16", "expected"), [(0.5, BFLOAT16), (0.9, FLOAT32), (2.0, FLOAT32)])
@pytest.mark.usefixtures("has_bfloat16")
def test_a_cpu_takes_bfloat16_only_where_it_is_measured_to_be_faster(
    monkeypatch: pytest.MonkeyPatch, bf16: float, expected: str
) -> None:
    clock = [0.0]
    monkeypatch.setattr("time.perf_counter", lambda: clock[0])
    net = Slow(clock, {torch.float32: 1.0, torch.bfloat16: bf16})
    before = net.layer.weight.clone()
    found = decide(AUTO, net, CPU, px=64)
    assert found.name == expected
    assert f"takes {bf16:.2f} of float32's time" in found.note
    assert torch.equal(net.layer.weight, before)
    assert net.layer.weight.grad is None
    assert (found.autocast(CPU) is None) == (expected == FLOAT32)


@pytest.mark.usefixtures("has_bfloat16")
def test_what_is_asked_for_or_was_decided_is_not_measured() -> None:
    net = nn.Identity()  # it could not be measured
    assert decide(PrecisionPart(amp="on"), net, CPU, px=224).name == BFLOAT16
    assert decide(PrecisionPart(amp="off"), net, CPU, px=224, before=BFLOAT16).name == FLOAT32
    assert decide(AUTO, net, CPU, px=224, before=BFLOAT16).name == BFLOAT16
    assert decide(AUTO, net, CPU, px=224, before=FLOAT32).name == FLOAT32
    assert decide(AUTO, net, CPU, px=32).name == FLOAT32  # nothing to win


def test_the_real_processor_is_asked() -> None:
    found = decide(AUTO, build("small_cnn", 3), CPU, px=64)
    assert found.name in {FLOAT32, BFLOAT16}
    assert bool(found.note) == precision.cpu_has_bfloat16()


def test_bfloat16_learns_resumes_exactly_and_is_reported(
    tmp_path: Path, bars: SampleSet, quick: Any, recorder: Any, difference: Any
) -> None:
    spec = quick(epochs=2, precision={"amp": "on"})
    train(spec, bars, tmp_path / "whole")
    with pytest.raises(CancelledError):
        train(spec, bars, tmp_path / "part", progress=recorder(cancel_at=6))
    train(spec, bars, tmp_path / "part", mode="resume")
    assert difference(tmp_path / "whole", tmp_path / "part") == 0
    assert load_last(tmp_path / "part").place.precision == BFLOAT16
    assert json.loads((tmp_path / "part" / "report.json").read_text())["precision"] == BFLOAT16
    train(quick(epochs=2), bars, tmp_path / "other")
    assert difference(tmp_path / "whole", tmp_path / "other") > 0


def test_an_older_specs_amp_is_understood(tmp_path: Path, bars: SampleSet, quick: Any) -> None:
    assert quick(amp="off").precision.amp == "off"
    result = train(quick(epochs=1, amp="off"), bars, tmp_path)
    assert result.epochs == 1


def test_a_network_that_cannot_be_compiled_runs_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    from torch._dynamo.exc import BackendCompilerFailed

    def broken(_net: Any, **_options: Any) -> Any:
        def fail(_x: torch.Tensor) -> torch.Tensor:
            raise BackendCompilerFailed(fail, RuntimeError("no compiler"), None)

        return fail

    monkeypatch.setattr(torch, "compile", broken)
    net = nn.Linear(3, 2)
    one, x = Compiled(net), torch.ones(4, 3)
    assert torch.equal(one(x), net(x))
    assert "C++ compiler" in one.trouble
    assert torch.equal(one(x), net(x))


@pytest.mark.nightly
@pytest.mark.timeout(600)
@pytest.mark.filterwarnings("ignore")
@pytest.mark.skipif(shutil.which("g++") is None, reason="torch.compile needs a C++ compiler")
def test_a_compiled_training_learns_the_same_and_resumes_exactly(
    tmp_path: Path, bars: SampleSet, quick: Any, recorder: Any, difference: Any
) -> None:
    spec = quick(epochs=2, precision={"compile": True}, model={"dropout": 0.0})
    train(spec, bars, tmp_path / "whole")
    with pytest.raises(CancelledError):
        train(spec, bars, tmp_path / "part", progress=recorder(cancel_at=6))
    train(spec, bars, tmp_path / "part", mode="resume")
    assert difference(tmp_path / "whole", tmp_path / "part") == 0
    report = json.loads((tmp_path / "whole" / "report.json").read_text())
    assert report["compiled"]
    train(quick(epochs=2, model={"dropout": 0.0}), bars, tmp_path / "eager")
    assert difference(tmp_path / "whole", tmp_path / "eager") < 0.02
