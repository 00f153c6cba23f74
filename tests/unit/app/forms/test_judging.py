from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from fakes.colours import add_colours, write_colours
from fakes.forms import colour_form
from fakes.onnx_graphs import colour_card, colour_model, foreign_model
from sightline.core.errors import InvalidInputError, NotFoundError, UnknownModelError
from sightline.core.labels import LabelChange
from sightline.store.model_plan import ImportOptions
from unit.app.conftest import rows

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app import Workbench


@pytest.fixture
def colours(bench: Workbench, tmp_path: Path) -> str:
    name: str = add_colours(bench, tmp_path)["name"]
    return name


def accuracy(found: dict[str, Any]) -> float:
    return float(found["figures"]["accuracy"]["value"])


def test_a_model_is_judged_on_class_folders(bench: Workbench, colours: str, tmp_path: Path) -> None:
    folder = write_colours(tmp_path / "d", 10, wrong=3)
    (folder / "blue" / "broken.png").write_bytes(b"no picture")
    found = bench.judging.judge(colours, folder=folder)
    assert found["images"] == 30
    assert accuracy(found) == pytest.approx(0.9)
    figure = found["figures"]["macro_f1"]
    assert figure["low"] <= figure["value"] <= figure["high"]
    assert found["confusion"] == [[7, 3, 0], [0, 10, 0], [0, 0, 10]]
    recall = {one["name"]: one["recall"] for one in found["per_class"]}
    assert recall == {"red": 0.7, "green": 1.0, "blue": 1.0}
    assert 0 <= found["calibration"]["ece"] <= 1
    assert found["on"] == {"folder": str(folder), "project": None, "split": None}
    assert {one["said"] for one in found["mistakes"]} == {"green"}
    assert len(found["mistakes"]) == 3
    sure = [one["probability"] for one in found["mistakes"]]
    assert sure == sorted(sure, reverse=True)
    assert found["unreadable"]["count"] == 1
    assert found["model"]["name"] == colours
    assert found["notes"] == []


def test_classes_that_do_not_match_are_told(bench: Workbench, colours: str, tmp_path: Path) -> None:
    folder = write_colours(tmp_path / "d", 4, names=("Red", "green"))
    write_colours(folder, 4, names=("violet",))
    found = bench.judging.judge(colours, folder=folder)
    assert found["classes"] == {
        "matched": 2, "unknown": ["violet"], "unseen": ["blue"], "loosely": {"Red": "red"},
        "left_out": 4,
    }  # fmt: skip
    assert found["images"] == 8
    assert len(found["notes"]) == 3
    with pytest.raises(InvalidInputError, match="knows none of the classes"):
        bench.judging.judge(colours, folder=write_colours(tmp_path / "e", 1, names=("car", "bus")))


@pytest.mark.parametrize(
    "form",
    ["file", *(pytest.param(one, marks=pytest.mark.nightly) for one in ("folder", "openvino"))],
)
def test_every_form_is_judged(bench: Workbench, colours: str, tmp_path: Path, form: str) -> None:
    folder = write_colours(tmp_path / "d", 3)
    if form == "openvino":
        file, card = colour_form(tmp_path / "ov", "openvino")
        ref = bench.store.models.add(
            file, extras={"model.bin": file.with_suffix(".bin")}, name="ov", kind="classifier",
            format="openvino", preprocess=card.preprocess, classes=card.classes,
            outputs=card.outputs,
        ).id  # fmt: skip
    else:
        path = bench.store.models.path_of(bench.store.models.get(colours))
        ref = str(path if form == "file" else path.parent)
    assert accuracy(bench.judging.judge(ref, folder=folder)) == 1.0


def test_two_models_are_compared_on_the_same_pictures(
    bench: Workbench, colours: str, tmp_path: Path
) -> None:
    card = colour_card(classes=["blue", "green", "red"], outputs={"probabilities": "prob"})
    swapped = foreign_model(tmp_path / "s.onnx", outputs=("prob",))
    options = ImportOptions(name="swapped", classes=card.classes, preprocess="size=8")
    bench.models.add(swapped, options)
    folder = write_colours(tmp_path / "d", 8)
    found = bench.judging.judge(colours, folder=folder, against="swapped")["against"]
    assert found["name"] == "swapped"
    assert found["accuracy"] == pytest.approx([1 / 3, 1.0])
    assert found["difference"]["value"] == pytest.approx(2 / 3)
    assert found["better"] == 1
    assert found["agreement"] == pytest.approx(1 / 3)
    bench.models.add(
        foreign_model(tmp_path / "o.onnx", outputs=("prob",)),
        ImportOptions(name="others", classes=("red", "green", "car"), preprocess="size=8"),
    )
    with pytest.raises(InvalidInputError, match="other classes"):
        bench.judging.judge(colours, folder=folder, against="others")


def labelled(bench: Workbench, folder: Path) -> dict[str, int]:
    """Make a project of the pictures, labelled by folder; return its classes."""
    bench.ingest(folder, "paint", labels="none")
    project = bench.projects.get("paint")
    ids = {
        name: bench.labels.add_class(project, name)["id"]
        for name in sorted(one.name for one in folder.iterdir())
    }
    changes = [
        LabelChange(row.id, ids[row.path.split("/")[-2]], "labelled")
        for row in rows(bench, project)
    ]
    bench.labels.label(project, changes)
    return ids


