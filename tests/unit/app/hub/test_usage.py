from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from fakes.served import colours
from sightline.app import open_workbench
from sightline.app.hub.usage import FILE, magnitude

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app import Workbench


@pytest.mark.parametrize(
    ("count", "told"), [(0, "0"), (1, "1-9"), (9, "1-9"), (10, "10-99"), (4_321, "1000-9999")]
)
def test_counts_are_told_by_their_magnitude(count: int, told: str) -> None:
    assert magnitude(count) == told


def test_a_report_holds_counts_and_nothing_that_names(bench: Workbench, tmp_path: Path) -> None:
    colours(bench, tmp_path, each=4)
    out = tmp_path / "report.json"
    told = bench.usage.report(out)
    assert json.loads(out.read_text()) == told
    assert (told["projects"], told["images_a_project"]) == ("1-9", ["10-99"])
    assert told["models"] == {"classifier onnx float32": "1-9"}
    text = out.read_text()
    assert not [word for word in ("colours", "red", "ann", str(tmp_path), "2026") if word in text]


def test_nothing_is_counted_unless_the_setting_says_so(bench: Workbench) -> None:
    bench.usage.count("train")
    assert not (bench.workspace / FILE).exists()
    with open_workbench(bench.workspace, usage_report=True) as counting:
        for verb in ("train", "train", "predict", ""):
            counting.usage.count(verb)
        assert counting.usage.report()["verbs"] == {"predict": "1-9", "train": "1-9"}
        assert counting.usage.forget() == {"forgotten": True}
        assert counting.usage.report()["verbs"] == {}


def test_a_damaged_file_counts_as_none(bench: Workbench) -> None:
    (bench.workspace / FILE).write_text("{")
    assert bench.usage.report()["verbs"] == {}
