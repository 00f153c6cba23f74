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
