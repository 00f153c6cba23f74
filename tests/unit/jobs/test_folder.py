from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sightline.core.errors import UnknownJobError
from sightline.jobs import folder as module
from sightline.jobs.folder import Child, JobFolder, Outcome

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> JobFolder:
    folder = JobFolder(tmp_path, "a1")
    folder.create({"kind": "steps"})
    return folder


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\\b", "ä", "a b"])
def test_names_that_leave_the_folder_are_unknown_jobs(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnknownJobError):
        JobFolder(tmp_path, name)


def test_what_an_attempt_left_is_not_taken_for_the_next(folder: JobFolder) -> None:
    outcome = Outcome(state="failed", attempt=1, error={"code": "x"}, done=2, total=3, note="n")
    child = Child(attempt=1, pid=7, created=1.5, oom_kills=0)
    folder.write_outcome(outcome)
    folder.write_child(child)
    assert (folder.outcome(1), folder.child(1)) == (outcome, child)
    assert (folder.outcome(2), folder.child(2)) == (None, None)


def test_damaged_files_say_nothing(folder: JobFolder) -> None:
    for name in ("result.json", "error.json", "child.json"):
        (folder.path / name).write_text('{"state": ')
    assert (folder.outcome(1), folder.child(1)) == (None, None)


def test_asking_twice_keeps_the_first_time(folder: JobFolder) -> None:
    folder.ask_cancel(1)
    at = folder.cancel_time(1)
    folder.ask_cancel(1)
    assert folder.cancel_time(1) == at
    assert folder.cancel_time(2) is None


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text(max_size=60), size=st.integers(4, 9))
def test_log_comes_in_whole_characters(
    folder: JobFolder, monkeypatch: pytest.MonkeyPatch, text: str, size: int
) -> None:
    monkeypatch.setattr(module, "LOG_READ_BYTES", size)
    folder.log.write_bytes(text.encode())
    found, at = "", 0
    while part := folder.read_log(at):
        if not part.text:
            break
        found, at = found + part.text, part.next
    assert found == text
