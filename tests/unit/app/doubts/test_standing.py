from __future__ import annotations

from typing import TYPE_CHECKING

from sightline.app.doubts.standing import TOLD, standing
from sightline.core.files import write_json

if TYPE_CHECKING:
    from pathlib import Path


def tell(folder: Path, model: str, at: str, *, alarm: bool, name: str = "pets") -> None:
    (folder / TOLD).mkdir(parents=True, exist_ok=True)
    line = {"at": at, "model_name": name, "drift": {"alarm": alarm}}
    write_json(folder / TOLD / f"{model}.json", line)


def test_an_alarm_ends_with_the_model_that_takes_the_name_over(tmp_path: Path) -> None:
    assert standing(tmp_path / "none") == {"doubts": 0, "drifting": []}
    tell(tmp_path, "z-old", "2026-01-01T00:00:00Z", alarm=True)
    tell(tmp_path, "other", "2026-01-01T00:00:00Z", alarm=True, name="birds")
    assert standing(tmp_path)["drifting"] == ["birds", "pets"]
    tell(tmp_path, "a-new", "2026-01-02T00:00:00Z", alarm=False)
    assert standing(tmp_path)["drifting"] == ["birds"]
