from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from sightline.app import open_workbench
from sightline.jobs.runner import worker_command

if TYPE_CHECKING:
    from pathlib import Path


def test_worker_of_an_unknown_job_says_so(tmp_path: Path) -> None:
    done = subprocess.run(
        worker_command(tmp_path / "workspace", "nope"),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 4
    assert "no job 'nope'" in done.stderr
    assert "Traceback" not in done.stderr


def test_worker_opens_the_workbench_and_writes_down_how_its_job_ended(tmp_path: Path) -> None:
    bench = open_workbench(tmp_path / "workspace")
    try:
        job = bench.jobs.start("embed", {"project": "nope", "engine": ""})
        job = bench.jobs.wait(job.id, timeout_s=60)
        assert (job.state, job.started_at is None) == ("failed", False), bench.jobs.log(job.id)
        assert job.error is not None
        assert job.error["code"] == "unknown_project"
        states = [event.payload["state"] for event in bench.store.events.since(0)]
        assert states == ["queued", "running", "failed"]
    finally:
        bench.close()


def test_worker_takes_no_code_from_the_folder_it_is_started_in(tmp_path: Path) -> None:
    (tmp_path / "sightline.py").write_text("raise SystemExit(99)")
    done = subprocess.run(
        [*worker_command(tmp_path, "nope")[:-3], "--help"],
        capture_output=True,
        check=False,
        cwd=tmp_path,
        env=dict(os.environ),
        timeout=60,
    )
    assert done.returncode == 0, sys.executable
