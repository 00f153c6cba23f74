"""Changes of a narration that cross each other: while an engine loads, while paused, at the end."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from fakes.narration import FakeNarrator, FakeNarrators
from fakes.sockets import texts
from sightline.app.streams.parts import Wish
from sightline.app.streams.streams import Streams

if TYPE_CHECKING:
    from fakes.followed import World
    from fakes.sockets import Socket
    from sightline.core.media import Frame
    from sightline.core.narration import Telling


def _wait_for(socket: Socket, **facts: Any) -> None:
    while (state := socket.until("state")) and any(state[one] != facts[one] for one in facts):
        pass


def test_a_change_while_the_engine_is_loaded_is_made(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = threading.Event()
    load = FakeNarrators.open

    def slowly(self: FakeNarrators, *args: Any, **more: Any) -> FakeNarrator:
        loaded.wait(60)
        return load(self, *args, **more)

    monkeypatch.setattr(FakeNarrators, "open", slowly)
    world.shelf.clip(frames=2)
    socket = world.follow(media_id="clip", engine="fast", lang="en")
    socket.until("state")
    socket.send({"type": "set", "engine": "slow", "lang": "de"})
    _wait_for(socket, asked_lang="de")
    loaded.set()
    told = texts(socket.rest())
    assert [one["text"] for one in told[:2]] == ["slow de: frame 0", "slow de: frame 1"]


@pytest.mark.parametrize("second", ["auto", "gone"])
def test_a_change_that_comes_while_another_one_is_made_is_made_too(
    world: World, monkeypatch: pytest.MonkeyPatch, second: str
) -> None:
    swapping, go_on = threading.Event(), threading.Event()
    swap = FakeNarrator.swap

    def slowly(self: FakeNarrator, engine: str) -> None:
        swapping.set()
        go_on.wait(60)
        swap(self, engine)

    monkeypatch.setattr(FakeNarrator, "swap", slowly)
    source = world.shelf.clip(frames=4)
    source.gate = threading.Semaphore(1)
    socket = world.follow(media_id="clip", engine="fast")
    socket.until("text")
    socket.send({"type": "set", "engine": second})
    _wait_for(socket, asked_engine=second)
    source.gate.release()
    assert swapping.wait(60)
    socket.send({"type": "set", "lang": "de"})
    _wait_for(socket, asked_lang="de")
    go_on.set()
    for _ in range(3):
        source.gate.release()
    told = texts(socket.rest())
    assert told[-2]["text"].split(":")[0] == ("fast de" if second == "gone" else "auto de")


def test_every_frame_is_looked_at_again_when_a_rate_is_taken_back(world: World) -> None:
    source = world.shelf.clip(frames=6)
    source.gate = threading.Semaphore(1)
    socket = world.follow(media_id="clip", frame_rate=1)
    socket.until("text")
    socket.send({"type": "set", "frame_rate": None})
    _wait_for(socket, frame_rate=None)
    for _ in range(6):
        source.gate.release()
    assert [one["frame"] for one in texts(socket.rest())][:2] == [1, 2]


def test_who_paused_and_then_stops_hears_the_summary(world: World) -> None:
    source = world.shelf.clip(frames=9)
    source.gate = threading.Semaphore(1)
    socket = world.follow(media_id="clip")
    socket.until("text")
    socket.send({"type": "pause"})
    _wait_for(socket, state="paused")
    socket.send({"type": "stop"})
    assert texts(socket.rest())[-1]["kind"] == "summary"
    assert socket.code == 1000


def test_who_paused_stays_paused_in_another_narration(world: World) -> None:
    source = world.shelf.clip(frames=3)
    source.gate = threading.Semaphore(0)
    first, second = world.follow(media_id="clip"), world.follow(media_id="clip")
    for socket in (first, second):
        _wait_for(socket, viewers=2)
    first.send({"type": "pause"})
    first.send({"type": "set", "lang": "de"})
    _wait_for(first, asked_lang="de", state="paused")
    for _ in range(8):
        source.gate.release()
    assert len(texts(second.rest())) > 1
    other = next(one for one in world.streams._sessions if one.wish.lang == "de")
    assert other.tally.looked == 0
    first.send({"type": "resume"})
    assert texts(first.rest())[-1]["kind"] == "summary"


def test_after_a_stop_of_the_server_a_clip_goes_on_where_it_was_told(world: World) -> None:
    source = world.shelf.clip(frames=5)
    source.gate = threading.Semaphore(2)
    socket = world.follow(media_id="clip")
    assert [socket.until("text")["id"] for _ in range(2)] == [1, 2]
    world.streams.close()
    assert world.shelf.media["clip"].notes[-1]["state"] == "waiting"
    world.shelf.clip(frames=5)
    bench = world.bench
    bench.__dict__["streams"] = Streams(world.shelf, FakeNarrators(), bench.settings)
    told = texts(world.follow(media_id="clip", last_seen=2).rest())
    assert [(one["id"], one["frame"]) for one in told[:-1]] == [(3, 2), (4, 3), (5, 4)]
    assert told[-1]["text"] == "5 frames in all"
    bench.streams.close()


def test_a_stop_of_the_server_sums_a_camera_up(world: World) -> None:
    camera = world.shelf.camera()
    socket = world.follow(media_id="cam")
    socket.until("state")
    socket.send(bytes([7]))
    socket.until("text")
    world.streams.close()
    assert camera.slot.closed
    assert world.streams.records("cam")[-1]["kind"] == "summary"


def test_a_full_disk_costs_notes_of_progress_but_no_text(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    world.shelf.clip(frames=3)
    monkeypatch.setattr(world.shelf, "note", full)
    socket = world.follow(media_id="clip")
    assert len(texts(socket.rest())) == 4
    assert socket.code == 1000


def test_a_camera_waits_its_whole_while_for_each_who_comes_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    timers: list[Any] = []

    class Timer:
        daemon = False

        def __init__(self, _: float, call: Any, args: tuple[Any, ...]) -> None:
            timers.append(lambda: call(*args))

        def start(self) -> None:
            pass

    monkeypatch.setattr(threading, "Timer", Timer)
    world.shelf.camera()
    for _ in range(2):
        world.streams.follow(Wish(media_id="cam"), lambda: None).leave()
    (session,) = world.streams._sessions
    timers[0]()
    assert not session.over
    timers[1]()
    session.join(60)
    assert session.over


def test_who_follows_hears_of_those_who_come_and_go(world: World) -> None:
    world.shelf.clip(frames=2).gate = threading.Semaphore(0)
    first = world.follow(media_id="clip")
    _wait_for(first, viewers=1, state="running")
    second = world.follow(media_id="clip")
    _wait_for(first, viewers=2)
    first.send({"type": "pause"})
    first.send({"type": "ping"})
    first.until("heartbeat")
    second.leave()
    _wait_for(first, viewers=1, state="paused")


def test_what_the_narrator_finds_out_on_the_way_is_told_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    see = FakeNarrator.see

    def finds_out(self: FakeNarrator, frame: Frame) -> Telling | None:
        self.notes = ("it looks down",) if frame.index else ()
        return None if frame.index == 1 else see(self, frame)

    monkeypatch.setattr(FakeNarrator, "see", finds_out)
    source = world.shelf.clip(frames=3)
    source.gate = threading.Semaphore(2)
    socket = world.follow(media_id="clip")
    _wait_for(socket, notes=["it looks down"])
    source.gate.release()
    assert texts(socket.rest())[-1]["notes"] == ["it looks down"]


def test_a_medium_still_waits_when_no_engine_could_be_had_and_its_error_goes_with_success(
    world: World,
) -> None:
    world.shelf.clip(frames=2)
    world.follow(media_id="clip", engine="gone").rest()
    notes = world.shelf.get("clip").notes
    assert (notes[-1]["state"], notes[-1]["progress"]) == ("waiting", None)
    assert "gone" in notes[-1]["error"]
    world.follow(media_id="clip", engine="fast").rest()
    assert (notes[-1]["state"], notes[-1]["error"]) == ("done", "")
