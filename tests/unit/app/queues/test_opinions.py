"""Queues that ask somebody else: cross-validation, another encoder, a trained model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from fakes.onnx_graphs import colour_model
from sightline.app.queues.opinions import PREDICTION
from sightline.core.errors import (
    ConflictError,
    InvalidInputError,
    UnknownModelError,
)
from sightline.core.labels import LabelChange
from sightline.store.model_plan import ImportOptions
from unit.app.conftest import label_by_folder, rows

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app import Workbench
    from sightline.store.projects import Project


@pytest.fixture
def labelled(bench: Workbench, pets: Project) -> Project:
    """Two thirds labelled, with a head."""
    label_by_folder(bench, pets)
    bench.labels.label(
        pets, [LabelChange(row.id, None, "unlabelled") for row in rows(bench, pets)[::3]]
    )
    bench.train_head("pets")
    return pets


def view(bench: Workbench, project: Project, queue: str, **options: Any) -> list[dict[str, Any]]:
    made = bench.queues.make_view(project, queue, options=options)
    items: list[dict[str, Any]] = bench.queues.window(made["id"], 0, 100)["items"]
    return items


def test_a_label_that_was_changed_is_the_likeliest_mistake(
    bench: Workbench, labelled: Project
) -> None:
    classes = {one["name"]: one["id"] for one in bench.labels.classes(labelled)}
    victim = next(
        row
        for row in rows(bench, labelled)
        if row.status == "labelled" and row.class_id == classes["cat"]
    )
    bench.labels.label(labelled, [LabelChange(victim.id, classes["dog"], "labelled")])
    first = bench.queue("pets", "mistakes", limit=1)[0]
    assert first["id"] == victim.id
    assert first["why"].startswith("labelled dog, the head says cat")
    assert view(bench, labelled, "mistakes")[0]["id"] == victim.id
    bench.labels.label(labelled, [LabelChange(victim.id, classes["cat"], "labelled")])
    assert victim.id not in {one["id"] for one in view(bench, labelled, "mistakes")}


def test_certain_and_band_read_the_head(bench: Workbench, labelled: Project) -> None:
    sure = view(bench, labelled, "certain", band=(0.5, 1.0))
    waiting = [one for one in rows(bench, labelled)[::3] if one.split != "test"]
    assert {one["id"] for one in sure} == {one.id for one in waiting}
    assert [one["predicted"] for one in sure] == sorted(
        (one["predicted"] for one in sure),
        key=lambda one: -sum(other["predicted"] == one for other in sure),
    )
    assert sure[0]["why"].split()[0] in {"cat", "dog"}
    dogs = bench.queue("pets", "band", band="0.0-0.5", class_="dog", limit=100)
    assert {one["path"].split("/")[-2] for one in dogs} == {"cat"}


def predictions(bench: Workbench, project: Project, model: str, p: np.ndarray) -> None:
    ids = [one["id"] for one in bench.labels.classes(project)]
    n = bench.store.state.get(project.id).size
    array = bench.store.arrays.open(
        project.id, PREDICTION, model, dtype=np.float16, row_shape=(len(ids),)
    )
    array.replace([(0, np.tile(p, (n, 1)).astype(np.float16), None)], class_ids=ids)


def test_a_model_that_says_otherwise_is_told(
    bench: Workbench, labelled: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConflictError, match="no second opinion"):
        view(bench, labelled, "disagreement")
    predictions(bench, labelled, "net-1", np.array([0.05, 0.95]))

    class Card:
        id, name = "net-1", "net"

    monkeypatch.setattr(bench.store.models, "get", lambda *_, **__: Card)
    found = view(bench, labelled, "disagreement", against="net")
    assert {one["path"].split("/")[-2] for one in found} == {"cat"}
    assert all("net says dog 95%" in one["why"] for one in found)


def test_another_encoders_head_is_a_second_opinion(
    bench: Workbench, labelled: Project, tmp_path: Path
) -> None:
    file = colour_model(tmp_path / "colours.onnx")
    bench.models.add(file, ImportOptions(name="colours", output="embedding"))
    with pytest.raises(ConflictError, match="colours has not seen the images of pets"):
        view(bench, labelled, "disagreement", against="colours")
    for engine in ("colours", "hog"):
        bench.encoders.embed(labelled, engine)
    made = bench.queues.make_view(labelled, "disagreement", options={"against": "colours"})
    assert made["note"].startswith("the head and colours agree on ")
    assert bench.queues.make_view(labelled, "disagreement")["note"] == made["note"]
    found = bench.queues.window(made["id"], 0, 100)["items"]
    assert all("colours says" in one["why"] for one in found)


def test_who_has_not_seen_the_images_cannot_be_asked(bench: Workbench, labelled: Project) -> None:
    with pytest.raises(InvalidInputError, match="the head itself"):
        view(bench, labelled, "disagreement", against="hog")
    with pytest.raises(UnknownModelError):
        view(bench, labelled, "disagreement", against="nobody")


def test_before_any_label_it_is_said_what_is_missing(bench: Workbench, pets: Project) -> None:
    for queue in ("uncertain", "band", "certain", "mistakes", "disagreement"):
        with pytest.raises(ConflictError, match="needs a head"):
            view(bench, pets, queue)
    with pytest.raises(ConflictError, match="needs embeddings"):
        view(bench, pets, "diverse")
    assert len(bench.queue("pets", "diverse", limit=5)) == 5


def test_with_tags_every_queue_is_of_single_tags(bench: Workbench, pets: Project) -> None:
    label_by_folder(bench, pets)
    classes = {one["name"]: one["id"] for one in bench.labels.classes(pets)}
    everything = rows(bench, pets)
    changes = [
        LabelChange(row.id, None, "labelled", tags=(classes[row.path.split("/")[-2]],))
        for row in everything
    ]
    changes[3] = LabelChange(everything[3].id, None, "labelled", tags=tuple(classes.values()))
    bench.labels.label(pets, changes)
    bench.labels.label(pets, [LabelChange(one.id, None, "unlabelled") for one in everything[1::3]])
    assert bench.train_head("pets")["task"] == "multi"
    wrong = bench.queue("pets", "mistakes", limit=1)
    assert wrong[0]["id"] == everything[3].id
    assert wrong[0]["why"].startswith("tagged dog, the head says dog")
    sure = bench.queue("pets", "certain", class_="cat", band="0.5-1", limit=100)
    assert sure
    assert {one["path"].split("/")[-2] for one in sure} == {"cat"}
    doubtful = bench.queue("pets", "uncertain", limit=3)
    assert all(one["why"].endswith("has it the tag or not?") for one in doubtful)
    assert bench.queue("pets", "band", band="0-1", limit=100)