def test_a_model_is_judged_on_a_projects_split(
    bench: Workbench, colours: str, tmp_path: Path
) -> None:
    labelled(bench, write_colours(tmp_path / "d", 30, wrong=30))
    found = bench.judging.judge(colours, project="paint")
    assert found["on"] == {"folder": None, "project": "paint", "split": "test"}
    assert accuracy(found) == pytest.approx(1 - found["confusion"][0][1] / found["images"])
    assert found["mistakes"][0]["image_id"] > 0
    train = bench.judging.judge(colours, project="paint", split="train")
    assert train["images"] > found["images"]
    with pytest.raises(InvalidInputError, match="learned elsewhere"):
        bench.judging.judge(colours)
    with pytest.raises(InvalidInputError, match="a folder and a project"):
        bench.judging.judge(colours, project="paint", folder=tmp_path)
    with pytest.raises(InvalidInputError, match="no split"):
        bench.judging.judge(colours, project="paint", split="dev")


def test_a_project_without_labels_and_one_that_is_not_there_are_told(
    bench: Workbench, colours: str, tmp_path: Path
) -> None:
    bench.ingest(write_colours(tmp_path / "d", 2), "paint", labels="none")
    with pytest.raises(InvalidInputError, match="no labelled pictures"):
        bench.judging.judge(colours, project="paint")
    with pytest.raises(NotFoundError):
        bench.judging.judge(colours, project="none")
    with pytest.raises(UnknownModelError):
        bench.judging.judge("none", project="paint")


def test_tags_are_judged_by_a_projects_tags_and_not_by_folders(
    bench: Workbench, tmp_path: Path
) -> None:
    ids = labelled(bench, write_colours(tmp_path / "d", 20))
    project = bench.projects.get("paint")
    names = sorted(ids)
    changes = [
        LabelChange(row.id, None, "labelled", tags=(ids[row.path.split("/")[-2]],))
        for row in rows(bench, project)
    ]
    bench.labels.label(project, changes)
    card = replace(
        colour_card(task="multi", classes=["red", "green", "blue"]),
        project="paint",
        class_ids=tuple(ids[name] for name in ("red", "green", "blue")),
        thresholds=(0.5, 0.5, 0.5),
    )
    bench.models.add(colour_model(tmp_path / "t.onnx", card), ImportOptions(name="tagger"))
    found = bench.judging.judge("tagger")
    assert found["multi"]
    assert found["confusion"] is None
    assert accuracy(found) > 0.9
    assert found["figures"]["map"]["value"] == pytest.approx(1)
    assert names == sorted(one["name"] for one in found["per_class"])
    with pytest.raises(InvalidInputError, match="gives tags"):
        bench.judging.judge("tagger", folder=tmp_path / "d")


def test_folders_of_nothing_but_broken_pictures_say_what_is_wrong(
    bench: Workbench, colours: str, tmp_path: Path
) -> None:
    for name in ("red", "blue"):
        (tmp_path / "d" / name).mkdir(parents=True)
        (tmp_path / "d" / name / "1.png").write_bytes(b"no picture")
    with pytest.raises(InvalidInputError, match="can be read") as caught:
        bench.judging.judge(colours, folder=tmp_path / "d")
    assert "1.png" in caught.value.hint


def test_a_job_that_cannot_succeed_is_not_started(
    bench: Workbench, colours: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench.jobs, "pump", lambda: None)
    with pytest.raises(InvalidInputError, match="no folder"):
        bench.judging.start(colours, folder=str(tmp_path / "none"))
    folder = str(write_colours(tmp_path / "d", 1))
    with pytest.raises(UnknownModelError):
        bench.judging.start(colours, folder=folder, against="none")
    job = bench.judging.start(colours, folder=folder)
    assert (job["kind"], job["state"]) == ("evaluate-model", "queued")


def test_figures_of_a_split_that_it_learned_from_are_doubted(
    bench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sightline.core.samples import Sample, SampleSet
    from sightline.store.models import file_digest
    from sightline.train import manifest

    folder = write_colours(tmp_path / "d", 3)
    bench.ingest(folder, "paint", labels="none")
    files = sorted(folder.rglob("*.png"))
    samples = [Sample(at, one, 0, 0, "train", file_digest(one)) for at, one in enumerate(files[:4])]
    learned = SampleSet(tuple(samples), ("red",), (1,), "single")
    monkeypatch.setattr(manifest, "load", lambda _: learned)
    project = bench.projects.get("paint")
    run = bench.store.runs.create(
        project, "r", mode="new", parent=None, network="small_cnn", spec={}, epochs=1
    )
    card = replace(colour_card(), run=run.id)
    bench.models.add(colour_model(tmp_path / "m.onnx", card), ImportOptions(name="m"))
    found = bench.judging.judge("m", folder=folder)
    assert found["notes"] == ["It learned from 4 of the 9 pictures: expect less."]
    form = bench.store.models.add(
        colour_model(tmp_path / "f.onnx", card), name="f", kind="classifier", format="onnx",
        preprocess=card.preprocess, classes=card.classes, origin="gone", report={"run": run.id},
    )  # fmt: skip
    assert bench.judging.judge(form.id, folder=folder)["notes"] == found["notes"]
    assert np.isfinite(accuracy(found))
