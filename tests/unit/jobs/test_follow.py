from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from fakes.jobs import until
from sightline.jobs.follow import ProgressHub, follow

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.jobs.runner import JobRunner


def test_follow_yields_what_the_job_tells_until_it_ends(runner: JobRunner, workspace: Path) -> None:
    job = runner.start("steps", {"n": 4, "gate": str(workspace / "gate"), "gate_at": 2})
    steps = []
    for event in follow(runner, job.id):
        if event["kind"] == "metric":
            steps.append(event["step"])
            (workspace / "gate").touch()
    assert steps == [1, 2, 3, 4]
    assert runner.get(job.id).state == "done"


def test_hub_tells_running_jobs_only_and_the_newest_progress(
    runner: JobRunner, workspace: Path
) -> None:
    told: list[tuple[str, dict[str, Any]]] = []
    hub = ProgressHub(runner, lambda kind, data: told.append((kind, data)))
    hub.poll()
    stop = threading.Event()
    thread = threading.Thread(target=hub.run, args=(stop,), kwargs={"poll_s": 0.01})
    thread.start()
    try:
        job = runner.start("steps", {"n": 4, "gate": str(workspace / "gate"), "gate_at": 2})
        until(lambda: ("metric", {"job": job.id, "step": 2, "loss": 0.5}) in told)
        (workspace / "gate").touch()
        until(lambda: runner.table.get(job.id).finished)
        until(lambda: not hub._tails)
    finally:
        stop.set()
        thread.join()
    assert [data["step"] for kind, data in told if kind == "metric"] == [1, 2, 3, 4]
    progress = [data for kind, data in told if kind == "progress"]
    assert progress[-1]["done"] == 4
    assert progress[-1].keys() == {"job", "done", "total", "rate", "eta_s", "note"}
    told.clear()
    hub.poll()
    assert told == []


def test_hub_of_a_restarted_server_does_not_tell_the_past(
    runner: JobRunner, workspace: Path
) -> None:
    job = runner.start("steps", {"n": 4, "gate": str(workspace / "gate"), "gate_at": 2})
    until(lambda: runner.folder(job.id).events.exists() and runner.get(job.id).done)
    told: list[tuple[str, dict[str, Any]]] = []
    hub = ProgressHub(runner, lambda kind, data: told.append((kind, data)))
    until(lambda: b'"step": 2' in runner.folder(job.id).events.read_bytes())
    hub.poll()
    assert told == []
    (workspace / "gate").touch()
    runner.wait(job.id, timeout_s=30)
    hub.poll()
    assert [data["step"] for kind, data in told if kind == "metric"] == [3, 4]
