from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest

from sightline.core.errors import (
    CancelledError,
    InvalidInputError,
    NotFoundError,
)
from sightline.core.labels import LabelChange
from sightline.core.progress import Silent
from unit.app.conftest import label_by_folder, rows

if TYPE_CHECKING:
    from sightline.app import Workbench
    from sightline.store.projects import Project


class Stop(Silent):
    """Asks the work to stop after so many checks."""

    def __init__(self, after: int) -> None:
        self._left = after

    def check(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise CancelledError("stopped")


def test_a_head_is_fitted_measured_and_kept(bench: Workbench, pets: Project) -> None:
    given = label_by_folder(bench, pets)
    test = sum(row.split == "test" for row in rows(bench, pets))
    head = bench.train_head("pets")
    assert head["labels"] == given - test
    assert head["accuracy"] > 0.8
    assert 0 <= head["ece"] <= 1
    assert head["log_loss"] > 0
    assert head["method"] in {"temperature", "platt", "none"}
    assert (head["encoder"], head["stale"]) == ("hog", False)
    assert bench.heads.get(pets) == bench.heads.require(pets) == head


def test_without_labels_of_two_classes_there_is_no_head_and_it_says_so(
    bench: Workbench, pets: Project
) -> None:
    with pytest.raises(NotFoundError, match="no head"):
        bench.heads.require(pets)
    with pytest.raises(InvalidInputError):
        bench.train_head("pets")
    assert bench.heads.refit(pets) is None
    assert bench.heads.get(pets) is None
    assert bench.heads.probabilities(pets, 0) == []


def test_a_label_makes_the_head_stale_and_a_refit_makes_it_fresh(
    bench: Workbench, pets: Project
) -> None:
    label_by_folder(bench, pets, every=2)
    first = bench.train_head("pets")
    label_by_folder(bench, pets)
    stale = bench.heads.require(pets)
    assert (stale["id"], stale["stale"]) == (first["id"], True)
    bench.heads.prepare(pets, Silent())
    fresh = bench.heads.require(pets)
    assert not fresh["stale"]
    assert fresh["labels"] > first["labels"]
    bench.heads.prepare(pets, Silent())
    assert bench.heads.require(pets) == fresh


def test_every_image_gets_probabilities_that_sum_to_one(bench: Workbench, pets: Project) -> None:
    label_by_folder(bench, pets)
    bench.train_head("pets")
    ids = {one["id"] for one in bench.labels.classes(pets)}
    for ordinal in range(60):
        pairs = bench.heads.probabilities(pets, ordinal)
        assert {class_id for class_id, _ in pairs} == ids
        assert sum(p for _, p in pairs) == pytest.approx(1, abs=2e-3)
    answers = bench.heads.answers(pets, 60)
    assert answers.names == ("cat", "dog")
    assert answers.margin is not None
    assert np.isfinite(answers.margin).all()
    assert bench.heads.guesses(pets, []) == {}


def test_a_deleted_class_leaves_the_head_readable_until_it_is_fitted_anew(
    bench: Workbench, pets: Project
) -> None:
    label_by_folder(bench, pets)
    bird = bench.labels.add_class(pets, "bird")["id"]
    chosen = [row for row in rows(bench, pets) if row.split == "train"][::4]
    bench.labels.label(pets, [LabelChange(row.id, bird, "labelled") for row in chosen])
    bench.train_head("pets")
    bench.labels.delete_class(bird)
    assert "(deleted)" in bench.heads.answers(pets, 60).names
    view = bench.queues.make_view(pets, "all")
    assert len(bench.queues.window(view["id"], 0, 60)["items"]) == 60
    bench.train_head("pets")
    assert bench.heads.answers(pets, 60).names == ("cat", "dog")
    known = {one["id"] for one in bench.labels.classes(pets)}
    assert {pair[0] for pair in bench.heads.guesses(pets, list(range(60))).values()} <= known


def test_lost_caches_are_made_again(bench: Workbench, pets: Project) -> None:
    label_by_folder(bench, pets)
    first = bench.train_head("pets")
    bench.store.arrays.drop_project(pets.id)
    assert bench.heads.answers(pets, 60).margin is None
    assert bench.heads.guesses(pets, [0, 1]) == {}
    again = bench.train_head("pets")
    assert again["accuracy"] == first["accuracy"]
    assert len(bench.heads.guesses(pets, list(range(60)))) == 60


def test_a_damaged_head_on_disk_is_thrown_away(bench: Workbench, pets: Project) -> None:
    label_by_folder(bench, pets)
    bench.train_head("pets")
    folder = bench.projects.folder(pets) / "head"
    for file in folder.iterdir():
        file.write_bytes(b"damaged")
    assert bench.train_head("pets")["accuracy"] > 0.8
    shutil.rmtree(folder)
    assert bench.train_head("pets")["accuracy"] > 0.8
