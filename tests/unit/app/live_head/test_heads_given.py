"""A head of the shelf answers for whole images: guesses and queues are its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.heads import head_on
from fakes.onnx_graphs import colour_model
from sightline.core.errors import InvalidInputError
from sightline.curate.head.spec import HeadSpec
from sightline.store.model_plan import ImportOptions
from unit.app.conftest import label_by_folder, rows

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app import Workbench
    from sightline.store.projects import Project


def test_guesses_come_from_the_head_and_labels_do_not_change_it(
    bench: Workbench, pets: Project
) -> None:
    label_by_folder(bench, pets, every=2)
    bench.head_training.train(pets, HeadSpec(of="images", name="shelf"))
    bench.train_head("pets")
    assert bench.crop_heads.activate(pets, "shelf", "images")["job"] is None
    head = bench.heads.require(pets)
    assert head["model_name"] == "shelf"
    assert "labels do not change it" in head["note"]
    names = {row.id: row.name for row in bench.store.classes.list(pets.id)}
    found = bench.heads.guesses(pets, list(range(60)))
    right = [names[found[row.ordinal][0] or 0] in row.path for row in rows(bench, pets)]
    assert sum(right) > 45
    assert bench.queue("pets", "uncertain", limit=3)
    label_by_folder(bench, pets)
    bench.heads.refit(pets)
    assert bench.heads.guesses(pets, list(range(60))) == found
    bench.crop_heads.activate(pets, "", "images")
    assert "model" not in bench.heads.require(pets)


@pytest.fixture
def by_colour(bench: Workbench, pets: Project, tmp_path: Path) -> Project:
    """Pets with a live head, and a head on another encoder."""
    label_by_folder(bench, pets)
    bench.train_head("pets")
    colour_model(tmp_path / "c.onnx")
    bench.models.add(tmp_path / "c.onnx", ImportOptions(name="colours", output="embedding"))
    bench.crop_heads.keep(head_on(bench, ("cat", "dog"), encoder="colours"), "by colour")
    return pets


def test_a_head_on_another_encoder_brings_its_encoder(bench: Workbench, by_colour: Project) -> None:
    bench.encoders.embed(by_colour, "colours", choose=False)
    assert bench.encoders.name_of(by_colour) == "hog"
    assert bench.crop_heads.activate(by_colour, "by colour", "images")["job"] is None
    assert bench.encoders.name_of(by_colour) == "colours"
    found = bench.heads.require(by_colour)
    assert (found["model_name"], found["encoder"]) == ("by colour", "colours")
    bench.projects.save_settings(by_colour, {"encoder": "hog"})
    with pytest.raises(InvalidInputError, match="stands on colours"):
        bench.heads.train(by_colour)


@pytest.mark.nightly
def test_a_job_embeds_what_the_head_needs(bench: Workbench, by_colour: Project) -> None:
    job = bench.crop_heads.activate(by_colour, "by colour", "images")["job"]
    assert bench.heads.get(by_colour) is None, "nothing is said by the head before"
    bench.wait(job)
    assert bench.heads.require(by_colour)["model_name"] == "by colour"


def test_a_head_that_cannot_answer_says_why(bench: Workbench, pets: Project) -> None:
    label_by_folder(bench, pets)
    bench.train_head("pets")
    made = bench.crop_heads.keep(head_on(bench, ("cat", "dog")), "one")["id"]
    bench.projects.save_settings(pets, {"image_head": made, "task": "multi"})
    with pytest.raises(InvalidInputError, match="have tags now"):
        bench.heads.refit(pets, strict=True)
    assert bench.heads.refit(pets) is None
    bench.projects.save_settings(pets, {"image_head": "gone", "task": "single"})
    assert bench.heads.refit(pets) is None
    assert "no head" in bench.crop_heads.status(pets)["images"]["fault"]
