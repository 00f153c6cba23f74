from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import nn

from sightline.train import memory
from sightline.train.augment import Batch
from sightline.train.memory import Ceiling, CeilingError, Guard, resident, room
from sightline.train.microbatch import Splitter, is_out_of_memory
from sightline.train.objective import ClassObjective

if TYPE_CHECKING:
    from pathlib import Path


class Gauge:
    """What the process holds, as a test wants it; each picture of a pass takes ten."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, base: int = 100) -> None:
        self.base, self.now = base, base
        monkeypatch.setattr(memory, "resident", lambda: self.now)


class Net(nn.Module):
    """Two layers; the second is reached when a pass has taken its memory."""

    def __init__(self, gauge: Gauge) -> None:
        super().__init__()
        self.gauge, self.one, self.two = gauge, nn.Linear(4, 4), nn.Linear(4, 3)
        self.sizes: list[int] = []

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.sizes.append(len(x))
        self.gauge.now = self.gauge.base
        hidden = self.one(x)
        self.gauge.now = self.gauge.base + 10 * len(x)
        answer: torch.Tensor = self.two(hidden)
        return answer


def batch() -> Batch:
    g = torch.Generator().manual_seed(1)
    return Batch(torch.randn(8, 4, generator=g), torch.arange(8) % 3)


def splitter(net: Net, limit: int) -> Splitter:
    guard = Guard(net, Ceiling(limit))
    return Splitter(net, ClassObjective(None, 0.0), size=8, seed=0, guard=guard)


def hooks(net: nn.Module) -> int:
    return sum(len(one._forward_pre_hooks) for one in net.modules())


def test_a_pass_is_split_before_it_goes_beyond_the_ceiling(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gauge = Gauge(monkeypatch)
    monkeypatch.setattr("sightline.train.microbatch.release", lambda: setattr(gauge, "now", 100))
    net = Net(gauge)
    one = splitter(net, limit=130)
    outcome = one.gradient(batch(), step=4)
    assert one.history == [{"step": 4, "from": 8, "to": 4}, {"step": 4, "from": 4, "to": 2}]
    assert len(outcome) == 4
    assert not one.trouble
    assert net.sizes[-4:] == [2, 2, 2, 2]
    found = net.one.weight.grad
    whole = Net(Gauge(monkeypatch))
    whole.load_state_dict(net.state_dict())
    Splitter(whole, ClassObjective(None, 0.0), size=8, seed=0).gradient(batch(), step=4)
    assert found is not None
    assert whole.one.weight.grad is not None
    assert torch.allclose(found, whole.one.weight.grad, atol=1e-6)


def test_watching_ends_after_a_few_steps_of_a_size(monkeypatch: pytest.MonkeyPatch) -> None:
    net = Net(Gauge(monkeypatch))
    one = splitter(net, limit=1000)
    assert hooks(net) == 2
    for step in range(memory.GUARDED):
        one.gradient(batch(), step)
    assert hooks(net) == 0


def test_a_ceiling_below_a_single_picture_is_told_and_not_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gauge = Gauge(monkeypatch)
    monkeypatch.setattr("sightline.train.microbatch.release", lambda: setattr(gauge, "now", 100))
    net = Net(gauge)
    one = splitter(net, limit=105)
    assert len(one.gradient(batch(), step=0)) == 8
    assert one.size == 1
    assert "a single picture takes the training beyond" in one.trouble
    assert hooks(net) == 0


def test_a_ceiling_below_what_is_held_anyway_splits_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gauge = Gauge(monkeypatch, base=500)
    one = splitter(Net(gauge), limit=200)
    assert len(one.gradient(batch(), step=0)) == 1
    assert one.history == []
    assert "without any picture" in one.trouble


def test_what_is_held_and_what_is_free_are_measured() -> None:
    before = resident()
    block = bytearray(64 << 20)
    block[::4096] = b"x" * len(block[::4096])
    assert resident() - before > 48 << 20
    assert 0 < room() < 1 << 50
    ceiling = Ceiling.of(0.5)
    assert before < ceiling.limit
    assert not ceiling.reached()
    assert Ceiling(before).reached()
    assert is_out_of_memory(CeilingError("x"))


def test_a_container_counts_not_its_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limit, use = tmp_path / "memory.max", tmp_path / "memory.current"
    monkeypatch.setattr(memory, "CGROUPS", ((str(limit), str(use)),))
    whole = room()
    limit.write_text("max\n")
    use.write_text("5\n")
    assert room() > whole // 2
    limit.write_text("1000\n")
    assert room() == 995
    use.write_text("2000\n")
    assert room() == 0


CHILD = """
import json, resource, sys
from pathlib import Path
import numpy as np
import torch
torch.set_num_threads(1)
from sightline.core.samples import Sample, SampleSet
from sightline.train import memory
from sightline.train.run import train
from sightline.train.spec_io import build_spec

images = np.random.default_rng(0).integers(0, 256, (96, 96, 96, 3), dtype=np.uint8)
rows = tuple(Sample(i, Path(), 0, i % 3, "train", str(i)) for i in range(96))
data = SampleSet(rows, ("a", "b", "c"))
spec = build_spec({"epochs": 1, "batch_size": 96, "image_size": 96, "ema": 0.0, "threads": 1,
                   "loader": {"workers": 0}, "augment": {"rotate": 0.0},
                   "precision": {"amp": "off"}})
torch.nn.functional.conv2d(torch.zeros(1, 3, 8, 8), torch.zeros(4, 3, 3, 3))  # what loads late
room, limits = int(sys.argv[2]) << 20, []
if sys.argv[1] == "limit":  # the system refuses
    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + room,) * 2)
else:  # the ceiling does

    def of(cls, share):
        limits.append(memory.resident() + room)
        return cls(limits[0])

    memory.Ceiling.of = classmethod(of)
result = train(spec, data, Path(sys.argv[3]), load=lambda one: images[one.image_id])
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
beyond = [(peak - limit) >> 20 for limit in limits]
print(json.dumps({"notes": result.notes, "beyond_mb": beyond}))
"""


def child(how: str, room_mb: int, run: Path) -> Any:
    done = subprocess.run(
        [sys.executable, "-c", CHILD, how, str(room_mb), str(run)],
        capture_output=True, text=True, check=False,
        # threads that wait for each other get arenas of 64 MB of address space each
        env=os.environ | {"MALLOC_ARENA_MAX": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.nightly  # how much address space 500 MB leave depends on what runs beside it
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="address space limits of Linux")
def test_a_training_in_too_little_real_memory_splits_and_ends_well(tmp_path: Path) -> None:
    found = child("limit", 500, tmp_path)
    history = json.loads((tmp_path / "report.json").read_text())["micro_batches"]
    assert history
    assert history[-1]["to"] < 96
    assert any("batch norm saw a part at a time" in note for note in found["notes"])


@pytest.mark.nightly
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="measured as Linux does")
def test_a_training_keeps_below_its_ceiling(tmp_path: Path) -> None:
    found = child("ceiling", 200, tmp_path)
    assert json.loads((tmp_path / "report.json").read_text())["micro_batches"]
    assert found["beyond_mb"][0] <= 30  # a layer is looked at before it is computed
