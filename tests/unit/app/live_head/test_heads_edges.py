"""What heads do with labels, embeddings and encoders that are odd."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from sightline.app.embedding.encoders import EMBEDDING
from sightline.core.errors import CancelledError, InvalidInputError
from sightline.core.labels import LabelChange
from sightline.core.progress import Silent
from unit.app.conftest import label_by_folder, rows

if TYPE_CHECKING:
    from sightline.app import Workbench
    from sightline.store.arrays import OrdinalArray
    from sightline.store.projects import Project


def embeddings(bench: Workbench, project: Project) -> OrdinalArray:
    found = bench.encoders.embeddings(project)
    assert found is not None
    return found


def test_one_label_or_all_of_one_class_is_refused_with_the_next_step(
    bench: Workbench, pets: Project
) -> None:
    cat = bench.labels.add_class(pets, "cat")["id"]
    every = rows(bench, pets)
    for some in (every[:1], every):
        bench.labels.label(pets, [LabelChange(row.id, cat, "labelled") for row in some])
        with pytest.raises(InvalidInputError, match="two classes") as caught:
            bench.train_head("pets")
        assert "label pictures" in caught.value.hint
        assert bench.heads.get(pets) is None


def test_a_class_with_one_label_is_learned_but_not_measured(
    bench: Workbench, pets: Project
) -> None:
    label_by_folder(bench, pets)
    bird = bench.labels.add_class(pets, "bird")["id"]
    first = next(row for row in rows(bench, pets) if row.split == "train")
    bench.labels.label(pets, [LabelChange(first.id, bird, "labelled")])
    head = bench.train_head("pets")
    assert "1 class has one label only" in head["note"]
    assert bird in {class_id for class_id, _ in bench.heads.probabilities(pets, 0)}


def test_embeddings_that_are_not_finite_are_left_out_and_said(
    bench: Workbench, pets: Project
) -> None:
    label_by_folder(bench, pets)
    bench.train_head("pets")
    array = embeddings(bench, pets)
    values, _ = array.read(np.arange(60))
    values = values.copy()
    taught = [row.ordinal for row in rows(bench, pets) if row.split != "test"]
    values[taught[0]], values[taught[1], 3] = np.nan, np.inf
    array.write(np.arange(60), values)
    head = bench.train_head("pets")
    assert "2 labelled images" in head["note"]
    assert head["accuracy"] > 0.8
    assert bench.heads.probabilities(pets, taught[0]) == []
    assert bench.heads.doubt(pets, taught[1]) == {"margin": None, "entropy": None}
    assert len(bench.heads.guesses(pets, list(range(60)))) == 58
    array.write(np.arange(60), np.full_like(values, np.nan))
    with pytest.raises(InvalidInputError, match="embed"):
        bench.train_head("pets")


def test_a_changed_encoder_begins_anew(bench: Workbench, pets: Project) -> None:
    label_by_folder(bench, pets)
    first = bench.train_head("pets")
    key = embeddings(bench, pets).header.key
    other = bench.store.arrays.open(pets.id, EMBEDDING, "another", dtype=np.float16, row_shape=(7,))
    labels = np.array([row.path.split("/")[-2] == "cat" for row in rows(bench, pets)])
    values = np.random.default_rng(0).normal(size=(60, 7)) + 3 * labels[:, None]
    other.write(np.arange(60), values.astype(np.float16))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bench.encoders, "embeddings", lambda _project: other)
        head = bench.heads.refit(pets)
    assert head is not None
    assert head["accuracy"] > 0.8
    assert bench.store.heads.get(pets.id).encoder_key == "another"  # type: ignore[union-attr]
    assert len(bench.heads.probabilities(pets, 0)) == 2
    again = bench.heads.refit(pets)
    assert again is not None
    assert again["accuracy"] == pytest.approx(first["accuracy"], abs=0.05)
    assert bench.store.heads.get(pets.id).encoder_key == key  # type: ignore[union-attr]


def test_a_fit_that_is_stopped_leaves_the_head_before(bench: Workbench, pets: Project) -> None:
    class Stop(Silent):
        def check(self) -> None:
            raise CancelledError("newer labels have come")

    label_by_folder(bench, pets, every=2)
    before = bench.train_head("pets")
    chances = bench.heads.probabilities(pets, 5)
    label_by_folder(bench, pets)
    with pytest.raises(CancelledError):
        bench.heads.refit(pets, progress=Stop())
    assert bench.heads.require(pets) == before | {"stale": True}
    assert bench.heads.probabilities(pets, 5) == chances
    after = bench.heads.refit(pets)
    assert after is not None
    assert after["labels"] > before["labels"]


def test_an_estimate_is_kept_until_labels_or_the_target_have_changed(
    bench: Workbench, pets: Project
) -> None:
    label_by_folder(bench, pets)
    first = bench.train_head("pets")["estimate"]
    assert first["labels"] >= 30
    assert first["text"]
    assert bench.train_head("pets")["estimate"] == first
    bench.projects.save_settings(pets, {"target_accuracy": 0.5})
    again = bench.train_head("pets")["estimate"]
    assert again["target"] == 0.5
    assert again["reached"]


def test_the_event_of_a_head_is_short(bench: Workbench, pets: Project) -> None:
    label_by_folder(bench, pets)
    last = bench.store.events.last_id()
    bench.train_head("pets")
    told = [one.payload for one in bench.store.events.since(last) if one.kind == "head"]
    assert told
    assert told[-1]["accuracy"] > 0.8
    assert not any(isinstance(value, list | dict) for value in told[-1].values())
