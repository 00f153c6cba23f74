"""The real server in a process of its own, as a person would start it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

_START = """
import sys
from pathlib import Path
from sightline.server.serve import serve
workspace, port, root = sys.argv[1:]
flags = {"port": int(port), "allowed_roots": [root], "refit_delay_s": 0.1}
serve(Path(workspace), flags=flags, samples=False)
"""
_STOP_S = 20


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Running:
    """A server that can be stopped and started again on the same workspace and port."""

    workspace: Path
    root: Path
    """Where pictures may come from."""
    port: int
    process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and return once it answers.

        Raises:
            RuntimeError: It ended instead; the message is what it said.
        """
        arguments = [str(self.workspace), str(self.port), str(self.root)]
        environment = {**os.environ, "OMP_NUM_THREADS": "2"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", _START, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
        )
        said = ""
        for line in self.process.stdout or ():
            said += line
            if "Sightline is at" in line:
                return
        raise RuntimeError(f"the server did not start: {said}")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Stop it and wait for its end."""
        if self.process is None:
            return
        self.process.send_signal(how)
        try:
            self.process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.process = None


@contextmanager
def running(workspace: Path, root: Path) -> Iterator[Running]:
    """Run a server for as long as the block lasts."""
    server = Running(workspace, root, free_port())
    server.start()
    try:
        yield server
    finally:
        server.stop()


def wait_for_job(api: httpx.Client, job_id: str) -> dict[str, object]:
    """Return a job once it is done; the server tells each step of it as an event."""
    with api.stream("GET", "/api/events", params={"last_event_id": "0"}) as events:
        for line in events.iter_lines():
            if line.startswith("data:") and job_id in line:
                job = api.get(f"/api/jobs/{job_id}").raise_for_status().json()
                if job["state"] not in {"queued", "running"}:
                    assert job["state"] == "done", job
                    return dict(job)
    raise AssertionError("the server ended its events")
