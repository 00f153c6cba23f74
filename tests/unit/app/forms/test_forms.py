from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from fakes.conv_graphs import conv_card, conv_model
from sightline.app import tasks
from sightline.app.forms import making, static
from sightline.app.forms.wish import FormWish
from sightline.core.errors import (
    AccuracyLossError,
    CancelledError,
    InvalidInputError,
    UnknownModelError,
)
from sightline.core.progress import Silent
from sightline.export import latency
from sightline.predict.session import OnnxClassifier, open_classifier
from sightline.store.model_plan import ImportOptions

if TYPE_CHECKING:
    from sightline.app import Workbench
    from sightline.core.arrays import F32, U8
    from sightline.store.projects import Project

COLOURS = ("red", "green", "blue")
INT8 = FormWish(quantize="int8")


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latency, "ROUNDS", 2)
    monkeypatch.setattr(latency, "threads_here", lambda: (1,))


def write_colours(folder: Path, count: int = 30, names: tuple[str, ...] = COLOURS) -> Path:
    """Folders of red, green and blue pictures."""
    rng = np.random.default_rng(3)
    for at, name in enumerate(names):
        (folder / name).mkdir(parents=True)
        for number in range(count):
            pixels = rng.integers(0, 90, (10, 10, 3), dtype=np.uint8)
            pixels[..., at % 3] += 150
            Image.fromarray(pixels).save(folder / name / f"{number}.png")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_colours(tmp_path / "colours")


@pytest.fixture
def model(bench: Workbench, tmp_path: Path) -> str:
    """A classifier of colours that is an ONNX file."""
    added = bench.models.add(conv_model(tmp_path / "c.onnx"), ImportOptions(name="colours"))
    return str(added["id"])


@pytest.fixture
def project(bench: Workbench, folder: Path) -> Project:
    bench.ingest(folder, "paint", labels="folders")
    return bench.projects.get("paint")


class Worse(OnnxClassifier):
    """Says of every second picture something else."""

    def classify(self, images: U8) -> F32:
        found = super().classify(images)
        return np.roll(found, 1, axis=1) if int(images.sum()) % 2 else found


