from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import psutil
import pytest

from fakes.jobs import make_runner, until
from sightline.core.errors import (
    BusyError,
    CancelledError,
    ConflictError,
    InvalidInputError,
    UnknownJobError,
)
from sightline.core.progress import Silent
from sightline.jobs.folder import Outcome
from sightline.jobs.processes import is_alive
from sightline.jobs.runner import new_id

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.jobs.runner import JobRunner
    from sightline.store.db import Database


def pid_of(runner: JobRunner, job_id: str) -> int:
    child = runner.folder(job_id).child(runner.get(job_id).attempt)
    assert child is not None
    return child.pid


def at_gate(runner: JobRunner, workspace: Path, *, n: int = 5, gate_at: int = 3) -> str:
    """Start a job that waits before its fourth step, and return once it waits there."""
    gate = str(workspace / "gate")
    job = runner.start("steps", {"n": n, "gate": gate, "gate_at": gate_at}, actor="ann")
    kept = runner.folder(job.id).path / "kept.json"
    until(lambda: kept.exists() and kept.read_text() == str(gate_at))
    return job.id


def test_job_runs_in_a_process_of_its_own_with_its_environment(runner: JobRunner) -> None:
    job = runner.wait(runner.start("look", {}, project="digits", actor="ann").id, timeout_s=60)
    assert job.state == "done"
    assert job.result == {
        "env": {"OMP_NUM_THREADS": "2", "FAKE_KIND": "look", "FAKE_ALL": "yes"},
        "session": True,
        "nan": None,
    }
    text, after = runner.log(job.id)
    assert "printed to the log: ä" in text
    assert runner.log(job.id, after) == ("", after)
    assert not runner.folder(job.id).is_locked()


def test_progress_is_live_and_kept_at_the_end(runner: JobRunner, workspace: Path) -> None:
    job_id = at_gate(runner, workspace)
    until(lambda: runner.get(job_id).done == 3)
    live = runner.get(job_id)
    assert (live.state, live.total, live.note) == ("running", 5, "step 3")
    assert runner.list(state="running") == [live]
    (workspace / "gate").touch()
    job = runner.wait(job_id, timeout_s=60)
    assert (job.done, job.total, job.note) == (5, 5, "step 5")
    assert job.result == {"bench": "a bench", "first": 0, "attempt": 1}


def test_cancelled_job_stops_midway_and_resumes_there(runner: JobRunner, workspace: Path) -> None:
    job_id = at_gate(runner, workspace)
    runner.cancel(job_id)
    job = runner.wait(job_id, timeout_s=60)
    assert (job.state, job.done, job.error, job.resumable) == ("cancelled", 3, None, True)
    assert runner.cancel(job_id).state == "cancelled"
    (workspace / "gate").touch()
    until(lambda: not runner.folder(job_id).is_locked())
    runner.resume(job_id)
    job = runner.wait(job_id, timeout_s=60)
    assert job.state == "done"
    assert job.result == {"bench": "a bench", "first": 3, "attempt": 2}


def test_sigterm_cancels(runner: JobRunner, workspace: Path) -> None:
    job_id = at_gate(runner, workspace)
    os.kill(pid_of(runner, job_id), signal.SIGTERM)
    assert runner.wait(job_id, timeout_s=60).state == "cancelled"


def test_job_that_does_not_listen_is_killed_with_its_children_after_the_grace(
    db: Database, workspace: Path
) -> None:
    runner = make_runner(db, workspace, grace_s=0.2)
    job = runner.start("stubborn", {})
    folder = runner.folder(job.id)
    until(lambda: folder.events.exists() and "pid" in folder.events.read_text())
    grandchild = psutil.Process(pid_of(runner, job.id)).children()[0]
    runner.cancel(job.id)
    assert runner.get(job.id).state == "running"
    assert runner.wait(job.id, timeout_s=60).state == "cancelled"
    assert not is_alive(grandchild.pid, grandchild.create_time())
    runner.close()


