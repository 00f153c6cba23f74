from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from sightline.core.errors import CancelledError
from sightline.nets.build import build
from sightline.train import batch_size
from sightline.train.batch_size import LEAST, MOST, find, fitting, largest
from sightline.train.checkpoint import load_last
from sightline.train.memory import Ceiling
from sightline.train.migrate import saved_spec
from sightline.train.run import train

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sightline.core.samples import SampleSet


def machine(limit: int, saturates: int) -> Callable[[int], float | None]:
    """Return steps of a machine that holds `limit` pictures and computes `saturates` at once."""
    return lambda size: None if size > limit else max(1.0, size / saturates)


@given(st.integers(1, 5000), st.integers(1, 5000), st.integers(3, 10))
def test_the_size_found_fits_and_no_smaller_one_is_clearly_slower(
    limit: int, saturates: int, log_most: int
) -> None:
    take = machine(limit, saturates)
    found = find(take, 2**log_most)
    assert 1 <= found.size <= 2**log_most
    assert found.size <= limit
    time = {size: (take(size) or 0) / size for size in (found.size, 2 * found.size)}
    if 2 * found.size <= min(limit, 2**log_most):
        assert time[2 * found.size] > batch_size.WORTH * time[found.size]
    assert f"batch_size {found.size} was found" in found.note


def test_a_size_that_fits_once_but_not_again_is_not_taken() -> None:
    asked: list[int] = []

    def take(size: int) -> float | None:
        asked.append(size)
        return None if size > 32 or (size == 32 and asked.count(32) > 2) else 1.0

    found = find(take, 64)
    assert found.size == 16
    assert asked.count(16) == 1 + batch_size.VERIFIED
    assert [one.fits for one in found.tried] == [True, True, True, False]
    assert "64: does not fit" in found.note


@given(st.integers(1, 10_000_000))
def test_a_batch_never_holds_a_large_part_of_the_pictures(pictures: int) -> None:
    size = largest(pictures)
    assert LEAST <= size <= MOST
    assert size == LEAST or size * batch_size.STEPS_OF_AN_EPOCH <= pictures


@pytest.mark.parametrize(("limit", "expected"), [(1100, 49), (150, 2), (105, 1), (10**6, 64)])
def test_what_fits_below_a_ceiling_is_told_by_what_steps_hold(
    monkeypatch: pytest.MonkeyPatch, limit: int, expected: int
) -> None:
    held = [100]

    def take(size: int) -> float | None:
        held[0] = max(held[0], 110 + 18 * size)
        return 1.0 if held[0] <= limit else None

    monkeypatch.setattr(batch_size, "resident", lambda: held[0])
    monkeypatch.setattr(batch_size, "release", lambda: None)
    found = fitting(take, Ceiling(limit), 64)
    assert found <= expected
    assert found >= expected // 2
    assert found == 1 or 110 + 18 * found <= limit


def test_auto_finds_a_size_writes_it_down_and_keeps_it_on_resume(
    tmp_path: Path, bars: SampleSet, quick: Any, recorder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_size, "STEPS_OF_AN_EPOCH", 1)
    spec = quick(epochs=2, batch_size="auto", augment={"mixup": 0.3, "views": 2})
    assert spec.batch_size == 0
    with pytest.raises(CancelledError):
        train(spec, bars, tmp_path, progress=recorder(cancel_at=3))
    found = saved_spec(load_last(tmp_path).about["spec"]).batch_size
    assert found in {8, 16, 32, 64}
    assert json.loads((tmp_path / "spec.json").read_text())["batch_size"] == found
    monkeypatch.setattr(
        "sightline.train.machine.find", lambda *_: pytest.fail("it was looked for again")
    )
    train(spec, bars, tmp_path, mode="resume")
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["batch_size"] == found
    assert report["steps"] == 2 * -(-72 // found)


def test_looking_for_a_size_changes_nothing_that_is_learned(
    tmp_path: Path, bars: SampleSet, quick: Any, difference: Any
) -> None:
    train(quick(batch_size=8), bars, tmp_path / "given")
    train(quick(batch_size=0), bars, tmp_path / "found")  # 36 pictures: 8 is the most
    assert difference(tmp_path / "given", tmp_path / "found") == 0


def test_the_steps_are_real_and_leave_the_network_alone(
    tmp_path: Path, bars: SampleSet, quick: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Activations, gradient and optimiser count: what fits without them fails later."""
    net, seen = build("small_cnn", 3), []
    before = {key: value.clone() for key, value in net.state_dict().items()}
    backward = torch.Tensor.backward

    def spy(loss: torch.Tensor, *args: Any, **options: Any) -> None:
        seen.append("backward")
        backward(loss, *args, **options)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(torch.Tensor, "backward", spy)
    monkeypatch.setattr("sightline.train.start.build", lambda *_a, **_k: net)
    monkeypatch.setattr("sightline.train.machine.find", _stop_after(seen))
    with pytest.raises(KeyboardInterrupt):
        train(quick(batch_size=0), bars, tmp_path)
    assert seen == ["backward", "backward"]
    after = net.state_dict()
    assert all(torch.equal(before[key], after[key]) for key in before)
    assert all(one.grad is None for one in net.parameters())


def _stop_after(seen: list[str]) -> Callable[[Any, int], Any]:
    def take_once(take: Any, _most: int) -> Any:
        assert not seen
        assert take(8) > 0
        raise KeyboardInterrupt

    return take_once
