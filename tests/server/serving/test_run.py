"""`serve` as a process: its start, its end, and what it never loads."""

from __future__ import annotations

import signal
import socket
import sys
import threading
from typing import TYPE_CHECKING

import httpx
import pytest

from fakes.serve_process import serve
from fakes.serving import GREEN, add_colours, photo
from sightline.app.serving.board import Board
from sightline.core.errors import InvalidInputError
from sightline.server.serving.run import KEY_FILE, Plan, run
from sightline.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")


def head_of(host: str, length: int) -> bytes:
    lines = ("POST /v1/predict HTTP/1.1", f"host: {host}", f"content-length: {length}", "", "")
    return "\r\n".join(lines).encode()


def test_it_starts_answers_drains_and_ends_without_a_database_or_torch(tmp_path: Path) -> None:
    add_colours(tmp_path)
    drain = {"SIGHTLINE_SERVE_DRAIN_S": "30", "SIGHTLINE_SERVE_TIMEOUT_S": "20"}
    with serve(tmp_path, "colours", **drain) as server:
        assert set(server.said) == {"url", "models"}
        with httpx.Client(base_url=server.url, timeout=60) as client:
            answer = client.post("/v1/predict", content=photo(GREEN))
            assert answer.json()["label"] == "green"
            assert client.get("/ready").status_code == 200
            [entry] = Board(tmp_path).all()
            assert (entry["url"], entry["models"]) == (server.url, ["colours"])

            host, port = server.url.removeprefix("http://").split(":")
            slow = socket.create_connection((host, int(port)), timeout=60)
            body = photo(GREEN)
            slow.sendall(head_of(host, len(body)) + body[:10])
            server.process.send_signal(signal.SIGTERM)
            while client.get("/ready").status_code == 200:
                pass
            assert client.post("/v1/predict", content=photo()).json()["label"] == "red"
            server.process.send_signal(signal.SIGTERM)
            slow.sendall(body[10:])
            received = b""
            while piece := slow.recv(65_536):
                received += piece
            slow.close()
            assert b"200 OK" in received
            assert b'"label":"green"' in received
        code, errors = server.process.wait(60), server.process.communicate()[1]
    assert (code, errors.strip()) == (0, "")
    assert Board(tmp_path).all() == []
    assert not (tmp_path / "sightline.db").exists()


@pytest.mark.parametrize(("keys", "says"), [(("",), "empty"), (("kulcs-ő",), "cannot carry")])
def test_a_key_that_nobody_could_send_is_refused_at_the_start(
    tmp_path: Path, keys: tuple[str, ...], says: str
) -> None:
    with pytest.raises(InvalidInputError, match=says):
        run(tmp_path, Settings(), Plan(models=("colours",), port=0, keys=keys))


@pytest.mark.nightly
def test_off_loopback_a_key_is_made_kept_and_asked_for(tmp_path: Path) -> None:
    add_colours(tmp_path)
    keys = []
    for _ in range(2):
        with serve(tmp_path, "colours", "--host", "0.0.0.0") as server:
            keys.append(server.said["key"])
            assert httpx.get(f"{server.url}/v1/models", timeout=60).status_code == 401
            held = {"x-api-key": keys[-1]}
            assert httpx.get(f"{server.url}/v1/models", headers=held, timeout=60).status_code == 200
            assert server.end(signal.SIGINT)[0] == 0
    assert len(set(keys)) == 1
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600
    logs = "".join(one.read_text() for one in (tmp_path / "logs").iterdir())
    assert keys[0] not in logs


@pytest.mark.nightly
def test_a_head_that_never_ends_is_cut_off(tmp_path: Path) -> None:
    add_colours(tmp_path)
    with serve(tmp_path, "colours", SIGHTLINE_SERVE_TIMEOUT_S="1") as server:
        host, port = server.url.removeprefix("http://").split(":")
        for start, said in ((b"", b""), (b"POST /v1/predict HTTP/1.1\r\nhost: x", b"HTTP/1.1 408")):
            with socket.create_connection((host, int(port)), timeout=60) as slow:
                slow.sendall(start)
                assert slow.recv(65_536)[:12] == said
        with socket.create_connection((host, int(port)), timeout=60) as slow:
            slow.sendall(head_of(host, 100) + b"x")
            with slow.makefile("rb") as answer:
                assert b"slow_request" in answer.read(), "all of it, until the server closes"
        assert (
            httpx.post(f"{server.url}/v1/predict", content=photo(), timeout=60).status_code == 200
        )
        assert server.end()[0] == 0


@pytest.mark.nightly
def test_a_newer_model_takes_over_under_load_and_no_request_fails(tmp_path: Path) -> None:
    add_colours(tmp_path)
    answers: list[tuple[int, str]] = []
    enough = threading.Event()

    def load(url: str) -> None:
        with httpx.Client(base_url=url, timeout=30) as client:
            while not enough.is_set():
                answer = client.post("/v1/predict", content=photo())
                answers.append((answer.status_code, answer.json().get("label", "")))

    with serve(tmp_path, "colours", "--follow") as server:
        clients = [threading.Thread(target=load, args=(server.url,)) for _ in range(4)]
        for one in clients:
            one.start()
        while not answers:
            assert all(one.is_alive() for one in clients)
        for names in (("cyan", "b", "c"), ("coral", "b", "c")):
            add_colours(tmp_path, classes=list(names))
            while not answers or answers[-1][1] != names[0]:
                assert all(one.is_alive() for one in clients)
        enough.set()
        for one in clients:
            one.join()
        assert server.end()[0] == 0
    assert {code for code, _ in answers} == {200}
    assert {label for _, label in answers} == {"red", "cyan", "coral"}


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("nobody",), 4, "unknown_model"),
        (("colours", "colours"), 5, "conflict"),
        (("colours", "--keep-doubts", "nowhere"), 4, "unknown_project"),
        (("colours", "--host", "203.0.113.7"), 2, "invalid_input"),
    ],
)
def test_what_cannot_be_served_is_told(
    tmp_path: Path, words: tuple[str, ...], code: int, says: str
) -> None:
    add_colours(tmp_path)
    with serve(tmp_path, *words) as server:
        assert server.said["error"]["code"] == says
        assert server.process.wait(60) == code


@pytest.mark.nightly
def test_garbage_and_clients_that_go_away_make_no_noise(tmp_path: Path) -> None:
    add_colours(tmp_path)
    form = b"content-type: multipart/form-data; boundary=x\r\ncontent-length: 4\r\n\r\n0123"
    garbage = (b"\0\1\2", b"content-length: -1\r\n\r\n", b"content-length: 9\r\n\r\n", form)
    with serve(tmp_path, "colours") as server:
        host, port = server.url.removeprefix("http://").split(":")
        for bytes_ in garbage:
            with socket.create_connection((host, int(port)), timeout=60) as link:
                link.sendall(b"POST /v1/predict HTTP/1.1\r\nhost: 127.0.0.1\r\n" + bytes_)
        assert (
            httpx.post(f"{server.url}/v1/predict", content=photo(), timeout=60).status_code == 200
        )
        code, errors = server.end()
    assert (code, errors.strip()) == (0, "")
