from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from sightline.app.tasks import KINDS
from sightline.app.verbs import JobFailedError
from unit.app.conftest import label_by_folder

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app import Workbench
    from sightline.store.projects import Project


def test_every_kind_of_job_names_a_function_that_is_there() -> None:
    for kind in KINDS:
        module, _, function = kind.factory.partition(":")
        assert callable(getattr(import_module(module), function))
        assert kind.title
    assert {"ingest", "embed", "pull", "train", "export"} <= {kind.name for kind in KINDS}


def test_an_ingest_is_done_by_a_process_of_its_own_and_told(
    bench: Workbench, pictures: Path
) -> None:
    job = bench.pictures.start_ingest("pets", pictures, labels="none", copy=False)
    result = bench.wait(job["id"])
    assert result["added"] == 60
    assert bench.projects.summary(bench.projects.get("pets"))["images"] == 60
    assert bench.jobs.get(job["id"]).project == "pets"


def test_an_embedding_is_done_here_as_a_job_and_refits(bench: Workbench, pets: Project) -> None:
    label_by_folder(bench, pets)
    arguments = {"project": "pets", "engine": ""}
    result = bench.jobs.run_here(bench, "embed", arguments, project="pets")
    assert result["embedded"] == 60
    assert not bench.heads.require(pets)["stale"]


def test_a_job_that_fails_passes_on_what_it_said(bench: Workbench, pictures: Path) -> None:
    job = bench.jobs.start("ingest", {"project": "a/b", "source": str(pictures)})
    with pytest.raises(JobFailedError, match="a/b") as caught:
        bench.wait(job.id)
    assert caught.value.hint
