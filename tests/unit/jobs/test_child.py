from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sightline.core.errors import UnreadableImageError
from sightline.jobs import child
from sightline.jobs.child import EXIT_BUSY, described
from sightline.jobs.runner import new_id

if TYPE_CHECKING:
    from sightline.jobs.runner import JobRunner


def ready(runner: JobRunner, kind: str, **arguments: Any) -> str:
    """Write a job down as its worker finds it."""
    job_id = new_id()
    runner.folder(job_id).create({})
    runner.table.create(
        job_id, kind, arguments, project=None, actor="", resumable=True, running=True
    )
    return job_id


@pytest.mark.parametrize(
    ("how", "error"),
    [
        (
            "sightline",
            {
                "code": "unreadable_image",
                "message": "cannot read a.jpg",
                "hint": "copy it again",
                "reason": "truncated",
            },
        ),
        ("value", {"code": "internal", "message": "ValueError: bad value", "hint": "see the log"}),
        ("exit", {"code": "internal", "message": "SystemExit: 3", "hint": "see the log"}),
    ],
)
def test_error_becomes_code_message_and_hint(
    runner: JobRunner, how: str, error: dict[str, str]
) -> None:
    job_id = ready(runner, "fails", how=how)
    assert runner.run_child(None, job_id) == 1
    job = runner.get(job_id)
    assert (job.state, job.error, job.done) == ("failed", error, 1)
    assert ("Traceback" in runner.log(job_id).text) == (error["code"] == "internal")


def test_memory_error_says_what_to_use_less_of(runner: JobRunner) -> None:
    job_id = ready(runner, "fails", how="memory")
    assert runner.run_child(None, job_id) == 1
    error = runner.get(job_id).error
    assert error is not None
    assert error["code"] == "out_of_memory"
    assert "batch" in error["hint"]


def test_kind_whose_code_is_not_there_fails(runner: JobRunner) -> None:
    job_id = ready(runner, "missing")
    assert runner.run_child(None, job_id) == 1
    error = runner.get(job_id).error
    assert error is not None
    assert "ModuleNotFoundError" in error["message"]


def test_wrong_arguments_fail(runner: JobRunner) -> None:
    job_id = ready(runner, "steps", wrong=1)
    assert runner.run_child(None, job_id) == 1
    error = runner.get(job_id).error
    assert error is not None
    assert "wrong" in error["message"]


def test_job_cancelled_before_its_worker_began_does_nothing(runner: JobRunner) -> None:
    job_id = ready(runner, "steps", n=3)
    runner.folder(job_id).ask_cancel(1)
    assert runner.run_child(None, job_id) == 130
    assert runner.get(job_id).state == "cancelled"
    assert not (runner.folder(job_id).path / "kept.json").exists()
    assert runner.run_child(None, job_id) == 130


def test_second_worker_of_a_job_leaves_it_alone(
    runner: JobRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "LOCK_WAIT_S", 0.01)
    job_id = ready(runner, "steps", n=3)
    with runner.folder(job_id).lock() as lock:
        lock.acquire(timeout_s=1)
        assert runner.run_child(None, job_id) == EXIT_BUSY
    assert runner.get(job_id).state == "running"


def test_errors_carry_their_details() -> None:
    error = UnreadableImageError("bad", reason="truncated")
    assert described(error)["reason"] == "truncated"
