"""The server as a process: lock, port, token, logs, signals, and what a kill leaves behind."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from fakes.server import running
from server.conftest import add_pictures
from sightline.app import open_workbench
from sightline.core.errors import BusyError, InvalidInputError
from sightline.server.address import bind, url_of
from sightline.server.lock import ServerLock
from sightline.server.serve import GRACE_S

if TYPE_CHECKING:
    from pathlib import Path

CLIENTS = 8
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace with a project of forty pictures and a class."""
    folder = tmp_path / "workspace"
    with open_workbench(folder, person="ann") as bench:
        project = bench.projects.create("birds")
        add_pictures(bench, "birds", tmp_path / "pictures", 40)
        bench.labels.add_class(project, "cat")
    return folder


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_with_streams_open(workspace: Path, number: int) -> None:
    with running(workspace) as server:
        began = threading.Event()
        ended = threading.Event()

        def listen() -> None:
            with httpx.stream("GET", f"{server.said}/api/events", timeout=30) as answer:
                for _ in answer.iter_lines():
                    began.set()
            ended.set()

        listener = threading.Thread(target=listen)
        listener.start()
        assert began.wait(60)
        at = time.monotonic()
        assert server.end(number) == 0, server.errors
        assert time.monotonic() - at < GRACE_S, "streams were waited for"
        listener.join(60)
        assert ended.is_set()
        assert server.errors == []


def test_events_survive_a_restart_of_the_server(workspace: Path) -> None:
    def read(url: str, after: str | None, count: int) -> list[str]:
        headers = {} if after is None else {"last-event-id": after}
        ids: list[str] = []
        with httpx.stream("GET", f"{url}/api/events", headers=headers, timeout=30) as answer:
            for line in answer.iter_lines():
                if line.startswith("id: "):
                    ids.append(line[4:])
                if len(ids) == count:
                    break
        return ids

    with running(workspace) as server:
        first = read(server.said, None, 1)[0]
        label(server.said, image_ids(server.said)[:3])
        server.end(signal.SIGKILL)
    with running(workspace) as server:
        label(server.said, image_ids(server.said)[3:5])
        expected = [str(int(first) + step) for step in range(1, 6)]
        assert read(server.said, first, 5) == expected


@pytest.mark.nightly
def test_a_second_server_on_a_workspace_is_refused_with_the_firsts_address(
    workspace: Path,
) -> None:
    with running(workspace) as first, running(workspace) as second:
        assert second.wait() == BusyError.exit_code
        assert second.said.startswith("BusyError: a server already runs")
        assert first.said in second.said
        assert httpx.get(f"{first.said}/api/health", timeout=60).status_code == 200


def test_the_lock_of_a_killed_server_is_taken_over(workspace: Path) -> None:
    with running(workspace) as server:
        server.end(signal.SIGKILL)
    with running(workspace) as server:
        assert server.said.startswith("http://")


@pytest.mark.nightly
def test_a_client_lets_go_of_an_idle_connection_before_the_server_does(workspace: Path) -> None:
    kept_s = httpx.Limits().keepalive_expiry
    assert kept_s is not None
    with running(workspace) as server:
        url = httpx.URL(server.said)
        with socket.create_connection((url.host, url.port), timeout=kept_s + 1) as wire:
            ask = f"GET /api/health HTTP/1.1\r\nhost: {url.netloc.decode()}\r\n\r\n".encode()
            wire.sendall(ask)
            answer = HTTPResponse(wire)
            answer.begin()
            assert answer.status == 200
            answer.read()
            with pytest.raises(TimeoutError):
                wire.recv(1)


