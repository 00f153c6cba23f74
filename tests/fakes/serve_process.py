"""`sightline serve` in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCRIPT = """
import sys
from sightline.cli.main import main
try:
    main(sys.argv[1:])
finally:
    heavy = {"torch", "sqlalchemy", "sklearn", "scipy", "sightline.app.workbench"}
    print(*sorted(heavy & set(sys.modules)), file=sys.stderr)
"""


class Serve:
    """A process that serves; `said` is the JSON that it printed first."""

    def __init__(self, folder: Path, words: tuple[str, ...], variables: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-W", "error", "-c", SCRIPT),
                *("--workspace", str(folder), "--json", "serve", *words, "--port", "0"),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | variables,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        self.said: dict[str, Any] = json.loads(line or "{}")

    @property
    def url(self) -> str:
        return str(self.said["url"])

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Send a signal and return the exit code and what was said on standard error."""
        self.process.send_signal(number)
        errors = self.process.communicate(timeout=60)[1]
        return self.process.returncode, errors


@contextmanager
def serve(folder: Path, *words: str, **variables: str) -> Iterator[Serve]:
    started = Serve(folder, words, variables)
    try:
        yield started
    finally:
        if started.process.poll() is None:
            started.process.kill()
        started.process.communicate()
