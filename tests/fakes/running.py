"""The real server in a process of its own, as a person would start it.

What every server imports is imported once: each is a fork of a process that has done so.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sightline.core.errors import SightlineError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess
    from pathlib import Path

    import httpx

_STOP_S: Final = 20
_START_S: Final = 60
if sys.platform == "win32":
    _PROCESSES: Final = multiprocessing.get_context("spawn")
else:
    _PROCESSES: Final = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["sightline.server.serve", "fakes.running"])


def _serve(
    workspace: Path, port: int, root: Path, environment: Mapping[str, str], told: Connection
) -> None:
    """Serve until a signal; `told` hears None once requests are answered, or what went wrong."""
    from sightline.server.serve import serve

    os.environ.clear()
    os.environ.update(environment)
    flags = {"port": port, "allowed_roots": [str(root)], "refit_delay_s": 0.1}
    try:
        serve(
            workspace,
            flags=flags,
            samples=False,
            console=False,
            on_ready=lambda _: told.send(None),
        )
    except SightlineError as error:
        told.send(str(error))


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
    process: BaseProcess | None = None

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and return once it answers.

        Raises:
            RuntimeError: It ended instead; the message is what it said.
        """
        hears, told = _PROCESSES.Pipe(duplex=False)
        environment = {**os.environ, "OMP_NUM_THREADS": "2"}
        self.process = _PROCESSES.Process(
            target=_serve, args=(self.workspace, self.port, self.root, environment, told)
        )
        self.process.start()
        told.close()
        with hears:
            trouble = _heard(hears)
        if trouble is not None:
            raise RuntimeError(f"the server did not start: {trouble}")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Stop it and wait for its end."""
        if self.process is None or self.process.pid is None:
            return
        if self.process.is_alive():
            os.kill(self.process.pid, how)
        self.process.join(_STOP_S)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.process.close()
        self.process = None


def _heard(hears: Connection) -> str | None:
    if not hears.poll(_START_S):
        return f"it said nothing for {_START_S} s"
    try:
        said: str | None = hears.recv()
    except EOFError:
        return "it ended"
    return said


@contextmanager
def running(workspace: Path, root: Path) -> Iterator[Running]:
    """Run a server for as long as the block lasts."""
    server = Running(workspace, root, free_port())
    try:
        server.start()
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