def test_killed_worker_is_interrupted_and_resumes_where_it_was(
    runner: JobRunner, workspace: Path
) -> None:
    job_id = at_gate(runner, workspace)
    os.kill(pid_of(runner, job_id), signal.SIGKILL)
    job = runner.wait(job_id, timeout_s=60)
    assert (job.state, job.resumable) == ("interrupted", True)
    assert job.error is not None
    assert "SIGKILL" in job.error["message"]
    assert "resume" in job.error["hint"]
    (workspace / "gate").touch()
    runner.resume(job_id)
    job = runner.wait(job_id, timeout_s=60)
    assert (job.state, job.error) == ("done", None)
    assert job.result == {"bench": "a bench", "first": 3, "attempt": 2}


def test_job_outlives_its_server_and_is_adopted_by_the_next(
    db: Database, runner: JobRunner, workspace: Path
) -> None:
    job_id = at_gate(runner, workspace)
    runner.close()
    server = make_runner(db, workspace)
    assert [job.id for job in server.adopt()] == [job_id]
    (workspace / "gate").touch()
    assert server.wait(job_id, timeout_s=60).state == "done"
    server.close()


def test_job_that_died_while_no_server_ran_is_interrupted(
    db: Database, runner: JobRunner, workspace: Path
) -> None:
    job_id = at_gate(runner, workspace)
    pid = pid_of(runner, job_id)
    until(lambda: runner.get(job_id).done == 3)
    runner.close()
    os.kill(pid, signal.SIGKILL)
    server = make_runner(db, workspace)
    until(lambda: not server.adopt())
    job = server.get(job_id)
    assert (job.state, job.done, job.resumable) == ("interrupted", 3, True)


def test_result_that_a_worker_left_before_it_died_counts(
    runner: JobRunner, workspace: Path
) -> None:
    job_id = at_gate(runner, workspace)
    done = Outcome(state="done", attempt=1, result={"n": 5}, done=5, total=5)
    runner.folder(job_id).write_outcome(done)
    os.kill(pid_of(runner, job_id), signal.SIGKILL)
    job = runner.wait(job_id, timeout_s=60)
    assert (job.state, job.result, job.done) == ("done", {"n": 5}, 5)


@pytest.mark.parametrize(
    ("how", "code", "message", "hint"),
    [
        ("vanish", "internal", "exit code 3", "log"),
        pytest.param(
            "crash",
            "internal",
            "SIGSEGV",
            "log",
            marks=pytest.mark.skipif(os.name == "nt", reason="no such signal"),
        ),
    ],
)
def test_worker_that_dies_fails_with_a_reason(
    runner: JobRunner, how: str, code: str, message: str, hint: str
) -> None:
    job = runner.wait(runner.start("fails", {"how": how}).id, timeout_s=60)
    assert job.state == "failed"
    assert job.error is not None
    assert job.error["code"] == code
    assert message in job.error["message"]
    assert hint in job.error["hint"]


def test_queue_keeps_its_order_and_lanes_do_not_wait_for_each_other(
    runner: JobRunner, workspace: Path
) -> None:
    first = at_gate(runner, workspace)
    later = [runner.start("steps", {"n": 1}).id for _ in range(2)]
    aside = runner.start("io", {"n": 1}).id
    assert runner.wait(aside, timeout_s=60).state == "done"
    assert [runner.get(job_id).state for job_id in later] == ["queued", "queued"]
    assert runner.cancel(later[0]).state == "cancelled"
    (workspace / "gate").touch()
    assert runner.wait(later[1], timeout_s=60).state == "done"
    assert runner.get(first).state == "done"
    started = [str(runner.get(job_id).started_at) for job_id in (first, later[1])]
    assert started == sorted(started)
    assert runner.get(later[0]).started_at is None


def test_two_runners_start_a_queued_job_once(db: Database, workspace: Path) -> None:
    runners = [make_runner(db, workspace) for _ in range(2)]
    table = runners[0].table
    ids = [new_id() for _ in range(2)]
    for job_id in ids:
        runners[0].folder(job_id).create({})
        table.create(job_id, "io", {"n": 1}, project=None, actor="", resumable=False)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda runner: runner.pump(), runners))
    assert sum(len(runner._children) for runner in runners) == 2
    for job_id in ids:
        assert runners[0].wait(job_id, timeout_s=60).state == "done"
        assert runners[0].log(job_id).text.count("counted") == 1
    for runner in runners:
        runner.close()


