from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from sightline.core.errors import CancelledError
from sightline.core.progress import Silent
from sightline.export import latency
from sightline.export.latency import Side, measure, ratio

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.core.arrays import U8

PICTURE = np.zeros((1, 2, 2, 3), np.uint8)


def busy(seconds: float) -> Callable[[U8], object]:
    """A side that works for so long."""

    def answer(_: object) -> None:
        end = time.process_time() + seconds
        while time.process_time() < end:
            pass

    return answer


def test_each_side_gets_a_row_and_the_slower_one_is_slower() -> None:
    sides = [Side("this", 1, busy(0.001)), Side("torch", 1, busy(0.004))]
    rows = measure(sides, PICTURE, Silent())
    assert [(row["what"], row["threads"]) for row in rows] == [("this", 1), ("torch", 1)]
    assert set(rows[0]) == {"what", "threads", "ms", "cpu_ms"}
    found = ratio(rows, "this", "torch")
    assert found is not None
    assert found > 2


def test_what_was_not_measured_has_no_ratio() -> None:
    rows = [{"what": "this", "threads": 1, "ms": 1.0, "cpu_ms": 2.0}]
    assert ratio(rows, "this", "torch") is None
    assert ratio([*rows, {"what": "torch", "threads": 4, "cpu_ms": 9}], "this", "torch") is None


def test_a_slow_side_is_asked_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latency, "SECONDS", 0.0)
    asked: list[int] = []
    measure([Side("this", 1, lambda _: asked.append(1))], PICTURE, Silent())
    assert len(asked) == 2


def test_measuring_stops_when_asked() -> None:
    class Stop(Silent):
        def check(self) -> None:
            raise CancelledError("stopped", hint="")

    with pytest.raises(CancelledError):
        measure([Side("this", 1, lambda _: None)], PICTURE, Stop())


def test_one_thread_is_always_among_those_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1, 2}, raising=False)
    assert latency.threads_here() == (1, 3)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0}, raising=False)
    assert latency.threads_here() == (1,)
