from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pytest

from fakes.onnx_graphs import colour_card, colour_model
from fakes.pets import write_pets
from fakes.tiny_models import save_weights
from sightline.app.engines.room import RemoteEncoder
from sightline.core.errors import (
    CancelledError,
    InvalidInputError,
    MissingWeightsError,
    NotFoundError,
    UnknownEngineError,
)
from sightline.core.progress import Silent
from sightline.store.model_plan import ImportOptions
from unit.app.conftest import label_by_folder

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app import Workbench
    from sightline.store.projects import Project


class Stop(Silent):
    """Asks the work to stop after so many checks."""

    def __init__(self, after: int) -> None:
        self._left = after

    def check(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise CancelledError("stopped")


def test_embedding_does_only_what_is_missing(
    bench: Workbench, pets: Project, tmp_path: Path
) -> None:
    report = bench.encoders.embed(pets)
    assert report.pop("seconds") > 0
    assert report == {"engine": "hog", "embedded": 60, "skipped": []}
    assert bench.encoders.embed(pets)["embedded"] == 0
    bench.ingest(write_pets(tmp_path / "more", 2, seed=8), "pets", labels="none")
    assert bench.encoders.embed(pets)["embedded"] == 4


def test_a_stopped_embedding_goes_on_where_it_stopped(bench: Workbench, pets: Project) -> None:
    with pytest.raises(CancelledError):
        bench.encoders.embed(pets, progress=Stop(after=3))
    done = 60 - bench.encoders.embed(pets)["embedded"]
    assert 0 < done < 60
    found = bench.encoders.embeddings(pets)
    assert found is not None
    assert len(found.missing(60)) == 0


def test_a_picture_that_is_gone_is_listed_and_stops_nothing(
    bench: Workbench, pets: Project, pictures: Path
) -> None:
    gone = pictures / "cat" / "003.png"
    gone.unlink()
    result = bench.encoders.embed(pets)
    assert result["embedded"] == 59
    assert [one["path"] for one in result["skipped"]] == [str(gone)]
    label_by_folder(bench, pets)
    assert bench.train_head("pets")["accuracy"] > 0.8


def test_an_unknown_encoder_changes_nothing(bench: Workbench, pets: Project) -> None:
    for call in (bench.encoders.embed, bench.encoders.start_embed):
        with pytest.raises(UnknownEngineError) as caught:
            call(pets, "hgo")
        assert "'hog'" in caught.value.hint
    assert bench.encoders.name_of(pets) == "hog"
    assert bench.jobs.list() == []


def _switches(bench: Workbench, pets: Project, name: str, dim: int) -> dict[str, Any]:
    """Fit with the built-in encoder, then switch, and return the new head."""
    label_by_folder(bench, pets)
    bench.train_head("pets")
    engines = {one["name"]: one for one in bench.engine_list()}
    assert engines[name]["ready"]
    assert bench.encoders.embed(pets, name)["embedded"] == 60
    assert bench.encoders.name_of(pets) == name
    assert bench.heads.require(pets)["stale"], "the head is still the other encoder's"
    bench.heads.prepare(pets, Silent())
    head = bench.heads.require(pets)
    assert (head["encoder"], head["stale"]) == (name, False)
    array = bench.encoders.embeddings(pets)
    assert array is not None
    assert array.snapshot().header.row_shape == (dim,)
    assert len(bench.heads.guesses(pets, list(range(60)))) == 60
    return head


def test_a_project_switches_to_an_encoder_that_was_added(
    bench: Workbench, pets: Project, tmp_path: Path
) -> None:
    file = colour_model(tmp_path / "colours.onnx")
    bench.models.add(file, ImportOptions(name="colours", output="embedding"))
    _switches(bench, pets, "colours", 3)
    bench.encoders.embed(pets, "hog")
    assert bench.encoders.name_of(pets) == "hog"
    assert bench.encoders.embed(pets)["embedded"] == 0, "the first embeddings are still there"


def test_a_project_switches_to_a_real_network(
    bench: Workbench, pets: Project, shared_data: Path
) -> None:
    file = shared_data / "weights_mobilenet_v2" / "mobilenet_v2_imagenet.onnx"
    added = bench.models.add(file, ImportOptions(name="mobilenet", preprocess="imagenet-224-crop"))
    assert added["kind"] == "encoder"
    head = _switches(bench, pets, "mobilenet", 1280)
    assert head["accuracy"] > 0.8


def _add(bench: Workbench, file: Path, name: str, **options: Any) -> dict[str, Any]:
    return bench.models.add(file, ImportOptions(name=name, **options))


@pytest.mark.nightly
def test_a_server_embeds_with_torch_in_another_process(
    bench: Workbench, pets: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench.room, "trial", lambda *_: {"dim": 1024})
    file = save_weights(tmp_path / "w.safetensors")
    added = _add(bench, file, "net", network="mobilenet_v3_small", preprocess="imagenet-64")
    assert (added["kind"], added["dim"]) == ("encoder", 1024)
    remote = bench.encoders.encoder("net")
    assert isinstance(remote, RemoteEncoder)
    assert remote.encode([]).shape == (0, 1024)
    assert bench.encoders.embed(pets, "net")["embedded"] == 60
    job = bench.encoders.start_embed(pets, "net")
    assert bench.wait(job["id"])["embedded"] == 0, "the job's vectors have the same key"
    here = bench.encoders.encoder("net", here=True)
    assert not isinstance(here, RemoteEncoder)
    picture = np.full((80, 70, 3), 90, np.uint8)
    assert here.encode([picture]) == pytest.approx(remote.encode([picture]), abs=1e-4)


def test_encoders_stand_side_by_side_and_one_can_be_forgotten(
    bench: Workbench, pets: Project, tmp_path: Path
) -> None:
    _add(bench, colour_model(tmp_path / "c.onnx"), "colours", output="embedding")
    bench.encoders.embed(pets)
    bench.encoders.embed(pets, "colours")
    rows = bench.encoders.of_project(pets)
    assert [(one["name"], one["current"], one["embedded"]) for one in rows] == [
        ("colours", True, 60),
        ("hog", False, 60),
        ("dictionary", False, 0),
    ]
    assert (rows[0]["dim"], rows[0]["total"], rows[0]["text"]) == (3, 60, False)
    other = bench.encoders.embeddings(pets, "hog")
    assert other is not None
    assert other.header.row_shape == (600,)
    assert bench.encoders.forget(pets, "hog")["deleted"] == 60
    assert [one["embedded"] for one in bench.encoders.of_project(pets)] == [60, 0, 0]
    with pytest.raises(NotFoundError, match="no embeddings of 'hog'"):
        bench.encoders.forget(pets, "hog")


def test_embeddings_of_a_model_that_is_gone_are_listed_and_can_go(
    bench: Workbench, pets: Project, tmp_path: Path
) -> None:
    added = _add(bench, colour_model(tmp_path / "c.onnx"), "colours", output="embedding")
    bench.encoders.embed(pets, "colours")
    bench.models.delete(added["id"])
    orphan = next(one for one in bench.encoders.of_project(pets) if one["embedded"])
    assert (orphan["ready"], orphan["missing"]) == (False, "its model is gone")
    with pytest.raises(UnknownEngineError, match="'colours'") as caught:
        bench.encoders.embed(pets)
    assert "models catalogue" in caught.value.hint
    assert bench.heads.get(pets) is None, "what does not need the encoder goes on"
    assert bench.encoders.forget(pets, orphan["key"])["deleted"] == 60


def test_a_head_is_stale_once_another_model_bears_its_encoders_name(
    bench: Workbench, pets: Project, tmp_path: Path
) -> None:
    _add(bench, colour_model(tmp_path / "a.onnx"), "colours", output="embedding")
    bench.encoders.embed(pets, "colours")
    label_by_folder(bench, pets)
    assert bench.train_head("pets")["stale"] is False
    _add(bench, colour_model(tmp_path / "b.onnx", colour_card(temperature=0.5)), "colours")
    assert bench.heads.require(pets)["stale"]
    assert bench.train_head("pets")["stale"] is False


def test_two_models_of_one_name_do_not_mix(bench: Workbench, pets: Project, tmp_path: Path) -> None:
    first = _add(bench, colour_model(tmp_path / "a.onnx"), "colours", output="embedding")
    assert bench.encoders.embed(pets, "colours")["embedded"] == 60
    other = colour_model(tmp_path / "b.onnx", colour_card(temperature=0.5))
    second = _add(bench, other, "colours", output="embedding")
    names = {one["name"] for one in bench.engine_list()}
    assert names == {"hog", "dictionary", "colours", first["id"]}, "the newest bears the name"
    assert bench.encoders.key_of("colours") == bench.encoders.key_of(second["id"])
    assert bench.encoders.embed(pets)["embedded"] == 60, "another file, other embeddings"
    assert bench.encoders.embed(pets, first["id"])["embedded"] == 0, "the first are still there"
    assert bench.encoders.name_of(pets) == first["id"]
    bench.models.delete(second["id"])
    assert bench.encoders.key_of("colours") == bench.encoders.key_of(first["id"])


@pytest.mark.parametrize("how", ["changed", "gone"])
def test_weights_that_changed_or_are_gone_are_told_and_nothing_is_mixed(
    bench: Workbench, pets: Project, tmp_path: Path, how: str
) -> None:
    _add(bench, colour_model(tmp_path / "c.onnx"), "colours", output="embedding")
    path = bench.store.models.path_of(bench.store.models.get("colours"))
    if how == "changed":
        path.write_bytes(
            colour_model(tmp_path / "d.onnx", colour_card(temperature=9.0)).read_bytes()
        )
    else:
        path.unlink()
        engines = {one["name"]: one for one in bench.engine_list()}
        assert (engines["colours"]["ready"], engines["colours"]["missing"]) == (
            False,
            "model.onnx is missing",
        )
        with pytest.raises(MissingWeightsError):
            bench.encoders.start_embed(pets, "colours")
    with pytest.raises((InvalidInputError, MissingWeightsError)) as caught:
        bench.encoders.embed(pets, "colours")
    assert "again" in caught.value.hint
    assert bench.encoders.embeddings(pets, "colours") is None
    assert bench.encoders.name_of(pets) == "hog"


def test_any_torch_stands_for_the_newest_model_and_says_how_to_get_one(
    bench: Workbench, pets: Project, tmp_path: Path
) -> None:
    bench.projects.save_settings(pets, {"encoder": "torch"})
    with pytest.raises(MissingWeightsError) as caught:
        bench.encoders.embed(pets)
    assert "models pull mobilenet_v2" in caught.value.hint
    assert bench.encoders.name_of(pets) == "torch"
    assert bench.encoders.embeddings(pets) is None
    _add(bench, colour_model(tmp_path / "c.onnx"), "colours", output="embedding")
    assert bench.encoders.embed(pets)["engine"] == "colours"
    assert bench.encoders.name_of(pets) == "colours"


def test_pictures_that_arrive_while_it_embeds_are_taken_too(
    bench: Workbench, pets: Project, tmp_path: Path
) -> None:
    class Arriving(Silent):
        totals: ClassVar[list[int | None]] = []
        once = True

        def advance(self, done: int, total: int | None, note: str = "") -> None:
            super().advance(done, total, note)
            self.totals.append(total)
            if self.once:
                self.once = False
                bench.ingest(write_pets(tmp_path / "more", 3, seed=8), "pets", labels="none")

    progress = Arriving()
    assert bench.encoders.embed(pets, progress=progress)["embedded"] == 66
    assert (progress.totals[0], progress.totals[-1]) == (60, 66)


def test_vectors_that_are_no_numbers_are_refused_picture_by_picture(
    bench: Workbench, pets: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = bench.encoders.encoder("hog")
    encode = encoder.encode

    def broken(images: Any) -> Any:
        rows = encode(images)
        rows[0] = np.nan
        return rows

    monkeypatch.setattr(encoder, "encode", broken)
    report = bench.encoders.embed(pets)
    assert report["embedded"] + len(report["skipped"]) == 60
    assert {one["reason"] for one in report["skipped"]} == {"not finite"}
    found = bench.encoders.embeddings(pets)
    assert found is not None
    assert np.isfinite(found.load(60)[0]).all()


def test_weights_of_another_network_are_not_added(bench: Workbench, tmp_path: Path) -> None:
    file = save_weights(tmp_path / "w.safetensors")
    with pytest.raises(InvalidInputError, match="do not fit"):
        _add(bench, file, "net", network="resnet18")
    assert bench.models.all() == []
    assert list((bench.workspace / "models").iterdir()) == []