def test_worker_that_cannot_be_started_fails_its_job(db: Database, workspace: Path) -> None:
    runner = make_runner(db, workspace, command=lambda *_: ["/no/such/program"])
    job = runner.start("steps", {"n": 1})
    assert job.state == "failed"
    assert job.error is not None
    assert "could not be started" in job.error["message"]


def test_what_cannot_be_is_refused(runner: JobRunner, workspace: Path) -> None:
    with pytest.raises(InvalidInputError, match="stepps") as caught:
        runner.start("stepps", {})
    assert "steps" in caught.value.hint
    with pytest.raises(InvalidInputError, match="JSON"):
        runner.start("steps", {"n": workspace})
    for act in (runner.get, runner.cancel, runner.resume, runner.remove, runner.log):
        for job_id in ("nope", "../x", ""):
            with pytest.raises(UnknownJobError):
                act(job_id)
    assert list((workspace / "jobs").iterdir()) == []


def test_active_job_is_neither_resumed_nor_removed(runner: JobRunner, workspace: Path) -> None:
    job_id = at_gate(runner, workspace)
    for act in (runner.resume, runner.remove):
        with pytest.raises(ConflictError, match="running"):
            act(job_id)
    with pytest.raises(BusyError):
        runner.wait(job_id, timeout_s=0)


def test_run_here_is_written_down_like_any_job(runner: JobRunner) -> None:
    seen: list[tuple[int, int | None]] = []

    class Sink(Silent):
        def advance(self, done: int, total: int | None, note: str = "") -> None:  # noqa: ARG002
            seen.append((done, total))

    result = runner.run_here("here", "steps", {"n": 3}, project="digits", actor="ann", sink=Sink())
    assert result == {"bench": "here", "first": 0, "attempt": 1}
    assert seen == [(1, 3), (2, 3), (3, 3)]
    (job,) = runner.list()
    assert (job.state, job.done, job.project, job.actor) == ("done", 3, "digits", "ann")
    assert job.result == result
    with pytest.raises(ConflictError, match="done"):
        runner.cancel(job.id)


def test_run_here_passes_errors_on_and_writes_them_down(runner: JobRunner) -> None:
    with pytest.raises(ValueError, match="bad value"):
        runner.run_here(None, "fails", {"how": "value"})
    (job,) = runner.list()
    assert (job.state, job.done, job.total) == ("failed", 1, 2)
    assert "Traceback" in runner.log(job.id).text


def test_ctrl_c_cancels_what_runs_here(runner: JobRunner) -> None:
    class Impatient(Silent):
        def advance(self, done: int, total: int | None, note: str = "") -> None:  # noqa: ARG002
            raise KeyboardInterrupt

    with pytest.raises(CancelledError):
        runner.run_here(None, "steps", {"n": 3}, sink=Impatient())
    assert runner.list()[0].state == "cancelled"


def test_old_folders_are_trimmed_and_active_ones_kept(runner: JobRunner, workspace: Path) -> None:
    active = at_gate(runner, workspace)
    for _ in range(5):
        runner.run_here(None, "steps", {"n": 1})
    runner.trim(keep=2)
    kept = {job.id for job in runner.list()}
    assert len(kept) == 3
    assert active in kept
    assert {path.name for path in (workspace / "jobs").iterdir()} == kept


def test_ids_sort_by_time() -> None:
    ids = [new_id() for _ in range(100)]
    assert ids == sorted(ids)
    assert len(set(ids)) == 100
    assert {len(one) for one in ids} == {14}


def test_ends_that_no_worker_could_write_down_are_told(runner: JobRunner, workspace: Path) -> None:
    told: list[tuple[str, str]] = []
    runner.on_end = lambda job: told.append((job.id, job.state))
    running = at_gate(runner, workspace)
    queued = runner.start("steps", {"n": 1}).id
    runner.cancel(queued)
    os.kill(pid_of(runner, running), signal.SIGKILL)
    runner.wait(running, timeout_s=60)
    runner.wait(runner.start("steps", {"n": 1}).id, timeout_s=60)
    assert told == [(queued, "cancelled"), (running, "interrupted")]
