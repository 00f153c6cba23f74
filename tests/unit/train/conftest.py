"""A tiny world to train in: bars that lie, stand or lean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from PIL import Image

from sightline.core.errors import CancelledError
from sightline.core.samples import Sample, SampleSet, Split
from sightline.train.spec_io import build_spec

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sightline.train.spec import TrainSpec

CLASSES = ("lies", "stands", "leans")
PX = 16
NEVER = 1 << 60


class PowerCutError(Exception):
    """The machine went off."""


class Recorder:
    """A progress that remembers, and that can stop the work before a step."""

    def __init__(self, *, cancel_at: int = NEVER, cut_at: int = NEVER) -> None:
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.lines: list[str] = []
        self.checks = 0
        self._cancel_at, self._cut_at = cancel_at, cut_at

    def advance(self, done: int, total: int | None, note: str = "") -> None:
        """Do nothing."""

    def tell(self, kind: str, **data: Any) -> None:
        """Remember."""
        self.told.append((kind, data))

    def log(self, text: str) -> None:
        """Remember."""
        self.lines.append(text)

    def check(self) -> None:
        """Stop at the chosen step."""
        self.checks += 1
        if self.checks - 1 == self._cancel_at:
            raise CancelledError("stopped")
        if self.checks - 1 == self._cut_at:
            raise PowerCutError


def picture(label: int, rng: np.random.Generator) -> Image.Image:
    """Return a noisy bar of a class."""
    image = rng.integers(0, 60, (PX, PX, 3), dtype=np.uint8)
    at = int(rng.integers(4, PX - 4))
    if label == 0:
        image[at - 1 : at + 1] = 230
    elif label == 1:
        image[:, at - 1 : at + 1] = 230
    else:
        rows = np.arange(PX)
        image[rows, (rows + at) % PX] = 230
    return Image.fromarray(image)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Equal sums need equal threads, and tests share the machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def bars(tmp_path_factory: pytest.TempPathFactory) -> SampleSet:
    """36 training, 12 validation and 12 test pictures of three classes."""
    folder = tmp_path_factory.mktemp("bars")
    rng = np.random.default_rng(0)
    samples = []
    for i in range(60):
        split: Split = "train" if i < 36 else "val" if i < 48 else "test"
        path = folder / f"{i}.png"
        picture(i % 3, rng).save(path)
        samples.append(Sample(100 + i, path, 0, i % 3, split, f"digest{i}"))
    return SampleSet(tuple(samples), CLASSES)


@pytest.fixture
def quick() -> Any:
    """Make a spec that trains in a second: `quick(epochs=2, optimizer={...})`."""

    def make(**values: Any) -> TrainSpec:
        plain = {
            "epochs": 3,
            "batch_size": 8,
            "image_size": PX,
            "loader": {"workers": 0},
            "checkpoint": {"every_s": 0.0},
            "augment": {"rotate": 5.0, "shear": 0.0},
            "ema": 0.9,
        }
        return build_spec(values, base=build_spec(plain))

    return make


@pytest.fixture
def recorder() -> type[Recorder]:
    """The progress that remembers."""
    return Recorder


@pytest.fixture
def power_cut() -> type[Exception]:
    """What a recorder's cut raises."""
    return PowerCutError


def weights(run_dir: Path, which: str = "last") -> dict[str, torch.Tensor]:
    """Return a run's saved tensors."""
    from sightline.nets.weights import load_state

    return load_state(run_dir / "checkpoints" / f"{which}.safetensors")[0]


@pytest.fixture
def difference() -> Any:
    """Return the greatest difference between the saved tensors of two runs."""

    def between(one: Path, other: Path) -> float:
        worst = 0.0
        for which in ("last", "best"):
            a, b = weights(one, which), weights(other, which)
            assert set(a) == set(b)
            worst = max([worst, *((a[k].double() - b[k].double()).abs().max().item() for k in a)])
        return worst

    return between
