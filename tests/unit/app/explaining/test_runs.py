from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from fakes.trained import trained
from sightline.app.explaining.explaining import Asked
from sightline.app.explaining.runs import edge_share
from sightline.core.errors import CancelledError, NotFoundError, SightlineError
from sightline.core.progress import Silent
from unit.app.conftest import label_by_folder, rows

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app import Workbench
    from sightline.core.cards import ModelCard
    from sightline.store.projects import Project


@pytest.fixture
def wrong(bench: Workbench, pets: Project) -> list[int]:
    label_by_folder(bench, pets)
    return [row.id for row in rows(bench, pets)[5:15]]


@pytest.fixture
def model(bench: Workbench, pets: Project, tmp_path: Path, wrong: list[int]) -> ModelCard:
    return trained(bench, pets, tmp_path, wrong=wrong)


class Stops(Silent):
    """Asks to stop after some steps."""

    def __init__(self, after: int) -> None:
        self.left = after

    def check(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise CancelledError("stopped")


def count(bench: Workbench) -> list[int]:
    """Return a list that grows by how many pictures each call asks the network about."""
    asked: list[int] = []
    real = bench.explaining._answer

    def counting(*words: Any, **more: Any) -> Any:
        asked.append(len(words[3][0]))
        return real(*words, **more)

    bench.explaining._answer = counting  # type: ignore[method-assign]
    return asked


def test_all_mistakes_are_explained_and_a_stopped_job_goes_on(
    bench: Workbench, model: ModelCard, wrong: list[int]
) -> None:
    runs, asked = bench.explained_runs, count(bench)
    before = runs.mistakes(model.run)
    assert before["total"] == 10
    assert [one["image_id"] for one in before["items"]] == wrong
    assert all(one["explanation"] is None for one in before["items"])
    with pytest.raises(CancelledError):
        runs.perform(model.run, "mistakes", Asked(), progress=Stops(1))
    done = runs.perform(model.run, "mistakes", Asked())
    assert done["explained"] == 10
    assert asked == [8, 2]  # what the first had made was not made again
    after = runs.mistakes(model.run, offset=4, limit=3)
    assert [one["image_id"] for one in after["items"]] == wrong[4:7]
    first = after["items"][0]
    assert (first["label"], first["says"], first["stands"]) == ("cat", "dog", True)
    assert first["explanation"]["class"] == "dog"
    assert first["explanation"]["probability"] != first["probability"]  # random weights


def test_a_picture_that_is_gone_is_passed_over_and_told(
    bench: Workbench, pets: Project, model: ModelCard
) -> None:
    from pathlib import Path

    Path(rows(bench, pets)[5].path).unlink()
    done = bench.explained_runs.perform(model.run, "mistakes", Asked())
    assert done["explained"] == 9
    assert len(done["skipped"]) == 1


def test_a_class_average_says_where_the_network_looks(bench: Workbench, model: ModelCard) -> None:
    runs = bench.explained_runs
    assert runs.classes(model.run)["items"] == []
    done = runs.perform(model.run, "classes", Asked())
    assert done == {"run": model.run, "classes": 2, "images": 60}
    told = runs.classes(model.run)
    assert [one["class"] for one in told["items"]] == ["cat", "dog"]
    assert [one["images"] for one in told["items"]] == [30, 30]
    for one in told["items"]:
        assert 0 <= one["edge"] <= 1
        assert bench.explaining.picture(one["key"], 256).shape == (32, 32, 3)
        assert bench.explaining.map_layer(one["key"], 256)
    asked = count(bench)
    runs.perform(model.run, "classes", Asked())
    assert asked == []


def test_a_run_without_a_model_is_refused(bench: Workbench, pets: Project) -> None:
    bench.store.runs.create(pets, "r", mode="new", parent=None, network="x", spec={}, epochs=1)
    with pytest.raises(NotFoundError, match="made no model"):
        bench.explained_runs.start("r", "mistakes")
    with pytest.raises(SightlineError):
        bench.explained_runs.run_of("nobody")


def test_the_job_is_resumable_and_asked_for_once(bench: Workbench, model: ModelCard) -> None:
    bench.jobs.pump = lambda: None  # type: ignore[method-assign]
    job = bench.explained_runs.start(model.run, "mistakes", Asked(method="hirescam"))
    again = bench.explained_runs.start(model.run, "mistakes", Asked(method="hirescam"))
    assert job["id"] == again["id"]
    assert bench.jobs.get(job["id"]).can_resume


def test_an_even_map_has_the_edges_own_share() -> None:
    assert edge_share(np.ones((7, 7), np.float32)) == pytest.approx(0.4375, abs=0.001)
    middle = np.zeros((7, 7), np.float32)
    middle[3, 3] = 1
    assert edge_share(middle) == 0
    assert edge_share(np.zeros((7, 7), np.float32)) == 0
