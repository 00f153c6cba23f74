"""A server to measure: started as a user starts it, asked over HTTP, watched from outside."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any, Self

import psutil

from benchmarks.harness import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from types import TracebackType

START_S = 60.0
BOUNDARY = "sightline-benchmark"


class Server:
    """`sightline up` on a free port; a context manager that stops it."""

    health_path = "/api/health"

    def __init__(self, workspace: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-c", "from sightline.cli.main import main; main()"),
                *("--workspace", str(workspace), *self.words()),
                *("--host", "127.0.0.1", "--port", str(self.port)),
            ],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._seen = psutil.Process(self._process.pid)
        self._link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def words(self) -> tuple[str, ...]:
        """Return the verb and its options."""
        return ("up", "--no-browser")

    def __enter__(self) -> Self:
        end = time.monotonic() + START_S
        while time.monotonic() < end and self._process.poll() is None:
            try:
                self.health()
            except OSError:
                self._link.close()
                time.sleep(0.05)
            else:
                return self
        self._process.kill()
        raise RuntimeError(f"the server did not start: {self._process.communicate()[1][-2000:]}")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._link.close()
        self._process.terminate()
        try:
            self._process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()

    def cpu_s(self) -> float:
        """Return the processor time of the server so far, seconds."""
        used = self._seen.cpu_times()
        return float(used.user + used.system)

    def pin(self, cores: Iterable[int]) -> None:
        """Let the server run on these cores alone, where the system can do that."""
        if hasattr(self._seen, "cpu_affinity"):
            self._seen.cpu_affinity(list(cores))

    def rss_mb(self) -> float:
        """Return the memory that the server holds, MB."""
        return float(self._seen.memory_info().rss / 2**20)

    def health(self) -> dict[str, Any]:
        """Return what the server says of itself."""
        return self._ask("GET", self.health_path)

    def predict(self, model: str, picture: bytes) -> dict[str, Any]:
        """Send a picture as the page does and return its row."""
        head = (
            f"--{BOUNDARY}\r\n"
            'Content-Disposition: form-data; name="files"; filename="photo.jpg"\r\n'
            "Content-Type: image/jpeg\r\n\r\n"
        )
        body = head.encode() + picture + f"\r\n--{BOUNDARY}--\r\n".encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        answer = self._ask("POST", f"/api/models/{model}/predict", body, kind)
        return dict(answer["items"][0])

    def _ask(
        self, method: str, path: str, body: bytes | None = None, headers: Any = None
    ) -> dict[str, Any]:
        self._link.request(method, path, body, headers or {})
        answer = self._link.getresponse()
        text = answer.read()
        if answer.status != http.HTTPStatus.OK:
            raise RuntimeError(f"{path}: {answer.status} {text[:500]!r}")
        return dict(json.loads(text))


class Serving(Server):
    """`sightline serve MODEL` on a free port."""

    health_path = "/ready"

    def __init__(self, workspace: Path, model: str, *options: str) -> None:
        self._model = model
        self._options = options
        super().__init__(workspace)

    def words(self) -> tuple[str, ...]:
        """Return the verb and its options."""
        return ("serve", self._model, *self._options)

    def predict(self, model: str, picture: bytes) -> dict[str, Any]:
        """Send a picture as programs do and return its row."""
        kind = {"Content-Type": "image/jpeg"}
        return self._ask("POST", f"/v1/predict?model={model}", picture, kind)
