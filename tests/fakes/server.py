"""A real server in a process of its own, on a free port."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCRIPT = """
import sys
from pathlib import Path
from sightline.core.errors import SightlineError
from sightline.server.serve import serve

workspace, host, port = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
try:
    serve(
        workspace,
        flags={"host": host, "port": port},
        samples=False,
        on_ready=lambda url: print(url, flush=True),
    )
except SightlineError as error:
    print(f"{type(error).__name__}: {error} ({error.hint})", flush=True)
    sys.exit(error.exit_code)
"""


class ServerProcess:
    """A started server; `said` is the first line that it printed: its URL, or why it failed."""

    def __init__(self, workspace: Path, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", SCRIPT, str(workspace), host, str(port)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "SIGHTLINE_PERSON": "ann"},
        )
        self.errors: list[str] = []
        self._reader = threading.Thread(target=self._read_errors, daemon=True)
        self._reader.start()
        assert self.process.stdout is not None
        self.said = self.process.stdout.readline().strip()
        if not self.said:
            self.process.wait()
            self._reader.join()
            raise AssertionError("the server did not start:\n" + "".join(self.errors))

    def _read_errors(self) -> None:
        assert self.process.stderr is not None
        self.errors += list(self.process.stderr)

    def end(self, signal_number: int) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(signal_number)
        return self.wait()

    def wait(self, timeout_s: float = 60) -> int:
        """Return the exit code once it has ended."""
        code = self.process.wait(timeout=timeout_s)
        self._reader.join()
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()
        return code


@contextmanager
def running(workspace: Path, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[ServerProcess]:
    """Give a server that is killed afterwards if it still runs."""
    server = ServerProcess(workspace, host=host, port=port)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.process.kill()
        server.wait()
