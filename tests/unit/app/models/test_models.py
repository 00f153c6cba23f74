from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from fakes.onnx_graphs import RED_GREEN_BLUE, colour_card, colour_model, foreign_model
from fakes.plain_pictures import picture_bytes, write_picture
from sightline.core.errors import InvalidInputError, MissingWeightsError, UnknownModelError
from sightline.store.model_plan import ImportOptions
from unit.app.conftest import label_by_folder, rows
from unit.app.training.test_training import TINY

if TYPE_CHECKING:
    from sightline.app import Workbench
    from sightline.store.projects import Project


@pytest.fixture
def colours(bench: Workbench, tmp_path: Path) -> dict[str, Any]:
    """A classifier that says red, green or blue."""
    return bench.models.add(colour_model(tmp_path / "c.onnx"), ImportOptions(name="colours"))


@pytest.fixture
def trained(bench: Workbench, pets: Project, monkeypatch: pytest.MonkeyPatch) -> str:
    """A network of cats and dogs, trained for one epoch."""
    import torch

    from sightline.core.progress import Silent

    label_by_folder(bench, pets)
    monkeypatch.setattr(bench.jobs, "pump", lambda: None)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    run = bench.training.start(pets, TINY)["run"]
    model: str = bench.training.perform(run, Silent())["model"]
    torch.set_num_threads(threads)
    return model


def test_a_model_is_added_shown_verified_and_deleted(
    bench: Workbench, colours: dict[str, Any]
) -> None:
    assert (colours["name"], colours["kind"]) == ("colours", "classifier")
    assert bench.models.get("colours") == colours
    assert [one["id"] for one in bench.models.all()] == [colours["id"]]
    assert bench.model_shelf.verify("colours")["ok"]
    trashed = Path(bench.models.delete("colours")["trashed"])
    assert (trashed / "model.json").is_file()
    assert bench.models.all() == []
    with pytest.raises(UnknownModelError):
        bench.models.get("colours")
    changes = [e.payload["change"] for e in bench.store.events.since(0) if e.kind == "model"]
    assert changes == ["added", "deleted"]


def test_pictures_folders_and_bytes_are_answered_in_order_and_bad_ones_named(
    bench: Workbench, colours: dict[str, Any], tmp_path: Path
) -> None:
    files: list[Any] = [write_picture(tmp_path / f"{one}.png", one) for one in ("blue", "red")]
    (tmp_path / "bad.png").write_bytes(b"not a picture")
    sources = [*files, tmp_path / "bad.png", tmp_path / "none.png", picture_bytes("green")]
    found = list(bench.predict("colours", sources))
    assert [one.get("label") for one in found] == ["blue", "red", None, None, "green"]
    for one in (found[0], found[1], found[4]):
        assert set(one) == {"path", "label", "probability", "probabilities"}
        assert set(one["probabilities"]) == set(RED_GREEN_BLUE)
        assert one["probability"] == max(one["probabilities"].values())
        assert sum(one["probabilities"].values()) == pytest.approx(1, abs=1e-3)
    assert found[2]["path"] == str(tmp_path / "bad.png")
    assert all(set(one) >= {"path", "error", "reason"} for one in found[2:4])
    assert [one["label"] for one in bench.predict(colours["id"], [files[0]], top=1)] == ["blue"]


@pytest.mark.usefixtures("colours")
def test_images_of_a_project_are_answered_by_id(bench: Workbench, tmp_path: Path) -> None:
    for name in ("red", "blue"):
        write_picture(tmp_path / "in" / f"{name}.png", name)
    bench.ingest(tmp_path / "in", "plain", labels="none")
    ids = [row.id for row in rows(bench, bench.projects.get("plain"))]
    found = bench.models.predict_images("colours", ids)
    assert [one["label"] for one in found] == ["blue", "red"]
    assert [Path(one["path"]).name for one in found] == ["blue.png", "red.png"]


