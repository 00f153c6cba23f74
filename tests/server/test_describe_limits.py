"""What a narration's socket refuses, and what goes wrong: a code and a reason for each."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from fakes.narration import telling_of
from fakes.sockets import Socket, texts
from sightline.core.errors import EngineFailedError, SourceLostError
from sightline.server import describing

if TYPE_CHECKING:
    from fakes.followed import World
    from sightline.core.media import Frame
    from sightline.core.narration import Telling


@pytest.mark.parametrize(
    ("message", "code", "word"),
    [
        ("no json at all", 4400, "JSON"),
        ("[]", 4400, "object"),
        ({"media_id": ""}, 4400, "media_id"),
        ({"media_id": "clip", "frame_rate": -1}, 4400, "frame_rate"),
        ({"media_id": "clip", "frame_rate": "often"}, 4400, "frame_rate"),
        ({"media_id": "clip", "last_seen": -1}, 4400, "last_seen"),
        ({"media_id": "clip", "what": 1}, 4400, "what"),
        (b"\xff\xd8", 4400, "opening"),
        ({"media_id": "gone"}, 4404, "gone"),
        ({"media_id": "clip", "engine": "gone"}, 4404, "gone"),
        ("x" * 70_000, 4413, "65536"),
    ],
)
def test_what_cannot_be_followed_is_refused_with_a_code_and_a_reason(
    world: World, message: Any, code: int, word: str
) -> None:
    world.shelf.clip(frames=1)
    socket = Socket(world.client)
    with socket:
        socket.send(message)
        messages = socket.rest()
    assert socket.code == code
    assert word in socket.reason
    assert messages[-1]["type"] == "error"
    assert messages[-1]["hint"]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("garbage", 4400),
        ({"type": "dance"}, 4400),
        ({"type": "open", "media_id": "clip"}, 4400),
        (b"a frame", 4400),
        (b"x" * 8_000_001, 4413),
    ],
)
def test_garbage_in_midstream_closes_the_socket_and_nothing_else(
    world: World, message: Any, code: int
) -> None:
    source = world.shelf.clip(frames=2)
    source.gate = threading.Semaphore(1)
    socket = world.follow(media_id="clip")
    socket.until("text")
    socket.send(message)
    socket.rest()
    assert socket.code == code
    for _ in range(2):
        source.gate.release()
    assert len(texts(world.follow(media_id="clip").rest())) == 3


def test_a_flood_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(describing, "_RATE", 1.0)  # however slowly they are sent
    source = world.shelf.clip(frames=1)
    source.gate = threading.Semaphore(0)
    socket = world.follow(media_id="clip")
    for _ in range(400):
        socket.send({"type": "ping"})
    socket.rest()
    assert socket.code == 4429
    source.gate.release()
    source.gate.release()


def test_a_client_that_says_nothing_is_let_go(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(describing, "OPENING_S", 0.01)
    with Socket(world.client) as socket:
        socket.rest()
    assert socket.code == 4408


def test_a_client_that_never_reads_is_let_go(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(describing, "STALL_S", 0.01)
    world.shelf.clip(frames=3)
    socket = Socket(world.client)
    with socket:
        socket.stop_reading()
        socket.send({"media_id": "clip"})
    assert world.streams._sessions == [] or world.streams._sessions[0].followers == 0


def test_one_client_may_follow_only_so_many(world: World) -> None:
    source = world.shelf.clip(frames=1)
    source.gate = threading.Semaphore(0)
    most = world.bench.settings.stream_clients
    for _ in range(most):
        world.follow(media_id="clip").until("state")
    one_more = world.follow(media_id="clip")
    (refusal,) = one_more.rest()
    assert (refusal["type"], one_more.code) == ("error", 4429)
    assert "stream_clients" in refusal["hint"]
    assert "stream_clients" in one_more.reason or str(most) in one_more.reason
    source.gate.release()
    source.gate.release()


def test_only_so_many_narrations_run(world: World) -> None:
    most = world.bench.settings.stream_sessions
    gate = threading.Semaphore(0)
    for n in range(most + 1):
        world.shelf.clip(f"clip{n}").gate = gate
    for n in range(most):
        world.follow(media_id=f"clip{n}").until("state")
    one_more = world.follow(media_id=f"clip{most}")
    one_more.rest()
    assert one_more.code == 4429
    for _ in range(6 * most):
        gate.release()


def test_an_engine_that_fails_says_so_and_keeps_what_was_told(world: World) -> None:
    def say(frame: Frame) -> Telling:
        if frame.index == 2:
            raise EngineFailedError("the detector died", hint="try again")
        return telling_of(frame, f"frame {frame.index}")

    world.narrators.say = say
    world.shelf.clip(frames=4)
    socket = world.follow(media_id="clip")
    messages = socket.rest()
    assert len(texts(messages)) == 2
    assert socket.code == 4500
    assert "the detector died" in socket.reason
    world.narrators.say = lambda frame: telling_of(frame, "again")
    told = texts(world.follow(media_id="clip", last_seen=2).rest())
    assert [one["id"] for one in told] == [3, 4, 5]


def test_an_engine_that_breaks_in_an_unforeseen_way_does_not_take_the_server_along(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    def say(_: Frame) -> Telling:
        raise ZeroDivisionError

    world.narrators.say = say
    world.shelf.clip(frames=4)
    socket = world.follow(media_id="clip")
    socket.rest()
    assert socket.code == 4500
    assert "broke" in caplog.text
    assert world.client.get("/api/health").status_code == 200


def test_a_camera_that_disappears_is_summed_up_and_told(world: World) -> None:
    world.shelf.clip(frames=2, fault=SourceLostError("the camera is gone", hint="plug it in"))
    socket = world.follow(media_id="clip")
    messages = socket.rest()
    assert [one["kind"] for one in texts(messages)] == ["text", "text", "summary"]
    assert messages[-2]["error"]["code"] == "source_lost"
    assert socket.code == 4502


def test_a_medium_that_is_erased_in_midstream_ends_its_narration(world: World) -> None:
    source = world.shelf.clip(frames=50)
    source.gate = threading.Semaphore(1)
    socket = world.follow(media_id="clip")
    socket.until("text")
    world.streams.stop("clip")
    messages = socket.rest()
    assert not texts(messages)
    assert (messages[-1]["code"], socket.code) == ("not_found", 4404)
    assert "erased" in socket.reason


def test_a_foreign_page_is_refused(world: World) -> None:
    socket = Socket(world.client, origin="http://evil.example")
    with socket:
        socket.rest()
    assert socket.code == 4403
    assert "evil.example" in socket.reason


def test_a_refusal_fits_into_a_close_frame_whatever_the_page_is_called(world: World) -> None:
    with Socket(world.client, origin="http://" + 200 * "é") as socket:
        socket.rest()
    assert socket.code == 4403
    assert len(socket.reason.encode()) <= 123


def test_what_runs_is_shown(world: World) -> None:
    source = world.shelf.clip(frames=1)
    source.gate = threading.Semaphore(0)
    world.follow(media_id="clip").until("state")
    (shown,) = world.client.get("/api/streams").json()
    assert (shown["media_id"], shown["viewers"], shown["asked_lang"]) == ("clip", 1, "en")
    source.gate.release()
    source.gate.release()
