"""Live sources: the newest frame, patience, and a clear end."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from fakes.clips import frame, index_of
from sightline.core.errors import SourceLostError
from sightline.imaging.clip import ClipLimits
from sightline.imaging.live import LiveSource, connect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


MANY = 1 << 40


class Camera:
    """A capture of so many frames."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._now = -1
        self.grabs = threading.Semaphore(0)
        """Released at each grab."""
        self.released = threading.Event()

    def grab(self) -> bool:
        """Go on."""
        self._now += 1
        self.grabs.release()
        return self._now < self._count

    def retrieve(self) -> tuple[bool, Any]:
        """Return the frame, BGR."""
        return True, np.ascontiguousarray(frame(self._now % 16)[..., ::-1])

    def get(self, what: int, /) -> float:
        """Return width or height."""
        return {3: 64.0, 4: 48.0}.get(what, 0.0)

    def release(self) -> None:
        """Note it."""
        self.released.set()


def at_once(event: threading.Event, _seconds: float) -> bool:
    """Wait no time."""
    return event.is_set()


def live(cameras: Iterable[Camera | None], patience_s: float = 1.0) -> LiveSource:
    """Return a source over captures that are opened one after the other."""
    waiting = iter(cameras)
    return LiveSource(
        lambda: next(waiting, None), "desk", ClipLimits(), patience_s=patience_s, wait=at_once
    )


def test_who_is_late_gets_the_frame_that_comes_next_and_none_from_before() -> None:
    camera = Camera(MANY)
    source = live([camera])
    frames = source.frames()
    first = next(frames)
    for _ in range(first.index + 10):
        assert camera.grabs.acquire(timeout=60)

    later = next(frames)

    assert later.index >= first.index + 9
    assert index_of(later.image) == later.index % 16
    assert later.time_s >= first.time_s
    assert source.dropped >= 8
    source.close()
    assert camera.released.wait(60)


def test_a_camera_that_comes_back_goes_on() -> None:
    lost, back = Camera(0), Camera(MANY)
    source = live([lost, None, back])

    seen = next(source.frames())

    assert index_of(seen.image) >= 0
    assert source.reconnects == 1
    assert lost.released.is_set()
    source.close()
    assert back.released.wait(60)


def test_a_camera_that_stays_away_is_said_to_be_lost() -> None:
    source = live([Camera(0)])

    with pytest.raises(SourceLostError, match="desk has not answered"):
        list(source.frames())


def test_one_that_does_not_answer_at_all_is_said_at_once() -> None:
    with pytest.raises(SourceLostError, match="does not answer"):
        live([None])
    assert connect("rtsp://127.0.0.1:9/x", open_s=1.0)() is None


def test_a_capture_that_breaks_is_said_to_be_lost() -> None:
    class Broken(Camera):
        def retrieve(self) -> tuple[bool, Any]:
            raise RuntimeError("(-4:Insufficient memory)")

    source = live([Broken(MANY)])

    with pytest.raises(SourceLostError, match="Insufficient memory"):
        next(source.frames())


def test_a_camera_that_opens_each_time_but_shows_nothing_is_said_to_be_lost() -> None:
    def endless() -> Iterator[Camera]:
        yield Camera(1)
        for _ in range(1_000):
            yield Camera(0)
        raise AssertionError("nobody ends it")

    source = live(endless(), patience_s=5.0)
    with pytest.raises(SourceLostError, match="has not answered for 5 seconds"):
        list(source.frames())
    assert source.reconnects < 30
