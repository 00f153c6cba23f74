from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from fakes.onnx_graphs import colour_model
from fakes.pets import write_pets
from sightline.core.errors import (
    CancelledError,
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
