from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fakes.pets import write_pets
from sightline.app import demo
from sightline.core.progress import Silent
from unit.app.conftest import rows
from unit.app.training.test_training import TINY

if TYPE_CHECKING:
    from sightline.app import Workbench


def test_the_loop_runs_from_pictures_to_a_checked_model(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(name: str, folder: Path) -> int:
        assert name == "digits"
        write_pets(folder, 40)
        return 80

    def plan(values: dict[str, Any], samples: Any, sizes: Any) -> Any:
        del samples, sizes
        from sightline.train.spec_io import build_spec

        return build_spec(TINY | values)

    monkeypatch.setattr(demo, "write_sample", write)
    monkeypatch.setattr(demo, "LABELS", 20)
    monkeypatch.setattr(demo, "TEST_PICTURES", 16)
    monkeypatch.setattr("sightline.train.suggest.plan_spec", plan)
    result = bench.demo(progress=Silent())
    assert (result["images"], result["labels_given"]) == (80, 20)
    assert result["head_accuracy"] > 0.9
    assert 0 <= result["model_accuracy"] <= 1
    assert result["parity_max_abs"] <= 1e-3
    assert result["seconds"] > 0
    assert all(Path(one).exists() for one in result["artifacts"].values())
    project = bench.projects.get("digits-demo")
    found = rows(bench, project)
    assert sum(row.split == "test" for row in found) == 16
    assert sum(row.status == "labelled" for row in found) == 36
    assert bench.runs("digits-demo")[0]["metrics"]["accuracy_split"] == "test"
    assert len(result["answers"]) == 3


def test_another_demo_takes_another_name(bench: Workbench) -> None:
    bench.projects.create("digits-demo")
    assert demo._free_name(bench) == "digits-demo-2"


@pytest.mark.nightly
@pytest.mark.timeout(900)
def test_the_demo_reaches_its_bars(bench: Workbench) -> None:
    result = bench.demo(progress=Silent())
    assert result["images"] == 1797
    assert result["labels_given"] <= 120
    assert result["head_accuracy"] >= 0.96
    assert result["model_accuracy"] >= 0.97
    assert result["parity_max_abs"] <= 1e-3
