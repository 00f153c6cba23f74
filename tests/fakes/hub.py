"""A hub of models on this machine: ranges, redirections, and the ways in which servers fail."""

from __future__ import annotations

import hashlib
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Hub(ThreadingHTTPServer):
    """Serves `files` by path, large ones through a redirection as the real hub does."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files: dict[str, bytes] = {}
        self.wrong_hash = False
        self.ranges = True
        self.drop_after: int | None = None
        """Break the connection after so many bytes of each answer."""
        self.drops = 1_000
        """How many answers are broken so."""
        self.status: dict[str, int] = {}
        self.asked: list[tuple[str, str]] = []
        """Path and range of each request."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def add_repository(self, repository: str, folder: Path, revision: str = "main") -> None:
        for path in folder.iterdir():
            for name in {revision, "c0ffee"}:
                self.files[f"/{repository}/resolve/{name}/{path.name}"] = path.read_bytes()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Broken connections are what it is for."""


class _Handler(BaseHTTPRequestHandler):
    server: Hub
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        hub, path = self.server, self.path
        wanted = self.headers.get("Range", "")
        hub.asked.append((path, wanted))
        if path in hub.status:
            self._end(hub.status[path])
            return
        linked = path.startswith("/cdn")
        data = hub.files.get(path.removeprefix("/cdn"))
        if data is None:
            self._end(404)
        elif path.endswith(".safetensors") and not linked:
            digest = "0" * 64 if hub.wrong_hash else hashlib.sha256(data).hexdigest()
            self.send_response(302)
            self.send_header("X-Linked-ETag", f'"{digest}"')
            self.send_header("X-Linked-Size", str(len(data)))
            self.send_header("X-Repo-Commit", "c0ffee")
            self.send_header("Location", f"{hub.url}/cdn{path}")
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self._send(data, wanted)

    def _send(self, data: bytes, wanted: str) -> None:
        hub = self.server
        tag = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
        if hub.wrong_hash:
            tag = "0" * 40
        start, whole = 0, len(data)
        if wanted and hub.ranges and self.headers.get("If-Range") == f'"{tag}"':
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            if start >= whole:
                self._end(416)
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{whole - 1}/{whole}")
        else:
            self.send_response(200)
        self.send_header("ETag", f'"{tag}"')
        self.send_header("X-Repo-Commit", "c0ffee")
        self.send_header("Content-Length", str(whole - start))
        self.end_headers()
        if hub.drop_after is not None and hub.drops > 0:
            hub.drops -= 1
            self.wfile.write(data[start : start + hub.drop_after])
            self.wfile.flush()
            self.connection.close()
            self.close_connection = True
            return
        self.wfile.write(data[start:])

    def _end(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as its base calls it
        """Say nothing."""


@contextmanager
def running_hub() -> Iterator[Hub]:
    """Serve until the end of the block."""
    with Hub() as hub:
        thread = threading.Thread(target=hub.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield hub
        finally:
            hub.shutdown()
            thread.join()
