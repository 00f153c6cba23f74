"""A hub that takes models: repositories, large files, commits."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "hf_right"
LARGE = (".onnx", ".safetensors")


class PushHub(ThreadingHTTPServer):
    """Takes what the client of the real hub sends."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.repositories: dict[str, bool] = {}
        """Name to whether it is private."""
        self.files: dict[str, dict[str, bytes]] = {}
        """By repository, then by name: what the newest commit holds."""
        self.objects: dict[str, bytes] = {}
        """Large files by SHA-256."""
        self.sent: list[str] = []
        """SHA-256 of each large file that was really sent."""
        self.asked: list[str] = []
        self.tokens: set[str] = set()
        self.fail: dict[str, int] = {}
        """Part of a path to the status that it is answered with."""

    def forget(self) -> None:
        """Be as new."""
        for one in (self.repositories, self.files, self.objects, self.sent, self.asked, self.fail):
            one.clear()
        self.tokens.clear()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: PushHub
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self._body()
        if self._refused():
            return
        path = self.path.partition("?")[0]
        if path == "/api/repos/create":
            self._create(json.loads(body))
        elif path == "/api/validate-yaml":
            self._validate(json.loads(body)["content"])
        elif "/preupload/" in path:
            files = json.loads(body)["files"]
            self._json({"files": [
                {"path": one["path"], "shouldIgnore": False,
                 "uploadMode": "lfs" if one["path"].endswith(LARGE) else "regular"}
                for one in files
            ]})  # fmt: skip
        elif path.endswith("/info/lfs/objects/batch"):
            self._json(
                {
                    "transfer": "basic",
                    "objects": list(map(self._object, json.loads(body)["objects"])),
                }
            )
        elif "/commit/" in path:
            self._commit(path.split("/api/models/")[1].rpartition("/commit/")[0], body)
        else:
            self._json({}, 200 if path == "/verify" else 404)

    def do_PUT(self) -> None:
        data = self._body()
        oid = self.path.rpartition("/")[2]
        self.server.asked.append(f"PUT {self.path}")
        assert hashlib.sha256(data).hexdigest() == oid
        self.server.objects[oid] = data
        self.server.sent.append(oid)
        self._json({})

    def _create(self, asked: dict[str, Any]) -> None:
        name = f"{asked['organization']}/{asked['name']}"
        url = f"{self.server.url}/{name}"
        is_there = name in self.server.repositories
        self.server.repositories.setdefault(
            name, asked.get("visibility") == "private" or bool(asked.get("private"))
        )
        self._json({"url": url, "name": name, "id": "1"}, 409 if is_there else 200)

    def _validate(self, text: str) -> None:
        front = yaml.safe_load(text.split("---")[1])
        wrong = [] if {"license", "tags"} <= set(front) else [{"message": "incomplete"}]
        self._json({"errors": wrong, "warnings": []}, 400 if wrong else 200)

    def _object(self, asked: dict[str, Any]) -> dict[str, Any]:
        oid = asked["oid"]
        found = {"oid": oid, "size": asked["size"]}
        if oid in self.server.objects:
            return found
        return found | {"actions": {"upload": {"href": f"{self.server.url}/lfs/{oid}"}}}

    def _commit(self, name: str, body: bytes) -> None:
        held = self.server.files.setdefault(name, {})
        for line in body.splitlines():
            one = json.loads(line)
            if one["key"] == "file":
                held[one["value"]["path"]] = base64.b64decode(one["value"]["content"])
            elif one["key"] == "lfsFile":
                held[one["value"]["path"]] = self.server.objects[one["value"]["oid"]]
        self._json({"commitUrl": f"{self.server.url}/{name}/commit/c0ffee", "commitOid": "c0ffee"})

    def _refused(self) -> bool:
        hub = self.server
        hub.asked.append(f"POST {self.path}")
        hub.tokens.add(self.headers.get("authorization", ""))
        if self.headers.get("authorization") != f"Bearer {TOKEN}":
            self._json({"error": "Invalid username or password."}, 401)
            return True
        for part, status in hub.fail.items():
            if part in self.path:
                self._json({"error": "out of order"}, status)
                return True
        return False

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length")
        if length is not None:
            return self.rfile.read(int(length))
        parts = []
        while (size := int(self.rfile.readline(), 16)) > 0:
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _json(self, value: Any, status: int = 200) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as its base calls it
        """Say nothing."""


@contextmanager
def push_hub() -> Iterator[PushHub]:
    """Take pushes until the end of the block."""
    with PushHub() as hub:
        thread = threading.Thread(target=hub.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield hub
        finally:
            hub.shutdown()
            thread.join()
