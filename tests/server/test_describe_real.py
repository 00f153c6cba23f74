"""A clip narrated over a real socket of a real server."""

from __future__ import annotations

import json
import signal
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from fakes.narrated import add_blobs
from fakes.narration import film
from fakes.server import running
from sightline.app import open_workbench

if TYPE_CHECKING:
    from pathlib import Path


def test_a_clip_is_narrated_over_a_socket_and_the_server_stops_while_it_is_followed(
    tmp_path: Path,
) -> None:
    workspace = tmp_path / "workspace"
    clip = film(tmp_path / "clip.mp4")
    with open_workbench(workspace) as bench:
        add_blobs(bench, tmp_path)
        with clip.open("rb") as file:
            media_id = bench.media.receive(file, "clip.mp4").id
    with running(workspace) as server:
        address = server.said.replace("http://", "ws://") + "/ws/describe"
        with connect(address) as socket:
            socket.send(json.dumps({"media_id": media_id, "every_s": 0, "frame_rate": 5}))
            messages: list[dict[str, Any]] = [json.loads(one) for one in socket]
            assert socket.close_code == 1000
        told = [one for one in messages if "type" not in one]
        assert "car" in told[0]["text"]
        assert told[0]["boxes"][0]["name"] == "car"
        assert (told[-1]["kind"], told[-1]["counts"]) == ("summary", {"car": 1})
        with connect(address) as socket:
            socket.send(json.dumps({"media_id": media_id, "last_seen": told[0]["id"]}))
            again = [one for one in map(json.loads, socket) if "type" not in one]
        assert [one["id"] for one in again] == [one["id"] for one in told[1:]]
        with connect(address) as socket:
            socket.send("\x00 garbage")
            assert [json.loads(one)["type"] for one in _until_closed(socket)] == ["error"]
            assert socket.close_code == 4400
        with connect(address) as waiting:
            assert server.end(signal.SIGTERM) == 0
            assert _until_closed(waiting) == []
            assert waiting.close_code == 1012


@pytest.mark.nightly
def test_a_narrated_clip_is_drawn_into_by_a_job(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    with open_workbench(workspace) as bench:
        add_blobs(bench, tmp_path)
        with film(tmp_path / "clip.mp4").open("rb") as file:
            media_id = bench.media.receive(file, "clip.mp4").id
    with running(workspace) as server, httpx.Client(base_url=server.said, timeout=30) as client:
        with connect(server.said.replace("http", "ws") + "/ws/describe") as socket:
            socket.send(json.dumps({"media_id": media_id, "every_s": 0}))
            _until_closed(socket)
        url = f"/api/media/{media_id}/annotated"
        assert client.get(url).status_code == 404
        job = client.post(url, json={"captions": True}).json()["id"]
        while client.get(f"/api/jobs/{job}").json()["state"] in {"queued", "running"}:
            pass
        made = client.get(url)
        assert made.headers["content-type"] == "video/mp4"
        assert made.content[4:8] == b"ftyp"


def _until_closed(socket: ClientConnection) -> list[Any]:
    """Return what still comes, however it ends."""
    found = []
    with suppress(ConnectionClosed):
        while True:
            found.append(socket.recv(timeout=60))
    return found
