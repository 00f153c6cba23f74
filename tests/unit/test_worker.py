from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

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
