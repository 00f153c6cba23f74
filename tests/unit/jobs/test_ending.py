from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from sightline.core.clock import now
from sightline.jobs import ending
from sightline.jobs.ending import ending_of, is_working
from sightline.jobs.folder import Child, JobFolder
from sightline.jobs.processes import started_at
from sightline.store.jobs import Job

if TYPE_CHECKING:
    from pathlib import Path

JOB = Job(
    id="a1",
    kind="train",
    project=None,
    arguments={},
    actor="",
    state="running",
    can_resume=True,
    attempt=1,
    created_at="2026-01-01T00:00:00.000Z",
    started_at="2026-01-01T00:00:00.000Z",
    finished_at=None,
    done=0,
    total=None,
    note="",
    error=None,
    result=None,
)


@pytest.fixture
def folder(tmp_path: Path) -> JobFolder:
    folder = JobFolder(tmp_path, "a1")
    folder.create({})
    return folder


def test_nobody_works_on_a_job_without_lock_or_process(folder: JobFolder) -> None:
    assert not is_working(JOB, folder)
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        pass
    folder.write_child(Child(attempt=1, pid=gone.pid, created=1.0, oom_kills=0))
    assert not is_working(replace(JOB, started_at=now()), folder)


def test_job_just_claimed_or_starting_is_worked_on(folder: JobFolder) -> None:
    assert is_working(replace(JOB, started_at=now()), folder)
    me = os.getpid()
    folder.write_child(Child(attempt=1, pid=me, created=started_at(me), oom_kills=0))
    assert is_working(JOB, folder)


def test_locked_job_is_worked_on_whatever_its_process_is_called(folder: JobFolder) -> None:
    with folder.lock() as lock:
        lock.acquire(timeout_s=1)
        assert is_working(JOB, folder)


@pytest.mark.parametrize(
    ("code", "kills", "state", "error"),
    [
        (None, 0, "interrupted", "interrupted"),
        (0, 0, "interrupted", "interrupted"),
        (1, 0, "failed", "internal"),
        (-9, 0, "interrupted", "interrupted"),
        (-15, 0, "interrupted", "interrupted"),
        (-9, 1, "failed", "out_of_memory"),
        (-11, 1, "failed", "internal"),
    ],
)
def test_exit_code_tells_how_it_ended(
    folder: JobFolder,
    monkeypatch: pytest.MonkeyPatch,
    code: int | None,
    kills: int,
    state: str,
    error: str,
) -> None:
    monkeypatch.setattr(ending, "oom_kills", lambda: 5 + kills)
    folder.write_child(Child(attempt=1, pid=1, created=1.0, oom_kills=5))
    folder.events.write_text('{"kind": "progress", "done": 2, "total": 4, "note": "n"}\n')
    found = ending_of(JOB, folder, code)
    assert (found.state, found.done, found.total, found.note) == (state, 2, 4, "n")
    assert found.error is not None
    assert found.error["code"] == error
    folder.ask_cancel(1)
    assert ending_of(JOB, folder, code).state == "cancelled"