def test_an_encoder_answers_no_question(bench: Workbench, tmp_path: Path) -> None:
    file = foreign_model(tmp_path / "f.onnx", outputs=("embedding",))
    bench.models.add(file, ImportOptions(name="enc", preprocess="unit-8"))
    with pytest.raises(InvalidInputError, match="encoder"):
        list(bench.predict("enc", [tmp_path / "a.png"]))
    with pytest.raises(InvalidInputError, match="encoder"):
        bench.models.ready_file("enc")


def test_unknown_models_are_told_with_a_hint(bench: Workbench, colours: dict[str, Any]) -> None:
    assert colours
    for call in (
        lambda: bench.models.get("coulors"),
        lambda: bench.models.delete("coulors"),
        lambda: bench.model_shelf.verify("coulors"),
        lambda: bench.models.export("coulors"),
        lambda: bench.models.start_export("coulors"),
        lambda: list(bench.predict("coulors", [])),
        lambda: bench.models.predict_images("coulors", []),
    ):
        with pytest.raises(UnknownModelError) as caught:
            call()
        assert caught.value.hint
    assert bench.jobs.list() == []


def test_a_network_is_exported_once_it_answers_alike_and_then_asked(
    bench: Workbench, pets: Project, trained: str, tmp_path: Path
) -> None:
    ids = [row.id for row in rows(bench, pets)[:2]]
    with pytest.raises(MissingWeightsError, match="not exported"):
        bench.models.predict_images(trained, ids)
    result = bench.export(trained)
    assert set(result) >= {"path", "parity_max_abs", "bytes"}
    assert result["parity_max_abs"] <= 1e-3
    assert Path(result["path"]).stat().st_size == result["bytes"]
    assert Path(result["path"]).parent == bench.store.models.root / trained
    assert [set(one["probabilities"]) for one in bench.models.predict_images(trained, ids)] == [
        {"cat", "dog"}
    ] * 2
    elsewhere = tmp_path / "deep" / "out.onnx"
    assert bench.export(trained, out=elsewhere)["path"] == str(elsewhere)
    answer = next(bench.predict(str(elsewhere), [rows(bench, pets)[0].path]))
    assert answer["label"] in {"cat", "dog"}


def test_asking_a_network_exports_it_first(bench: Workbench, trained: str, pets: Project) -> None:
    row = rows(bench, pets)[0]
    found = list(bench.predict("pets-small_cnn", [row.path]))
    assert found[0]["label"] in {"cat", "dog"}
    assert bench.models.ready_file(trained)[1].is_file()


def test_the_probes_of_an_export_are_real_pictures_the_test_split_first(
    bench: Workbench, pets: Project, trained: str
) -> None:
    card = bench.store.models.get(trained)
    splits = {row.path: row.split for row in rows(bench, pets)}
    found = [splits[str(one.name)] for one in bench.models.probes(card)]
    assert len(found) == 32
    assert found[0] == "test"
    first_other = next(at for at, split in enumerate(found) if split != "test")
    assert "test" not in found[first_other:]
    bench.projects.delete("pets")
    assert bench.models.probes(card) == []


def test_a_format_that_is_not_there_is_refused(bench: Workbench, trained: str) -> None:
    with pytest.raises(InvalidInputError, match="tflite") as caught:
        bench.export(trained, form="tflite")
    assert "onnx" in caught.value.hint


def test_a_turned_picture_is_seen_upright(bench: Workbench, tmp_path: Path) -> None:
    """The whole path: EXIF orientation counts in the store, in the export and in the answer."""
    card = colour_card()
    bench.models.add(colour_model(tmp_path / "c.onnx", card), ImportOptions(name="colours"))
    image = Image.new("RGB", (40, 20), (0, 0, 255))
    exif = Image.Exif()
    exif[0x0112] = 6
    image.save(tmp_path / "turned.jpg", exif=exif)
    bench.ingest(tmp_path / "turned.jpg", "turned")
    row = rows(bench, bench.projects.get("turned"))[0]
    assert (row.width, row.height) == (20, 40)
    assert bench.models.predict_images("colours", [row.id])[0]["label"] == "blue"