@pytest.mark.nightly
def test_a_port_in_use_names_the_next_free_one(workspace: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with running(workspace, port=port) as server:
            assert server.wait() == BusyError.exit_code
            assert f"port {port} on 127.0.0.1 is in use" in server.said
            assert "--port " in server.said
    with running(workspace, port=port) as server:
        assert server.said == f"http://127.0.0.1:{port}"


def test_an_address_of_another_machine_is_refused() -> None:
    for host in ("203.0.113.7", "no such host"):
        with pytest.raises(InvalidInputError):
            bind(host, 0)


def test_the_address_that_is_told_can_be_opened_here() -> None:
    assert url_of("0.0.0.0", 1) == "http://127.0.0.1:1"
    assert url_of("::", 1) == url_of("::1", 1) == "http://[::1]:1"
    assert url_of("lab", 1) == "http://lab:1"


def test_on_an_open_address_the_token_is_made_told_once_and_asked_for(workspace: Path) -> None:
    with running(workspace, host="0.0.0.0") as server:
        url, _, token = server.said.partition("/?token=")
        assert (workspace / "token").read_text().strip() == token
        assert (workspace / "token").stat().st_mode & 0o777 == 0o600
        assert httpx.get(f"{url}/api/health", timeout=60).status_code == 401
        with httpx.Client(follow_redirects=True, timeout=60) as browser:
            assert browser.get(server.said).status_code == 200
            assert browser.get(f"{url}/api/health").json()["status"] == "ok"
            origin = {"origin": url}
            made = browser.post(f"{url}/api/projects", json={"name": "x"}, headers=origin)
            assert made.status_code == 201
        header = {"authorization": f"Bearer {token}"}
        assert httpx.get(f"{url}/api/health", headers=header, timeout=60).status_code == 200
        server.end(signal.SIGTERM)
        assert token not in (workspace / "logs" / "server.log").read_text()
        assert token not in "".join(server.errors)


@pytest.mark.nightly
def test_the_log_is_json_lines_in_utc_with_every_failure(workspace: Path) -> None:
    with running(workspace) as server:
        label(server.said, image_ids(server.said)[:1])
        httpx.get(f"{server.said}/api/nothing?token=abc", timeout=60)
        server.end(signal.SIGTERM)
    raw = (workspace / "logs" / "server.log").read_text()
    lines = [json.loads(one) for one in raw.splitlines()]
    assert all({"at", "level", "logger", "message"} <= set(line) for line in lines)
    assert all(line["at"].endswith("Z") for line in lines)
    told = [(line["method"], line["status"]) for line in lines if "method" in line]
    assert told == [("GET", 404)]
    assert "abc" not in json.dumps(lines)


def test_labels_in_flight_are_finished_before_it_ends(workspace: Path) -> None:
    with running(workspace) as server:
        load = Load(server.said)
        load.start()
        load.wait_for(40)
        assert server.end(signal.SIGTERM) == 0
        load.stop()
    check_against(workspace, load)


def test_no_acknowledged_label_is_lost_by_a_kill(workspace: Path) -> None:
    kill_under_load(workspace, acknowledged=60)


@pytest.mark.nightly
@pytest.mark.timeout(600)
def test_no_acknowledged_label_is_lost_by_twenty_kills(workspace: Path) -> None:
    for number in range(20):
        kill_under_load(workspace, acknowledged=30 + 37 * number % 200)


def test_no_acknowledged_object_is_lost_by_a_kill(workspace: Path) -> None:
    with running(workspace) as server:
        load = Drawing(server.said)
        load.start()
        load.wait_for(60)
        server.end(signal.SIGKILL)
        load.stop()
    assert load.refused == []
    with running(workspace) as server:
        for image_id, version in load.acknowledged.items():
            now = httpx.get(f"{server.said}/api/images/{image_id}/objects", timeout=60).json()
            # The last write of a client may be on the disk without its answer having come through.
            assert now["version"] - version in {0, 1}
            assert [one["uid"] for one in now["objects"]] == [
                f"{number:04d}" for number in range(1, now["version"] + 1)
            ]


def kill_under_load(workspace: Path, *, acknowledged: int) -> None:
    with running(workspace) as server:
        load = Load(server.said)
        load.start()
        load.wait_for(acknowledged)
        server.end(signal.SIGKILL)
        load.stop()
    check_against(workspace, load)


def check_against(workspace: Path, load: Load) -> None:
    """Compare a restarted server with what the clients were told."""
    assert load.refused == []
    assert load.acknowledged
    with running(workspace) as server:
        now = {one["id"]: one for one in items(server.said)}
    for image_id, version in load.acknowledged.items():
        # The last write of a client may be on the disk without its answer having come through.
        assert now[image_id]["version"] - version in {0, 1}
        if now[image_id]["version"] == version:
            assert now[image_id]["status"] == load.status(version)


class Load:
    """Eight clients that label their own pictures as fast as they can."""

    def __init__(self, url: str) -> None:
        self.acknowledged: dict[int, int] = {}
        self.refused: list[str] = []
        self._url = url
        self._cat = httpx.get(f"{url}/api/projects/birds/classes", timeout=60).json()[0]["id"]
        versions = {one["id"]: one["version"] for one in items(url)}
        ids = sorted(versions)
        self._versions = versions
        self._stop = threading.Event()
        self._enough = threading.Condition()
        self._count = 0
        self._threads = [
            threading.Thread(target=self._run, args=(ids[number::CLIENTS],))
            for number in range(CLIENTS)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def wait_for(self, count: int) -> None:
        with self._enough:
            assert self._enough.wait_for(lambda: self._count >= count, timeout=60)

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    @staticmethod
    def status(version: int) -> str:
        return "labelled" if version % 2 else "unsure"

    def _run(self, ids: list[int]) -> None:
        with httpx.Client(base_url=self._url, timeout=30) as client, suppress(httpx.HTTPError):
            while not self._stop.is_set():
                for image_id in ids:
                    self._label(client, image_id)

    def _label(self, client: httpx.Client, image_id: int) -> None:
        version = self._versions[image_id]
        status = self.status(version + 1)
        change: dict[str, Any] = {"image_id": image_id, "version": version, "status": status}
        if status == "labelled":
            change["class_id"] = self._cat
        self._send(client, "labels", change)

    def _send(self, client: httpx.Client, what: str, change: dict[str, Any]) -> None:
        image_id = change["image_id"]
        answer = client.post(f"/api/projects/birds/{what}", json={"changes": [change]})
        if answer.status_code != 200:
            self.refused.append(answer.text)
            return
        said = answer.json()["images"][0]
        self._versions[image_id] = self.acknowledged[image_id] = said["version"]
        with self._enough:
            self._count += 1
            self._enough.notify()


def items(url: str) -> list[Any]:
    found: list[Any] = httpx.get(f"{url}/api/projects/birds/images?limit=1000", timeout=60).json()[
        "items"
    ]
    return found


def image_ids(url: str) -> list[int]:
    return [one["id"] for one in items(url)]


def label(url: str, ids: list[int]) -> None:
    for image_id in ids:
        change = {"image_id": image_id, "status": "unsure"}
        answer = httpx.post(
            f"{url}/api/projects/birds/labels", json={"changes": [change]}, timeout=60
        )
        assert answer.status_code == 200


def test_the_lock_tells_who_holds_it(tmp_path: Path) -> None:
    lock = ServerLock(tmp_path)
    lock.acquire()
    lock.tell("http://here")
    with pytest.raises(BusyError, match="http://here"):
        ServerLock(tmp_path).acquire()
    lock.release()
    lock.release()
    again = ServerLock(tmp_path)
    again.acquire()
    again.release()


def test_importing_the_server_imports_nothing_heavy() -> None:
    code = (
        "import sys; import sightline.server.serve; "
        "late = ('app.media.receiving', 'app.packages.packing', 'app.streams.session', "
        "'imaging.video'); "
        "print([one for one in ('torch', 'sklearn', 'skimage', 'scipy', 'pandas', "
        "*map('sightline.{}'.format, late)) if one in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


class Drawing(Load):
    """The same clients, each of which draws one box more every time."""

    def _label(self, client: httpx.Client, image_id: int) -> None:
        version = self._versions[image_id]
        box = {"kind": "box", "geometry": [0, 0, 5, 5], "class_id": self._cat}
        put = [{**box, "uid": f"{version + 1:04d}"}]
        self._send(client, "objects", {"image_id": image_id, "version": version, "put": put})
