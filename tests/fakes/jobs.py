"""Long work that tests steer through files, and the process that does it.

`python -m fakes.jobs WORKSPACE ID` is to these what `sightline.worker` is to the real kinds.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightline.core.errors import UnreadableImageError
from sightline.jobs.kinds import JobKind
from sightline.jobs.runner import JobRunner
from sightline.settings import Settings
from sightline.store.db import Database, sqlite_url
from sightline.store.jobs import JobTable
from sightline.store.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.jobs.context import JobContext

TESTS = Path(__file__).parents[1]
DEADLINE_S = 60.0


def until(true: Callable[[], object], deadline_s: float = DEADLINE_S) -> None:
    """Return once the condition holds; fail after the deadline."""
    end = time.monotonic() + deadline_s
    while not true():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.005)


def steps(
    bench: Any, job: JobContext, *, n: int, gate: str = "", gate_at: int = 0
) -> dict[str, Any]:
    """Count to `n`, waiting at a step until a file is there; continue where it stopped."""
    kept = job.folder / "kept.json"
    first = json.loads(kept.read_text()) if kept.exists() else 0
    for step in range(first, n):
        job.check()
        while gate and step == gate_at and not Path(gate).exists():
            job.check()
            time.sleep(0.002)
        kept.write_text(str(step + 1))
        job.advance(step + 1, n, f"step {step + 1}")
        job.tell("metric", step=step + 1, loss=1 / (step + 1))
    job.log(f"counted from {first}")
    return {"bench": bench, "first": first, "attempt": job.attempt}


def stubborn(_bench: Any, job: JobContext) -> dict[str, Any]:
    """Never listen, with a child that does not either."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=-1)
    job.tell("child", pid=child.pid)
    while True:
        time.sleep(0.01)


def fails(_bench: Any, job: JobContext, *, how: str) -> dict[str, Any]:
    """End badly."""
    job.advance(1, 2, "about to fail")
    if how == "sightline":
        raise UnreadableImageError("cannot read a.jpg", reason="truncated", hint="copy it again")
    if how == "memory":
        raise MemoryError
    if how == "exit":
        sys.exit(3)
    if how == "vanish":
        os._exit(3)
    if how == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    raise ValueError("bad value")


def look(_bench: Any, _job: JobContext) -> dict[str, Any]:
    """Say what kind of process this is."""
    sys.stdout.write("printed to the log: ä\n")
    return {
        "env": {key: os.environ.get(key) for key in ("OMP_NUM_THREADS", "FAKE_KIND", "FAKE_ALL")},
        "session": os.getsid(0) == os.getpid() if hasattr(os, "getsid") else True,
        "nan": float("nan"),
    }


KINDS = (
    JobKind(name="steps", factory="fakes.jobs:steps", title="Steps", resumable=True),
    JobKind(name="io", factory="fakes.jobs:steps", title="IO", lane="io"),
    JobKind(name="stubborn", factory="fakes.jobs:stubborn", title="Stubborn"),
    JobKind(name="fails", factory="fakes.jobs:fails", title="Fails", resumable=True),
    JobKind(name="look", factory="fakes.jobs:look", title="Look", env={"FAKE_KIND": "look"}),
    JobKind(name="missing", factory="fakes.nowhere:nothing", title="Missing"),
)


def open_db(workspace: Path) -> Database:
    """Open a workspace's database with its tables."""
    db = Database(sqlite_url(workspace / "sightline.db"))
    with db.transaction() as connection:
        metadata.create_all(connection)
    return db


def command(workspace: Path, job_id: str) -> list[str]:
    """How a runner starts the process of a fake job."""
    return [sys.executable, "-m", "fakes.jobs", str(workspace), job_id]


def make_runner(db: Database, workspace: Path, **more: Any) -> JobRunner:
    """Return a runner of these kinds."""
    env = {"PYTHONPATH": str(TESTS), "FAKE_ALL": "yes"}
    settings = Settings.model_validate({"job_threads": 2})
    values: dict[str, Any] = {"env": env, "command": command} | more
    return JobRunner(JobTable(db), workspace, KINDS, settings, **values)


def main() -> int:
    """Do one job as a worker would."""
    workspace, job_id = Path(sys.argv[1]), sys.argv[2]
    db = open_db(workspace)
    try:
        return make_runner(db, workspace).run_child("a bench", job_id)
    finally:
        db.close()


if __name__ == "__main__":
    sys.exit(main())
