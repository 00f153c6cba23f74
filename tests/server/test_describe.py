"""The socket of a narration: texts, replay, changes in midstream."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from fakes.narration import FakeNarrators
from fakes.sockets import texts
from sightline.app.streams.streams import Streams

if TYPE_CHECKING:
    import pytest

    from fakes.followed import World


def test_a_clip_is_narrated_and_summed_up(world: World) -> None:
    world.shelf.clip(frames=3)
    socket = world.follow(media_id="clip", frame_rate=10, lang="en")
    messages = socket.rest()
    told = texts(messages)
    assert [one["id"] for one in told] == [1, 2, 3, 4]
    assert [one["text"] for one in told] == [
        "auto en: frame 0",
        "auto en: frame 1",
        "auto en: frame 2",
        "3 frames in all",
    ]
    first = told[0]
    assert first["boxes"] == [
        {
            "name": "car",
            "score": 0.9,
            "box": [10.0, 20.0, 60.0, 80.0],
            "track": 1,
            "outline": None,
        }
    ]
    assert first["overlay_url"] == "/api/media/clip/overlays/1.webp"
    assert (first["kind"], told[-1]["kind"]) == ("text", "summary")
    assert {"timestamp", "confidence", "time_s", "latency_ms", "dropped"} <= set(first)
    assert not {"key", "session", "heat"} & set(first)
    assert messages[0]["type"] == "state"
    assert messages[-1] == {"type": "end", "state": "done", "error": None}
    assert (socket.code, socket.reason) == (1000, "done")
    assert world.shelf.media["clip"].notes[-1]["state"] == "done"


def test_a_viewer_who_comes_back_gets_what_it_missed_and_nothing_twice(world: World) -> None:
    source = world.shelf.clip(frames=6)
    source.gate = threading.Semaphore(3)
    socket = world.follow(media_id="clip")
    seen = [socket.until("text")["id"] for _ in range(2)]
    socket.leave()
    for _ in range(4):
        source.gate.release()
    again = world.follow(media_id="clip", last_seen=seen[-1])
    seen += [one["id"] for one in texts(again.rest())]
    assert seen == [1, 2, 3, 4, 5, 6, 7]
    assert len(world.narrators.opened) == 1


def test_after_a_restart_a_clip_goes_on_where_it_was_told(world: World) -> None:
    source = world.shelf.clip(frames=5)
    source.gate = threading.Semaphore(2)
    socket = world.follow(media_id="clip")
    assert [socket.until("text")["id"] for _ in range(2)] == [1, 2]
    session = world.streams._sessions[0]
    session.ring.close()  # as if the process had been killed
    world.shelf.clip(frames=5)
    bench = world.bench
    bench.__dict__["streams"] = Streams(world.shelf, FakeNarrators(), bench.settings)
    told = texts(world.follow(media_id="clip", last_seen=1).rest())
    assert [one["id"] for one in told] == [2, 3, 4, 5, 6]
    assert [one["frame"] for one in told[:-1]] == [1, 2, 3, 4]
    assert told[-1]["text"] == "5 frames in all"
    bench.streams.close()


def test_two_viewers_share_one_narration(world: World) -> None:
    source = world.shelf.clip(frames=3)
    source.gate = threading.Semaphore(0)
    first, second = world.follow(media_id="clip"), world.follow(media_id="clip")
    for socket in (first, second):
        socket.until("state")
    for _ in range(4):
        source.gate.release()
    one, two = texts(first.rest()), texts(second.rest())
    assert one == two
    assert len(one) == 4
    assert len(world.narrators.opened) == 1


def test_a_finished_clip_is_replayed_and_narrated_anew_only_when_asked(world: World) -> None:
    world.shelf.clip(frames=2)
    before = texts(world.follow(media_id="clip").rest())
    assert texts(world.follow(media_id="clip").rest()) == before
    assert len(world.narrators.opened) == 1
    after = texts(world.follow(media_id="clip", again=True, last_seen=3).rest())
    assert [one["id"] for one in after] == [4, 5, 6]


def test_an_unknown_language_falls_back_and_says_so(world: World) -> None:
    world.shelf.clip(frames=1)
    messages = world.follow(media_id="clip", lang="tlh").rest()
    assert texts(messages)[0]["notes"] == ["tlh is not known: English it is"]
    assert texts(messages)[0]["lang"] == "en"


def test_the_engine_is_swapped_in_midstream_and_no_text_is_lost(world: World) -> None:
    source = world.shelf.clip(frames=4)
    source.gate = threading.Semaphore(2)
    socket = world.follow(media_id="clip", engine="fast")
    told = [socket.until("text") for _ in range(2)]
    socket.send({"type": "set", "engine": "slow"})
    while socket.until("state")["asked_engine"] != "slow":
        pass
    for _ in range(4):
        source.gate.release()
    told += texts(socket.rest())
    assert [one["engine"] for one in told] == ["fast", "fast", "slow", "slow", "slow"]
    assert [one["id"] for one in told] == [1, 2, 3, 4, 5]


def test_an_engine_that_is_not_there_leaves_the_old_one_at_work(world: World) -> None:
    source = world.shelf.clip(frames=2)
    source.gate = threading.Semaphore(1)
    socket = world.follow(media_id="clip", engine="fast")
    socket.until("text")
    socket.send({"type": "set", "engine": "gone"})
    while socket.until("state")["asked_engine"] != "gone":
        pass
    for _ in range(3):
        source.gate.release()
    messages = socket.rest()
    troubles = [one["trouble"] for one in messages if one.get("type") == "state"]
    assert any(one and one["code"] == "unknown_engine" for one in troubles)
    assert texts(messages)[0]["engine"] == "fast"
    assert socket.code == 1000


def test_another_language_goes_on_from_the_same_place(world: World) -> None:
    source = world.shelf.clip(frames=3)
    source.gate = threading.Semaphore(1)
    socket = world.follow(media_id="clip")
    socket.until("text")
    socket.send({"type": "set", "lang": "de", "every_s": 0, "frame_rate": 100})
    while socket.until("state")["asked_lang"] != "de":
        pass
    for _ in range(3):
        source.gate.release()
    told = texts(socket.rest())
    assert [one["text"] for one in told[:2]] == ["auto de: frame 1", "auto de: frame 2"]


def test_a_pause_holds_the_narration_until_it_goes_on(world: World) -> None:
    source = world.shelf.clip(frames=3)
    source.gate = threading.Semaphore(1)
    socket = world.follow(media_id="clip")
    socket.until("text")
    socket.send({"type": "pause"})
    while socket.until("state")["state"] != "paused":
        pass
    for _ in range(3):
        source.gate.release()
    socket.send({"type": "ping"})
    assert socket.until("heartbeat")["timestamp"]
    assert world.narrators.opened[0].seen == 1
    socket.send({"type": "resume"})
    assert len(texts(socket.rest())) == 3


def test_who_pauses_while_it_ends_hears_the_rest_when_going_on(world: World) -> None:
    source = world.shelf.clip(frames=3)
    source.gate = threading.Semaphore(1)
    socket = world.follow(media_id="clip")
    socket.until("text")
    socket.send({"type": "pause"})
    while socket.until("state")["state"] != "paused":
        pass
    other = world.follow(media_id="clip")
    for _ in range(3):
        source.gate.release()
    assert other.rest()[-1]["type"] == "end"
    socket.send({"type": "ping"})
    socket.until("heartbeat")
    socket.send({"type": "resume"})
    assert [one["id"] for one in texts(socket.rest())] == [2, 3, 4]
    assert socket.code == 1000


def test_stop_ends_a_narration_with_its_summary(world: World) -> None:
    source = world.shelf.clip(frames=100)
    source.gate = threading.Semaphore(2)
    socket = world.follow(media_id="clip")
    for _ in range(2):
        socket.until("text")
    socket.send({"type": "stop"})
    assert texts(socket.rest())[-1]["kind"] == "summary"
    assert socket.code == 1000


def test_a_camera_is_narrated_from_the_frames_that_the_socket_sends(world: World) -> None:
    world.shelf.camera()
    socket = world.follow(media_id="cam")
    socket.until("state")
    socket.send(bytes([7]))
    assert socket.until("text")["frame"] == 0
    socket.send(bytes([8]))
    assert socket.until("text")["frame"] == 1
    socket.send({"type": "stop"})
    assert texts(socket.rest())[-1]["kind"] == "summary"


def test_a_camera_that_nobody_follows_ends(world: World) -> None:
    world.shelf.camera()
    socket = world.follow(media_id="cam")
    socket.until("state")
    session = world.streams._sessions[0]
    socket.leave()
    session.join(60)
    assert session.over


def test_who_reads_too_slowly_gets_the_newest_and_is_told_how_many_were_left_out(
    world: World,
) -> None:
    source = world.shelf.clip(frames=200)
    source.gate = threading.Semaphore(1)
    socket = world.follow(media_id="clip")
    socket.until("text")
    socket.stop_reading()
    session = world.streams._sessions[0]
    for _ in range(199):
        source.gate.release()
    session.join(60)
    socket.read_again()
    messages = socket.rest()
    skipped = sum(one["texts"] for one in messages if one.get("type") == "skipped")
    told = texts(messages)
    assert skipped > 0
    assert told[-1]["kind"] == "summary"
    assert 1 + skipped + len(told) == 201


def test_a_long_replay_is_whole(world: World) -> None:
    world.shelf.clip(frames=250)
    world.follow(media_id="clip").rest()
    assert [one["id"] for one in texts(world.follow(media_id="clip", last_seen=20).rest())] == list(
        range(21, 252)
    )


def test_a_last_seen_of_erased_texts_begins_anew(world: World) -> None:
    world.shelf.clip(frames=1)
    messages = world.follow(media_id="clip", last_seen=99).rest()
    assert messages[0]["reset"] is True
    assert len(texts(messages)) == 2


def test_heartbeats_come_while_nothing_happens(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    often = world.bench.settings.model_copy(update={"stream_heartbeat_s": 0.01})
    monkeypatch.setattr(world.bench, "settings", often)
    source = world.shelf.clip(frames=1)
    source.gate = threading.Semaphore(0)
    socket = world.follow(media_id="clip")
    assert socket.until("heartbeat")
    assert socket.until("heartbeat")
    source.gate.release()
    source.gate.release()
