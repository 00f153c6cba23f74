from __future__ import annotations

from typing import Any

import pytest

from sightline.core.errors import CancelledError
from sightline.core.progress import Progress, Silent, track


class Recorder:
    """Remembers what it is told, and stops the work before an item."""

    def __init__(self, stop_before: int = 99) -> None:
        self.told: list[tuple[int, int | None, str]] = []
        self._left = stop_before

    def advance(self, done: int, total: int | None, note: str = "") -> None:
        self.told.append((done, total, note))

    def tell(self, kind: str, **data: Any) -> None:
        raise AssertionError((kind, data))

    def log(self, text: str) -> None:
        raise AssertionError(text)

    def check(self) -> None:
        if not self._left:
            raise CancelledError("stopped")
        self._left -= 1


def test_track_tells_the_beginning_and_each_item_done() -> None:
    progress = Recorder()
    assert list(track(progress, "abc", total=3, note="letters")) == ["a", "b", "c"]
    assert progress.told == [(done, 3, "letters") for done in range(4)]


def test_track_stops_before_the_next_item_when_asked_to() -> None:
    progress = Recorder(stop_before=2)
    seen = []
    with pytest.raises(CancelledError):
        seen += list(track(progress, "abc"))
    assert progress.told[-1] == (2, None, "")


def test_an_item_that_fails_is_not_counted() -> None:
    progress = Recorder()
    with pytest.raises(ZeroDivisionError):
        _ = [1 / one for one in track(progress, [1, 0, 1])]
    assert progress.told == [(0, None, ""), (1, None, "")]


def test_silence_is_a_progress() -> None:
    silent: Progress = Silent()
    silent.advance(1, None)
    silent.tell("metric", loss=1)
    silent.log("line")
    assert list(track(silent, [1, 2])) == [1, 2]
