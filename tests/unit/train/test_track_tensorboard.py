from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sightline.train.run import train

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.samples import SampleSet


def scalars(folder: Path) -> dict[str, list[tuple[int, float]]]:
    """Return what TensorBoard shows of a run: name to (step, value)."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    found = EventAccumulator(str(folder)).Reload()
    names = found.Tags()["scalars"]
    return {name: [(one.step, one.value) for one in found.Scalars(name)] for name in names}


def test_a_resumed_run_goes_on_in_its_tensorboard_files_without_doubling_points(
    tmp_path: Path, bars: SampleSet, quick: Any, recorder: Any, power_cut: Any, difference: Any
) -> None:
    track = {"tensorboard": True}
    train(quick(track=track), bars, tmp_path / "whole")
    part = tmp_path / "part"
    saved = {"every_s": 0.0, "every_steps": 4}
    with pytest.raises(power_cut):
        train(quick(track=track, checkpoint=saved), bars, part, progress=recorder(cut_at=7))
    train(quick(track=track), bars, part, mode="resume")
    assert difference(tmp_path / "whole", part) == 0
    shown, whole = scalars(part / "tensorboard"), scalars(tmp_path / "whole" / "tensorboard")
    assert [step for step, _ in shown["loss/batch"]] == list(range(1, 16))
    assert shown["loss/batch"] == whole["loss/batch"]
    assert shown["loss/val"] == whole["loss/val"]
    assert [step for step, _ in shown["accuracy/val"]] == [5, 10, 15]


def test_tracking_does_not_change_what_is_learned(
    tmp_path: Path, bars: SampleSet, quick: Any, difference: Any
) -> None:
    train(quick(epochs=1), bars, tmp_path / "plain")
    train(quick(epochs=1, track={"tensorboard": True}), bars, tmp_path / "tracked")
    assert difference(tmp_path / "plain", tmp_path / "tracked") == 0
