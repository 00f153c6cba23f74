"""Trainings of tags and of embeddings, from labels to a model that answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sightline.app.training.data import samples
from sightline.core.errors import InvalidInputError
from sightline.core.labels import LabelChange
from sightline.core.progress import Silent
from sightline.store.model_plan import ImportOptions
from unit.app.conftest import TRAINED_SMALL, label_by_folder, rows

if TYPE_CHECKING:
    from sightline.app import Workbench
    from sightline.store.projects import Project

pytestmark = pytest.mark.usefixtures("one_thread")
TINY: dict[str, Any] = TRAINED_SMALL | {"epochs": 2, "augment": {"views": 2}}


@pytest.fixture
def tagged(bench: Workbench, pets: Project) -> Project:
    """Cats and dogs as tags; every third is none of them."""
    bench.projects.save_settings(pets, {"task": "multi"})
    ids = {name: bench.labels.add_class(pets, name)["id"] for name in ("cat", "dog")}
    changes = [
        LabelChange(
            row.id,
            None,
            "labelled",
            tags=() if at % 3 == 0 else (ids[row.path.split("/")[-2]],),
        )
        for at, row in enumerate(rows(bench, pets))
    ]
    bench.labels.label(pets, changes)
    return pets


def trained(
    bench: Workbench, project: Project, monkeypatch: pytest.MonkeyPatch, **spec: Any
) -> dict[str, Any]:
    monkeypatch.setattr(bench.jobs, "pump", lambda: None)
    run = bench.training.start(project, TINY | spec)["run"]
    return bench.training.perform(run, Silent())


def test_images_without_a_tag_are_learned_from_too(bench: Workbench, tagged: Project) -> None:
    found = samples(bench.store, tagged, "multi")
    assert (found.task, found.classes) == ("multi", ("cat", "dog"))
    assert len(found.samples) == 60
    assert sum(not one.tags for one in found.samples) == 20
    with pytest.raises(InvalidInputError, match="no image with a class") as caught:
        samples(bench.store, tagged)
    assert "task multi" in caught.value.hint


def test_an_images_class_is_a_tag_of_it(bench: Workbench, pets: Project) -> None:
    label_by_folder(bench, pets)
    found = samples(bench.store, pets, "multi")
    assert {one.tags for one in found.samples} == {((0, 1.0),), ((1, 1.0),)}
    assert all(one.tags[0][0] == one.label for one in found.samples)


def test_a_model_of_tags_names_those_above_their_thresholds(
    bench: Workbench, tagged: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = trained(bench, tagged, monkeypatch)
    spec = bench.training.get(result["run"])["spec"]
    assert (spec["task"], spec["loss"]["label_smoothing"]) == ("multi", 0.0)
    assert result["metrics"]["metric"]["name"] == "mAP"
    card = bench.store.models.get(result["model"])
    assert (card.kind, card.task, len(card.thresholds)) == ("classifier", "multi", 2)
    exported = bench.export(result["model"])
    assert exported["parity_max_abs"] < 1e-4
    paths = [row.path for row in rows(bench, tagged)][:12]
    for row in bench.predict(result["model"], paths):
        above = {
            name
            for (name, p), limit in zip(row["probabilities"].items(), card.thresholds, strict=True)
            if p >= limit
        }
        assert set(row["tags"]) == above
        assert row["label"] == (row["tags"][0] if row["tags"] else None)
        assert row["probability"] == pytest.approx(max(row["probabilities"].values()))
    ids = [row.id for row in rows(bench, tagged)][:2]
    assert all("tags" in one for one in bench.models.predict_images(result["model"], ids))


def test_an_embedding_becomes_an_encoder_that_is_exported(
    bench: Workbench, pets: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    label_by_folder(bench, pets)
    result = trained(bench, pets, monkeypatch, task="embedding")
    assert result["metrics"]["metric"]["name"] == "recall@1"
    card = bench.store.models.get(result["model"])
    assert (card.kind, card.task, card.classes) == ("encoder", "embedding", ())
    with pytest.raises(InvalidInputError, match="encoder"):
        list(bench.predict(card.id, []))
    paths = [row.path for row in rows(bench, pets)][:3]
    encoder = bench.encoders.encoder(card.name, here=True)
    from PIL import Image

    pixels = [np.asarray(Image.open(path).convert("RGB")) for path in paths]
    plain = encoder.encode(pixels)
    out = tmp_path / "encoder.onnx"
    assert bench.export(card.id, out=out)["parity_max_abs"] < 1e-4
    from sightline.engines.onnx.engine import load_encoder
    from sightline.store.models import _loose

    served = load_encoder(path=out, card=_loose(out)).encode(pixels)
    unit = plain / np.linalg.norm(plain, axis=1, keepdims=True)
    assert np.abs(served - unit).max() < 1e-4
    again = bench.models.add(out, ImportOptions(name="back"))
    assert (again["kind"], again["task"], again["dim"]) == ("encoder", "embedding", plain.shape[1])


def test_the_wrong_task_is_refused_with_the_way_out(
    bench: Workbench, tagged: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    for task in ("single", "embedding"):
        with pytest.raises(InvalidInputError, match="gives tags") as caught:
            trained(bench, tagged, monkeypatch, task=task)
        assert "setting task" in caught.value.hint


def test_one_class_each_can_be_learned_as_presence(
    bench: Workbench, pets: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    label_by_folder(bench, pets)
    result = trained(bench, pets, monkeypatch, task="multi", loss={"name": "asymmetric"})
    assert bench.store.models.get(result["model"]).task == "multi"


def test_a_finetuned_embedding_stays_one(
    bench: Workbench, pets: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    label_by_folder(bench, pets)
    first = trained(bench, pets, monkeypatch, task="embedding")
    made = bench.training.start(pets, {"epochs": 1}, mode="finetune", parent=first["run"])
    assert bench.training.get(made["run"])["spec"]["task"] == "embedding"


def test_a_preset_is_completed_for_the_project_and_what_is_asked_counts_more(
    bench: Workbench, tagged: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench.jobs, "pump", lambda: None)
    wish = {"preset": "resnet_deep_learning", "epochs": 3, "model": {"name": "small_cnn"}}
    spec = bench.training.get(bench.training.start(tagged, wish)["run"])["spec"]
    assert (spec["preset"], spec["task"], spec["epochs"]) == ("resnet_deep_learning", "multi", 3)
    assert (spec["model"]["name"], spec["augment"]["policy"]) == ("small_cnn", "randaugment")
    assert bench.preset("resnet_deep_learning", "pets")["notes"][-2].startswith("The project gives")
    assert {one["task"] for one in bench.presets.specs(project=tagged)} == {"single", "multi"}
    with pytest.raises(InvalidInputError, match="these have tags"):
        bench.training.start(tagged, {"preset": "feature_extraction_embedding"})
    with pytest.raises(InvalidInputError, match="no preset named"):
        bench.training.start(tagged, {"preset": "nonsense"})
