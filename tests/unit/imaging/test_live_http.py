"""A camera that speaks HTTP, and a clip behind an address."""

from __future__ import annotations

import io
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from fakes.clips import frame, index_of, write_clip
from sightline.app import open_workbench

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PART = b"--b\r\ncontent-type: image/jpeg\r\ncontent-length: %d\r\n\r\n"


class Camera(BaseHTTPRequestHandler):
    """Sends five frames as motion JPEG and hangs up; or a clip."""

    protocol_version = "HTTP/1.0"
    clip = b""
    calls = 0

    def do_GET(self) -> None:
        """Answer."""
        type(self).calls += 1
        self.send_response(200)
        if self.path == "/clip.mp4":
            self.send_header("content-length", str(len(self.clip)))
            self.end_headers()
            self.wfile.write(self.clip)
            return
        self.send_header("content-type", "multipart/x-mixed-replace; boundary=b")
        self.end_headers()
        for index in range(5):
            out = io.BytesIO()
            Image.fromarray(frame(index)).save(out, "JPEG", quality=95)
            data = out.getvalue()
            self.wfile.write(PART % len(data) + data + b"\r\n")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Where the camera is."""
    Camera.clip = write_clip(tmp_path / "one.mp4", 5).read_bytes()
    Camera.calls = 0
    with ThreadingHTTPServer(("127.0.0.1", 0), Camera) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.nightly
def test_a_camera_that_hangs_up_is_called_again(address: str, tmp_path: Path) -> None:
    with open_workbench(tmp_path / "workspace") as bench:
        media = bench.media.add_stream(f"{address}/live")
        source = bench.media.open(media.id)
        seen = [index_of(one.image) for one, _ in zip(source.frames(), range(12), strict=False)]
        source.close()

    assert media.kind == "stream"
    assert source.facts.live
    assert set(seen) <= set(range(5))
    assert Camera.calls >= 3


def test_a_clip_behind_an_address_is_read_frame_by_frame(address: str, tmp_path: Path) -> None:
    with open_workbench(tmp_path / "workspace") as bench:
        media = bench.media.add_stream(f"{address}/clip.mp4", "a walk")
        source = bench.media.open(media.id)
        seen = [index_of(one.image) for one in source.frames()]
        source.close()

    assert not source.facts.live
    assert seen == list(range(5))
