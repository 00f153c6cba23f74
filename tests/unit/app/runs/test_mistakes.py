from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from fakes.trained import trained
from sightline.app.runs.mistakes import Answered, mistakes
from sightline.core.errors import ConflictError, NotFoundError, UnknownRunError
from sightline.core.labels import LabelChange
from unit.app.conftest import label_by_folder, rows

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app import Workbench
    from sightline.store.projects import Project


def test_wrong_answers_come_surest_first() -> None:
    p = np.array([[0.9, 0.1], [0.2, 0.8], [0.4, 0.6], [0.05, 0.95]], np.float32)
    found = Answered("val", np.array([10, 11, 12, 13]), np.array([0, 0, 0, 0]), p)
    made = mistakes([found])
    assert [(one.image_id, one.class_index, one.true) for one in made] == [
        (13, 1, 0), (11, 1, 0), (12, 1, 0),
    ]  # fmt: skip
    assert made[0].probability == pytest.approx(0.95)


def test_a_tag_that_is_missing_and_one_too_many_are_mistakes_an_unknown_one_is_none() -> None:
    p = np.array([[0.9, 0.6, 0.9], [0.2, 0.1, 0.1]], np.float32)
    y = np.array([[0.0, 0.7, np.nan], [1.0, 0.0, 0.0]])
    made = mistakes([Answered("val", np.array([1, 2]), y, p)], [0.5, 0.5, 0.5])
    assert [(one.image_id, one.class_index, one.true, one.said) for one in made] == [
        (1, 0, None, True), (2, 0, 0, False),
    ]  # fmt: skip
    assert made[0].sureness == pytest.approx(0.8)


def test_the_queue_of_a_runs_mistakes_loses_what_is_mended(
    bench: Workbench, pets: Project, tmp_path: Path
) -> None:
    label_by_folder(bench, pets)
    wrong = [row.id for row in rows(bench, pets)[3:6]]
    card = trained(bench, pets, tmp_path, wrong=wrong)
    asked = bench.queue("pets", "mistaken", run=card.run)
    assert [one["id"] for one in asked] == wrong
    assert asked[0]["score"] == pytest.approx(0.99, abs=1e-3)
    assert "says dog, labelled cat" in asked[0]["why"]
    other = bench.store.images.by_ids([wrong[0]])[0]
    said = next(one for one in card.class_ids if one != other.class_id)
    bench.labels.label(pets, [LabelChange(wrong[0], said, "labelled")])
    assert [one["id"] for one in bench.queue("pets", "mistaken", run=card.run)] == wrong[1:]
    view = bench.queues.make_view(pets, "mistaken", options={"run": card.run})
    assert (view["size"], view["note"]) == (2, "2 answers differ from the labels")


def test_a_queue_of_no_run_or_of_another_projects_is_refused(
    bench: Workbench, pets: Project, tmp_path: Path
) -> None:
    label_by_folder(bench, pets)
    card = trained(bench, pets, tmp_path)
    other = bench.projects.create("other")
    with pytest.raises(ConflictError, match="no training of other has ended"):
        bench.queues.make_view(other, "mistaken")
    assert bench.queues.make_view(pets, "mistaken")["size"] == 0  # the newest run's
    with pytest.raises(UnknownRunError):
        bench.queues.make_view(other, "mistaken", options={"run": card.run})
    run = bench.store.runs.create(
        pets, "r2", mode="new", parent=None, network="x", spec={}, epochs=1
    )
    with pytest.raises(NotFoundError):
        bench.queues.make_view(pets, "mistaken", options={"run": run.id})
