"""Sidecars that say how probable a tag is, from the file to the target of a training."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from sightline.app.training.data import samples
from sightline.core.labels import LabelChange
from unit.app.conftest import rows

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app import Workbench
    from sightline.core.samples import Sample
    from sightline.store.projects import Project


def said(bench: Workbench, project: Project, name: str) -> dict[str, float]:
    found = samples(bench.store, project, "multi")
    (one,) = [one for one in found.samples if one.path.as_posix().endswith(name)]
    return {found.classes[place]: p for place, p in one.tags}


@pytest.fixture
def soft(bench: Workbench, pictures: Path) -> Project:
    for at, path in enumerate(sorted(pictures.rglob("*.png"))):
        kind = path.parent.name
        other = "dog" if kind == "cat" else "cat"
        path.with_suffix(".txt").write_text(
            [f"{kind}:0.8, {other}:0.3", f"{kind}", f"{kind}:0.4", f"{kind}, {other}:?"][at % 4]
        )
    report = bench.ingest(pictures, "pets")
    assert report["labels"]["kind"] == "tags"
    assert report["labels"]["labelled"] == 60
    return bench.projects.get("pets")


def test_probabilities_reach_the_training_and_the_advice(bench: Workbench, soft: Project) -> None:
    assert said(bench, soft, "cat/000.png") == {"cat": 0.8, "dog": 0.3}
    assert said(bench, soft, "cat/001.png") == {"cat": 1.0}
    assert said(bench, soft, "cat/002.png") == {"cat": 0.4}
    found = said(bench, soft, "cat/003.png")
    assert found.pop("cat") == 1.0
    assert math.isnan(found["dog"])
    assert bench.projects.task(soft) == "multi"
    assert bench.advice("pets")["preset"] == "multilabel_probability"
    state = bench.store.state.get(soft.id)
    assert sum(state.tags.counts().values()) == 45, "below one half an image has no tag"


def test_what_a_person_says_is_certain_and_undo_brings_the_probability_back(
    bench: Workbench, soft: Project
) -> None:
    ids = {one["name"]: one["id"] for one in bench.labels.classes(soft)}
    row = next(one for one in rows(bench, soft) if one.path.endswith("cat/000.png"))
    bench.labels.label(soft, [LabelChange(row.id, None, "labelled", tags=(ids["dog"],))])
    assert said(bench, soft, "cat/000.png") == {"dog": 1.0}
    bench.labels.undo(soft)
    assert said(bench, soft, "cat/000.png") == {"cat": 0.8, "dog": 0.3}


def test_a_sidecar_that_changed_its_mind_is_read_again(
    bench: Workbench, soft: Project, pictures: Path
) -> None:
    (pictures / "cat" / "000.txt").write_text("cat:0.9, dog:0.3")
    (pictures / "cat" / "001.txt").write_text("cat")
    bench.ingest(pictures, "pets")
    assert said(bench, soft, "cat/000.png") == {"cat": 0.9, "dog": 0.3}


def test_one_sample_keeps_what_it_is_made_of(bench: Workbench, soft: Project) -> None:
    found: list[Sample] = list(samples(bench.store, soft, "multi").samples)
    assert {one.label for one in found if len(one.tags) == 1} >= {-1}, "0.4 is rather not"
