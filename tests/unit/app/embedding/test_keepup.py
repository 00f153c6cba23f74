"""Pictures that arrive later are embedded without being asked, where a project has embeddings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.pets import write_pets
from sightline.app.embedding.keepup import DELAY_S, KeepUp

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app import Workbench
    from sightline.store.projects import Project


@pytest.fixture
def watch(bench: Workbench, pets: Project) -> KeepUp:
    made = KeepUp(bench.store, bench.projects, bench.encoders, bench.jobs)
    made._last = bench.store.events.last_id()
    assert pets.name
    return made


def jobs(bench: Workbench) -> list[str]:
    return [job.kind for job in bench.jobs.list()]


def arrive(bench: Workbench, folder: Path, count: int = 2) -> None:
    bench.ingest(write_pets(folder, count, seed=8), "pets", labels="none")


def test_what_arrives_is_embedded_by_one_job(
    bench: Workbench, pets: Project, watch: KeepUp, tmp_path: Path
) -> None:
    bench.encoders.embed(pets)
    arrive(bench, tmp_path / "more")
    watch.look(100.0)
    assert jobs(bench) == [], "what follows at once goes into the same job"
    watch.look(100.0 + DELAY_S)
    watch.look(200.0)
    assert jobs(bench) == ["embed"]
    bench.wait(bench.jobs.list()[0].id)
    found = bench.encoders.embeddings(pets)
    assert found is not None
    assert len(found.missing(64)) == 0
    watch.look(300.0)
    assert jobs(bench) == ["embed"]


def test_a_project_without_embeddings_is_left_alone_and_one_that_says_so(
    bench: Workbench, pets: Project, watch: KeepUp, tmp_path: Path
) -> None:
    arrive(bench, tmp_path / "more")
    watch.look(0.0)
    watch.look(10.0)
    bench.encoders.embed(pets)
    bench.projects.save_settings(pets, {"auto_embed": False})
    arrive(bench, tmp_path / "again", 3)
    watch.look(20.0)
    watch.look(30.0)
    assert jobs(bench) == []


def test_while_a_job_is_at_work_the_next_waits_for_its_end(
    bench: Workbench, pets: Project, watch: KeepUp, tmp_path: Path
) -> None:
    bench.encoders.embed(pets)
    busy = bench.store.jobs.create(
        "b1", "embed", {}, project="pets", actor="", resumable=True, running=True
    )
    arrive(bench, tmp_path / "more")
    watch.look(0.0)
    watch.look(10.0)
    assert jobs(bench) == ["embed"]
    bench.store.jobs.finish(busy.id, "done")
    watch.look(20.0)
    assert jobs(bench) == ["embed", "embed"]
    bench.wait(bench.jobs.list()[0].id)


def test_an_encoder_that_is_gone_stops_nothing(
    bench: Workbench, pets: Project, watch: KeepUp, tmp_path: Path
) -> None:
    bench.encoders.embed(pets)
    bench.projects.save_settings(pets, {"encoder": "gone"})
    arrive(bench, tmp_path / "more")
    watch.look(0.0)
    watch.look(10.0)
    assert jobs(bench) == []


def test_the_thread_follows_and_ends(bench: Workbench, pets: Project) -> None:
    bench.encoders.embed(pets)
    watch = KeepUp(bench.store, bench.projects, bench.encoders, bench.jobs)
    watch.start()
    watch.stop()
    assert not watch._thread.is_alive()
