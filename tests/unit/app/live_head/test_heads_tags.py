"""Heads on tags: of real photographs, and told like those of one class."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
import pytest

from sightline.core.errors import InvalidInputError
from sightline.core.labels import LabelChange
from sightline.store.model_plan import ImportOptions
from unit.app.conftest import label_by_folder, rows

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app import Workbench
    from sightline.store.projects import Project


@pytest.fixture
def tagged(bench: Workbench, pets: Project) -> Project:
    """Cats and dogs as tags; every third has the tag "seen" too."""
    ids = {name: bench.labels.add_class(pets, name)["id"] for name in ("cat", "dog", "seen")}
    changes = [
        LabelChange(
            row.id,
            None,
            "labelled",
            tags=tuple(
                sorted({ids[row.path.split("/")[-2]]} | ({ids["seen"]} if at % 3 == 0 else set()))
            ),
        )
        for at, row in enumerate(rows(bench, pets))
    ]
    bench.labels.label(pets, changes)
    return pets


def test_tags_are_learned_each_for_itself(bench: Workbench, tagged: Project) -> None:
    head = bench.train_head("pets")
    names = {one["id"]: one["name"] for one in bench.labels.classes(tagged)}
    told = {names[one["class_id"]]: one for one in head["tags"]}
    assert head["task"] == "multi"
    assert told.keys() == {"cat", "dog", "seen"}
    assert told["cat"]["f1"] > 0.8
    assert told["cat"]["average_precision"] > told["seen"]["average_precision"]
    assert 0 < told["seen"]["threshold"] < 1
    assert 0 < head["macro_f1"] <= 1
    assert 0 < head["micro_f1"] <= 1
    assert bench.heads.require(tagged) == head


def test_answers_of_tags_are_like_those_of_one_class(bench: Workbench, tagged: Project) -> None:
    bench.train_head("pets")
    pairs = bench.heads.probabilities(tagged, 3)
    thresholds = bench.heads.thresholds(tagged)
    assert thresholds.keys() == {class_id for class_id, _ in pairs}
    best, p = bench.heads.guesses(tagged, [3])[3]
    assert best == max(pairs, key=lambda pair: pair[1])[0]
    assert p == pytest.approx(max(p for _, p in pairs), abs=1e-3)
    doubt = bench.heads.doubt(tagged, 3)
    probs, at = np.array([one for _, one in pairs]), np.array([thresholds[k] for k, _ in pairs])
    way = np.where(probs < at, (at - probs) / at, (probs - at) / (1 - at))
    assert doubt["margin"] == pytest.approx(way.min(), abs=5e-3)
    entropy = -(probs * np.log(probs) + (1 - probs) * np.log(1 - probs)).sum()
    assert doubt["entropy"] == pytest.approx(entropy, abs=2e-2)
    answers = bench.heads.answers(tagged, 60)
    assert answers.names == ("cat", "dog", "seen")


def test_the_task_follows_the_labels_or_the_setting(bench: Workbench, pets: Project) -> None:
    label_by_folder(bench, pets)
    assert bench.train_head("pets")["task"] == "single"
    bench.projects.save_settings(pets, {"task": "multi"})
    head = bench.train_head("pets")
    assert head["task"] == "multi", "an image's class is taken for a tag of it"
    assert head["macro_f1"] > 0.8
    bench.projects.save_settings(pets, {"task": "single"})
    assert bench.train_head("pets")["task"] == "single"
    assert bench.heads.thresholds(pets) == {}


def test_a_tag_whose_class_is_deleted_is_forgotten(bench: Workbench, tagged: Project) -> None:
    bench.train_head("pets")
    seen = next(one["id"] for one in bench.labels.classes(tagged) if one["name"] == "seen")
    bench.labels.delete_class(seen)
    head = bench.train_head("pets")
    assert seen not in {one["class_id"] for one in head["tags"]}
    bench.labels.undo(tagged)
    assert seen in {one["class_id"] for one in bench.train_head("pets")["tags"]}


def test_a_tag_that_all_pictures_have_cannot_be_learned(bench: Workbench, pets: Project) -> None:
    cat = bench.labels.add_class(pets, "cat")["id"]
    every = [LabelChange(row.id, None, "labelled", tags=(cat,)) for row in rows(bench, pets)]
    bench.labels.label(pets, every)
    with pytest.raises(InvalidInputError, match="tags"):
        bench.train_head("pets")
    assert bench.heads.refit(pets) is None


@pytest.mark.parametrize("encoder", ["hog", "mobilenet"])
def test_tags_of_real_photographs_are_learned(
    bench: Workbench, shared_data: Path, encoder: str
) -> None:
    source = shared_data / "det_coco128"
    bench.ingest(source / "images", "photos", labels="none")
    project = bench.projects.get("photos")
    with (source / "tags_multilabel.csv").open() as file:
        tags = {row["file"]: row["tags"].split(";") for row in csv.DictReader(file) if row["tags"]}
    names = sorted({tag for each in tags.values() for tag in each})
    ids = {name: bench.labels.add_class(project, name)["id"] for name in names}
    files = {row.path.split("/")[-1]: row.id for row in rows(bench, project)}
    changes = [
        LabelChange(files[name], None, "labelled", tags=tuple(sorted(ids[one] for one in some)))
        for name, some in tags.items()
    ]
    bench.labels.label(project, changes)
    if encoder == "mobilenet":
        weights = shared_data / "weights_mobilenet_v2" / "mobilenet_v2_imagenet.onnx"
        bench.models.add(weights, ImportOptions(name="mobilenet", preprocess="imagenet-224-crop"))
        bench.encoders.embed(project, "mobilenet")
    head = bench.train_head("photos")
    person = next(one for one in head["tags"] if one["class_id"] == ids["person"])
    assert head["task"] == "multi"
    assert len(head["tags"]) > 40
    assert person["f1"] > 0.5
    assert head["ece"] < 0.1
    assert head["estimate"]["target"] == 0.95
    if encoder == "mobilenet":  # what objects there are is not a matter of edges
        assert person["average_precision"] > 0.8
        assert head["micro_f1"] > 0.3
