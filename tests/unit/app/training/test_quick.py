from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sightline.app.queues.opinions import PREDICTION
from sightline.app.runs.predictions import PART
from sightline.app.tasks import train
from sightline.core.errors import CancelledError, InvalidInputError, UnknownModelError
from sightline.core.progress import Silent
from sightline.train.spec_augment import AugmentPart
from unit.app.conftest import label_by_folder, rows

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app import Workbench
    from sightline.store.projects import Project

pytestmark = pytest.mark.usefixtures("one_thread")
QUICK: dict[str, Any] = {"network": "small_cnn", "epochs": 1, "image_px": 16}


@pytest.fixture
def labelled(bench: Workbench, pets: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with every third picture labelled; jobs wait."""
    label_by_folder(bench, pets, every=3)
    monkeypatch.setattr(bench.jobs, "pump", lambda: None)
    return pets


def trained(bench: Workbench, project: Project) -> str:
    """Do a small training here, and return the model's id."""
    spec = {
        "epochs": 1, "image_size": 16, "augment": {"views": 1}, "loader": {"workers": 0},
        "model": {"name": "small_cnn"},
    }  # fmt: skip
    run = bench.training.start(project, spec)["run"]
    return str(bench.training.perform(run, Silent())["model"])


def test_the_offer_knows_every_network_and_what_it_costs(
    bench: Workbench, labelled: Project
) -> None:
    offer = bench.quick.offer(labelled)
    networks = {one["name"]: one for one in offer["networks"]}
    assert networks.keys() >= {"mobilenet_v2", "efficientnet_b0", "resnet50", "resnet18"}
    assert (offer["network"], offer["labelled"], offer["images"]) == ("small_cnn", 20, 60)
    for one in networks.values():
        assert one["epochs"] >= 3
        assert one["epoch_s"] > 0 < one["image_s"]
        assert not one["measured"]
    assert networks["resnet50"]["epoch_s"] > networks["mobilenet_v2"]["epoch_s"]
    trained(bench, labelled)
    measured = {one["name"]: one["measured"] for one in bench.quick.offer(labelled)["networks"]}
    assert measured.pop("small_cnn")
    assert not any(measured.values())


def test_choices_become_a_spec_and_the_job_is_to_ask_about_every_image(
    bench: Workbench, labelled: Project
) -> None:
    made = bench.quick.start(labelled, **QUICK, batch_size=8, augmentation=False)
    spec = bench.training.get(made["run"])["spec"]
    assert (spec["epochs"], spec["batch_size"], spec["image_size"]) == (1, 8, 16)
    assert spec["model"]["name"] == "small_cnn"
    views = spec["augment"].pop("views")
    assert views > 1, "an epoch is as long as with augmentation"
    plain = AugmentPart().model_dump()
    for name in ("blur_sigma", "policy", "operations", "magnitude"):  # how, not whether
        assert spec["augment"].pop(name) == plain[name]
    assert set(spec["augment"].values()) == {0.0}
    assert bench.jobs.get(made["job"]["id"]).arguments["predict_all"] is True
    varied = bench.quick.start(labelled, network="small_cnn", epochs=1)
    assert bench.training.get(varied["run"])["spec"]["augment"]["rotate"] > 0


@pytest.mark.parametrize(
    "wrong", [{"network": "nonsense"}, {"network": "resnet18", "image_px": 16}]
)
def test_a_wrong_choice_is_refused_before_anything_is_started(
    bench: Workbench, labelled: Project, wrong: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInputError):
        bench.quick.start(labelled, **wrong)
    assert bench.training.all(labelled) == []


def test_a_project_of_tags_is_trained_on_tags(bench: Workbench, labelled: Project) -> None:
    bench.projects.save_settings(labelled, {"task": "multi"})
    offered = bench.quick.offer(labelled)
    assert (offered["task"], offered["labelled"]) == ("multi", 20)
    made = bench.quick.start(labelled, **QUICK)
    assert bench.training.get(made["run"])["spec"]["task"] == "multi"
    result = train(bench, Silent(), run=made["run"], predict_all=True)  # type: ignore[arg-type]
    assert result["predicted"] == 60
    array = bench.store.arrays.open(labelled.id, PREDICTION, result["model"], create=False)
    values, _ = array.load(60)
    assert not np.allclose(values.sum(axis=1), 1, atol=0.01), "each tag is there or not"
    margins, _ = bench.store.arrays.open(labelled.id, "margin", result["model"], create=False).load(
        60
    )
    assert ((margins >= 0) & (margins <= 1)).all()


def test_at_the_end_the_model_has_predicted_every_image(
    bench: Workbench, labelled: Project
) -> None:
    made = bench.quick.start(labelled, **QUICK)
    result = train(bench, Silent(), run=made["run"], predict_all=True)  # type: ignore[arg-type]
    assert result["predicted"] == 60
    (told,) = bench.predictions.all(labelled)
    assert (told["model"], told["images"], told["missing"]) == (result["model"], 60, 0)
    assert told["at"]
    array = bench.store.arrays.open(labelled.id, PREDICTION, result["model"], create=False)
    values, there = array.load(60)
    assert (values.dtype.name, values.shape, bool(there.all())) == ("float16", (60, 2), True)
    assert np.allclose(values.sum(axis=1), 1, atol=0.01)
    ids = [one["id"] for one in bench.labels.classes(labelled)]
    assert list(array.header.class_ids or ()) == ids
    margins, _ = bench.store.arrays.open(labelled.id, "margin", result["model"], create=False).load(
        60
    )
    assert np.allclose(margins, np.abs(values[:, 0] - values[:, 1]), atol=0.01)
    again = train(bench, Silent(), run=made["run"], predict_all=True)  # type: ignore[arg-type]
    assert (again["model"], again["predicted"]) == (result["model"], 0), "nothing is done twice"


def test_its_doubts_feed_a_queue(bench: Workbench, labelled: Project) -> None:
    model = trained(bench, labelled)
    bench.predictions.perform(labelled, model)
    bench.train_head("pets")
    view = bench.queues.make_view(labelled, "disagreement", options={"against": model})
    assert view["size"] >= 0
    assert bench.predictions.all(labelled)[0]["name"] in str(view)


def test_a_stopped_prediction_goes_on_where_it_was(
    bench: Workbench, labelled: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sightline.app.runs.predictions.PART", 25)
    assert PART > 25

    class Stop(Silent):
        def advance(self, done: int, total: int | None, note: str = "") -> None:
            del total, note
            self.done = done

        def check(self) -> None:
            if getattr(self, "done", 0) >= 25:
                raise CancelledError("stopped")

    model = trained(bench, labelled)
    with pytest.raises(CancelledError):
        bench.predictions.perform(labelled, model, progress=Stop())
    (told,) = bench.predictions.all(labelled)
    assert (told["images"], told["missing"]) == (50, 10)
    assert bench.predictions.perform(labelled, model)["predicted"] == 10


def test_pictures_that_cannot_be_read_are_named_and_tried_again(
    bench: Workbench, labelled: Project
) -> None:
    model = trained(bench, labelled)
    from pathlib import Path

    lost = Path(rows(bench, labelled)[7].path)
    kept = lost.read_bytes()
    lost.write_bytes(b"no picture")
    done = bench.predictions.perform(labelled, model)
    assert (done["predicted"], len(done["skipped"])) == (59, 1)
    assert lost.name in done["skipped"][0]
    lost.write_bytes(kept)
    assert bench.predictions.perform(labelled, model)["predicted"] == 1


def test_a_model_of_other_classes_is_refused(
    bench: Workbench, labelled: Project, pictures: Path
) -> None:
    model = trained(bench, labelled)
    bench.ingest(pictures / "cat", "other", labels="none")
    other = bench.projects.get("other")
    with pytest.raises(InvalidInputError, match="classes of pets"):
        bench.predictions.start(other, model)
    with pytest.raises(UnknownModelError):
        bench.predictions.start(other, "nobody")
    assert bench.predictions.all(other) == []


def test_a_class_renamed_while_it_is_trained_keeps_its_column(
    bench: Workbench, labelled: Project
) -> None:
    made = bench.quick.start(labelled, **QUICK)
    cat = bench.labels.classes(labelled)[0]["id"]

    class Rename(Silent):
        def tell(self, kind: str, **data: Any) -> None:
            del data
            if kind == "epoch":
                bench.labels.edit_class(cat, name="tiger")

    model = bench.training.perform(made["run"], Rename())["model"]
    assert bench.models.get(model)["class_ids"][0] == cat