def answers_worse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let int8 forms answer worse than their source."""

    def opened(file: Path, card: Any = None, **_: Any) -> Any:
        found = open_classifier(file, card)
        return Worse(found._session, found.card, 1) if found.card.origin else found

    monkeypatch.setattr(static, "open_classifier", opened)
    monkeypatch.setattr(making, "open_model", opened)


def test_int8_becomes_a_model_of_its_own_with_a_report(
    bench: Workbench, model: str, project: Project, folder: Path
) -> None:
    found = bench.forms.export(model, FormWish(quantize="int8", project="paint", calibration=30))
    card = bench.store.models.get(found["model"])
    assert (card.name, card.format, card.precision) == ("colours-int8", "onnx", "int8")
    assert (card.origin, card.forced, card.run) == (model, False, "")
    assert card.report == found["report"]
    assert (card.report["origin_name"], card.report["run"]) == ("colours", "")
    judged = card.report["judged"]
    assert (judged["split"], judged["figure"], judged["lost"]) == ("val", "top1", 0.0)
    assert card.metrics["accuracy"] == judged["after"]["top1"] == 1.0
    known = card.report["calibration"]
    assert known["per_class"] == {"red": 10, "green": 10, "blue": 10}
    assert (known["method"], known["kept_float"], known["layers"]) == ("minmax", [], 2)
    listed = json.loads((bench.store.models.path_of(card).parent / "calibration.json").read_text())
    assert len(listed) == 30
    assert set(listed[0]) == {"path", "blake3", "class"}
    assert [one["name"] for one in card.report["files"]] == ["model.onnx", "calibration.json"]
    assert card.report["files"][0]["blake3"] == card.blake3
    assert bench.model_shelf.verify(card.id)["ok"]
    assert next(iter(bench.predict("colours-int8", [folder / "red" / "0.png"])))["label"] == "red"
    assert [one["model"] for one in bench.forms.all(model)] == [card.id]
    assert project.name == "paint"


def test_what_calibrates_never_judges(bench: Workbench, model: str, project: Project) -> None:
    assert project
    found = bench.forms.export(model, FormWish(quantize="int8", project="paint"))
    folder = bench.store.models.path_of(bench.store.models.get(found["model"])).parent
    listed = {one["blake3"] for one in json.loads((folder / "calibration.json").read_text())}
    state = bench.store.state.get(project.id)
    rows = bench.store.images.by_ordinals(project.id, list(range(state.size)))
    splits = {row.digest: int(state.split[row.ordinal]) for row in rows}
    assert {splits[one] for one in listed} == {0}


def test_a_folder_calibrates_and_judges_a_model_without_a_project(
    bench: Workbench, model: str, folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out" / "small.onnx"
    wish = FormWish(quantize="int8", data=str(folder), out=str(out))
    found = bench.forms.export(model, wish)
    assert found["path"] == str(out)
    assert "model" not in found
    assert found["report"]["judged"]["split"] == "folder"
    assert bench.forms.all(model) == []
    assert bench.store.models.get(str(out)).precision == "int8"
    assert next(iter(bench.predict(str(out), [folder / "blue" / "1.png"])))["label"] == "blue"


def test_a_form_that_loses_too_much_is_refused_and_nothing_is_written(
    bench: Workbench, model: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers_worse(monkeypatch)
    with pytest.raises(AccuracyLossError, match="points of top1") as caught:
        bench.forms.export(model, FormWish(quantize="int8", data=str(folder)))
    assert "--force" in caught.value.hint
    report = caught.value.details()["report"]
    assert report["judged"]["lost"] > report["judged"]["limit"] == 0.5
    tried = [(one["method"], one["kept_float"]) for one in report["trials"]]
    assert tried[:3] == [("minmax", 0), ("percentile", 0), ("entropy", 0)]
    assert any("best of 3 ways" in one for one in report["notes"])
    assert tried[3:] == []  # two layers are one run, and without it nothing is quantised
    assert len(bench.models.all()) == 1
    assert [one.name for one in bench.store.models.root.iterdir()] == [model]


def test_a_form_that_is_forced_is_marked(
    bench: Workbench, model: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers_worse(monkeypatch)
    wish = FormWish(quantize="int8", data=str(folder), force=True)
    found = bench.forms.export(model, wish)
    assert found["forced"]
    assert bench.store.models.get(found["model"]).forced
    allowed = bench.forms.export(model, FormWish(quantize="int8", data=str(folder), max_drop=100))
    assert not allowed["forced"]


def test_calibration_pictures_that_do_not_fit_are_refused(
    bench: Workbench, model: str, tmp_path: Path
) -> None:
    few = write_colours(tmp_path / "few", 3)
    others = write_colours(tmp_path / "others", 8, ("cat", "dog"))
    (tmp_path / "empty").mkdir()
    for wish, told in (
        (INT8, "has no project here"),
        (FormWish(quantize="int8", data=str(few)), "to calibrate on; at least 16"),
        (FormWish(quantize="int8", data=str(others)), "cat, dog"),
        (FormWish(quantize="int8", data=str(tmp_path / "empty")), "no pictures in folders"),
        (FormWish(quantize="int8", data=str(tmp_path / "none")), "there is no folder"),
        (FormWish(quantize="dynamic"), "no labelled pictures to judge"),
    ):
        with pytest.raises(InvalidInputError, match=told) as caught:
            bench.forms.export(model, wish)
        assert caught.value.hint
    assert len(bench.models.all()) == 1


def test_an_unjudged_form_is_kept_only_when_forced_and_says_so(
    bench: Workbench, model: str
) -> None:
    found = bench.forms.export(model, FormWish(quantize="dynamic", force=True))
    card = bench.store.models.get(found["model"])
    assert (card.name, card.precision, card.forced) == (
        "colours-int8-dynamic",
        "int8-dynamic",
        True,
    )
    assert card.report["judged"] is None
    assert "no labelled pictures" in " ".join(card.report["notes"])
    assert card.metrics == {}


def test_openvino_answers_as_its_source_in_float_and_in_int8(
    bench: Workbench, model: str, folder: Path
) -> None:
    for quantize, name in (("none", "colours-openvino"), ("int8", "colours-openvino-int8")):
        wish = FormWish(form="openvino", quantize=quantize, data=str(folder))
        found = bench.forms.export(model, wish)
        assert found["name"] == name
        assert found["report"]["judged"]["agreement"] == 1.0
        files = [one["name"] for one in found["report"]["files"]]
        assert set(files) >= {"model.xml", "model.bin"}
        said = next(iter(bench.predict(name, [folder / "green" / "2.png"])))
        assert said["label"] == "green"


def test_a_folder_made_outside_is_a_model(
    bench: Workbench, model: str, folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "colours-ov"
    bench.forms.export(model, FormWish(form="openvino", data=str(folder), out=str(out)))
    assert {one.name for one in out.iterdir()} == {"model.json", "model.xml", "model.bin"}
    assert next(iter(bench.predict(str(out), [folder / "red" / "3.png"])))["label"] == "red"


def test_what_cannot_be_exported_is_refused_with_a_hint(
    bench: Workbench, model: str, folder: Path
) -> None:
    made = bench.forms.export(model, FormWish(quantize="dynamic", data=str(folder)))
    for ref, wish, told in (
        (model, FormWish(), "ONNX file already"),
        (model, FormWish(form="torchscript"), "does not become TorchScript"),
        (made["model"], INT8, "exported form of"),
    ):
        with pytest.raises(InvalidInputError, match=told) as caught:
            bench.forms.export(ref, wish)
        assert caught.value.hint
    with pytest.raises(UnknownModelError):
        bench.forms.export("none", INT8)


def test_an_export_that_is_stopped_leaves_nothing(
    bench: Workbench, model: str, folder: Path
) -> None:
    class Stop(Silent):
        def check(self) -> None:
            raise CancelledError("stopped", hint="")

    with pytest.raises(CancelledError):
        bench.forms.export(model, FormWish(quantize="int8", data=str(folder)), progress=Stop())
    assert [one.name for one in bench.store.models.root.iterdir()] == [model]


def test_a_job_takes_the_wish_and_makes_the_form(
    bench: Workbench, model: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench.jobs, "pump", lambda: None)
    job = bench.models.start_export(model, FormWish(quantize="int8", data=str(folder)))
    arguments = bench.jobs.get(job["id"]).arguments
    context: Any = Silent()
    found = tasks.export(bench, context, **arguments)
    assert found["name"] == "colours-int8"


def test_an_exported_form_that_is_added_elsewhere_is_still_marked(
    bench: Workbench, model: str, folder: Path
) -> None:
    made = bench.forms.export(model, FormWish(quantize="dynamic", force=True))
    again = bench.models.add(Path(made["path"]), ImportOptions(name="copy"))
    assert (again["precision"], again["origin"], again["forced"]) == ("int8-dynamic", model, True)
    assert folder
    assert conv_card().precision == "float32"
