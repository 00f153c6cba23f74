"""Whatever varies pictures, a resumed run equals an uninterrupted one, bit for bit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sightline.train.run import train

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.samples import SampleSet

MUCH: dict[str, Any] = {
    "flip": 0.5, "crop": 0.5, "perspective": 0.2, "hue": 0.1, "grey": 0.2, "blur": 0.3,
    "noise": 0.05, "jpeg": 0.3, "erase": 0.3, "mixup": 0.3, "cutmix": 1.0,
}  # fmt: skip


@pytest.mark.parametrize(
    "augment",
    [MUCH | {"policy": "augmix", "views": 2}, {"policy": "randaugment"}],
    ids=["all at once", "randaugment"],
)
def test_resuming_changes_nothing_in_any_mode_of_variation(
    tmp_path: Path, bars: SampleSet, quick: Any, recorder: Any, power_cut: Any, difference: Any,
    augment: dict[str, Any],
) -> None:  # fmt: skip
    varied = {"epochs": 2, "augment": augment}
    train(quick(**varied), bars, tmp_path / "whole")
    part = tmp_path / "part"
    saved = {"every_s": 0.0, "every_steps": 3}
    with pytest.raises(power_cut):
        train(quick(checkpoint=saved, **varied), bars, part, progress=recorder(cut_at=4))
    other = {"workers": 2, "memory_mb": 0}
    train(quick(loader=other, **varied), bars, part, mode="resume")
    assert difference(tmp_path / "whole", part) == 0
