"""Who is late gets the newest."""

from __future__ import annotations

import threading

import pytest

from sightline.core.errors import SourceLostError
from sightline.imaging.frame_slot import LatestFrame


def test_a_late_reader_gets_the_newest_and_the_rest_is_counted() -> None:
    slot = LatestFrame[int]()
    for value in range(5):
        slot.put(value)

    taken = slot.take()

    assert taken is not None
    assert (taken.value, taken.index, slot.dropped, slot.count) == (4, 4, 4, 5)
    assert slot.take(timeout_s=0) is None


def test_a_waiting_reader_is_woken_by_a_frame_and_by_the_end() -> None:
    slot = LatestFrame[int]()
    seen: list[int | None] = []

    def read() -> None:
        while (held := slot.take()) is not None:
            seen.append(held.value)
        seen.append(None)

    reader = threading.Thread(target=read)
    reader.start()
    slot.put(7)
    slot.close()
    reader.join(60)

    assert seen == [7, None]
    assert not slot.put(8)


def test_readers_are_told_why_it_ended_after_the_last_frame() -> None:
    slot = LatestFrame[int]()
    slot.put(1)
    slot.close(SourceLostError("the camera is gone"))

    assert slot.take() is not None
    with pytest.raises(SourceLostError, match="camera"):
        slot.take()


def test_every_reader_gets_the_newest_and_none_takes_it_from_another() -> None:
    slot = LatestFrame[str]()
    assert slot.newer(slot.seen, timeout_s=0) is None
    slot.put("a")
    slot.put("b")
    one = slot.newer(slot.seen)
    other = slot.newer(-1)
    assert one is not None
    assert one == other
    assert (one.value, one.index, slot.dropped) == ("b", 1, 1)
    assert slot.newer(one.index, timeout_s=0) is None
    slot.put("c")
    assert slot.dropped == 1, "what somebody has seen is not dropped"
    assert slot.newer(one.index) == slot.newer(slot.seen - 1)


def test_who_comes_later_does_not_get_what_others_have_seen() -> None:
    slot = LatestFrame[str]()
    slot.put("a")
    slot.newer(slot.seen)
    assert slot.newer(slot.seen, timeout_s=0) is None


def test_readers_of_a_closed_slot_get_what_is_new_then_its_fault() -> None:
    slot = LatestFrame[str]()
    slot.put("a")
    slot.close(ValueError("gone"))
    held = slot.newer(-1)
    assert held is not None
    with pytest.raises(ValueError, match="gone"):
        slot.newer(held.index)
