from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import update

from sightline.core.labels import LabelChange
from sightline.curate.advice import PRESETS as ADVISED
from sightline.store.tables import annotation_rows
from sightline.train.presets.table import PRESETS
from unit.app.conftest import label_by_folder, rows

if TYPE_CHECKING:
    import pytest

    from sightline.app import Workbench
    from sightline.store.projects import Project


def test_advice_needs_no_analysis_and_says_what_it_lacks(bench: Workbench, pets: Project) -> None:
    told = bench.advice("pets")
    assert told["tier"] == "tiny"
    assert any("labelled" in one for one in told["unknown"])
    assert any("analyse" in one for one in told["unknown"])
    label_by_folder(bench, pets)
    assert bench.advice("pets")["preset"] == "small_dataset_fewshot"
    assert bench.advising.traits(pets).short_px == 24


def test_after_an_analysis_it_knows_the_pictures(
    bench: Workbench, pets: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    label_by_folder(bench, pets)
    monkeypatch.setattr("sightline.app.training.advising.has_graphics_card", lambda: True)
    bench.analysis.make(pets)
    traits = bench.advising.traits(pets)
    assert (traits.looked, traits.classes, traits.per_class) == (True, 2, 30)
    assert traits.overlap is not None
    assert traits.brightness is not None
    assert bench.advice("pets")["unknown"] == []


def test_tags_are_advised_as_tags(bench: Workbench, pets: Project) -> None:
    bench.projects.save_settings(pets, {"task": "multi"})
    assert bench.advice("pets")["preset"] == "multilabel_boolean"
    assert bench.advising.traits(pets).soft is False


def test_tags_with_probabilities_are_advised_as_such(bench: Workbench, pets: Project) -> None:
    tag = bench.labels.add_class(pets, "red")["id"]
    image = rows(bench, pets)[0]
    bench.labels.label(pets, [LabelChange(image.id, None, None, tags=(tag,))])
    with bench.store.db.transaction() as connection:
        connection.execute(update(annotation_rows).values(score=0.7, kind="odds"))
    bench.projects.save_settings(pets, {"task": "multi"})
    assert bench.advice("pets")["preset"] == "multilabel_probability"


def test_every_preset_that_can_be_advised_exists() -> None:
    assert set(ADVISED) <= set(PRESETS)


def test_what_is_advised_suits_the_task_of_the_labels(bench: Workbench, pets: Project) -> None:
    label_by_folder(bench, pets)
    for task in ("single", "multi"):
        bench.projects.save_settings(pets, {"task": task})
        told = bench.advice("pets")
        for name in (told["preset"], *(one["preset"] for one in told["also"])):
            assert (PRESETS[name].task == "multi") == (task == "multi"), name
