from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sightline.cli.context import Context
from sightline.cli.follow import follow
from sightline.core.errors import CancelledError

if TYPE_CHECKING:
    from pathlib import Path


class Jobs:
    """Remembers what was asked of it."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def cancel(self, job_id: str) -> None:
        self.asked.append(("cancel", job_id))

    def wait(self, job_id: str) -> None:
        self.asked.append(("wait", job_id))


class Bench:
    """A workbench whose only job tells its progress, then ends or is interrupted."""

    def __init__(self, *, interrupted: bool = False) -> None:
        self.jobs = Jobs()
        self._interrupted = interrupted

    def wait(self, job_id: str, *, progress: Any) -> dict[str, Any]:
        progress.advance(1, 2, "epoch 1")
        if self._interrupted:
            raise KeyboardInterrupt
        return {"job": job_id}


def watch(bench: Bench, folder: Path) -> dict[str, Any]:
    context = Context(folder, json=True, quiet=False)
    context._bench = bench  # type: ignore[assignment]
    return follow(context, "j1", "train")


def test_the_result_of_a_job_is_returned_and_its_progress_goes_to_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert watch(Bench(), tmp_path) == {"job": "j1"}
    told = capsys.readouterr()
    assert told.out == ""
    assert "train epoch 1" in told.err


def test_ctrl_c_asks_the_job_to_stop_waits_for_it_and_says_how_to_go_on(tmp_path: Path) -> None:
    bench = Bench(interrupted=True)
    with pytest.raises(CancelledError) as caught:
        watch(bench, tmp_path)
    assert bench.jobs.asked == [("cancel", "j1"), ("wait", "j1")]
    assert "resume" in caught.value.hint
