"""A lane does the most urgent first, drops what nobody wants, and survives what hangs."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING

import pytest

from sightline.core.errors import CancelledError, EngineFailedError, OverloadedError
from sightline.jobs.lane import MOST, Lane

if TYPE_CHECKING:
    from collections.abc import Iterator


class Gate:
    """Work that goes on when it is told."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.open = threading.Event()

    def __call__(self) -> str:
        self.entered.set()
        assert self.open.wait(60)
        return "through"


@pytest.fixture
def lane() -> Iterator[Lane]:
    made = Lane("test", timeout_s=10)
    yield made
    made.close()


def held(lane: Lane) -> Gate:
    """Keep the lane busy until the gate opens."""
    gate = Gate()
    lane.submit(gate, priority=0)
    assert gate.entered.wait(60)
    return gate


def test_the_most_urgent_goes_first_and_of_equals_the_newest(lane: Lane) -> None:
    gate, done = held(lane), list[str]()
    works = [
        lane.submit(partial(done.append, name), priority=priority)
        for name, priority in (("next", 2), ("old click", 0), ("current", 1), ("new click", 0))
    ]
    gate.open.set()
    for work in works:
        work.future.result(60)
    assert done == ["new click", "old click", "current", "next"]


def test_waiting_work_can_be_made_more_urgent_but_not_less(lane: Lane) -> None:
    gate, done = held(lane), list[str]()
    later = lane.submit(lambda: done.append("later"), priority=3, about={"gen": 1})
    sooner = lane.submit(lambda: done.append("sooner"), priority=1)
    lane.urge(later, 0, {"gen": 2})
    lane.urge(later, 3, {"gen": 3})
    assert later.about == {"gen": 2}
    gate.open.set()
    sooner.future.result(60)
    assert done == ["later", "sooner"]


def test_dropped_work_tells_who_waits_why(lane: Lane) -> None:
    gate = held(lane)
    stale = lane.submit(lambda: "stale", priority=0, about={"object": "a"})
    fresh = lane.submit(lambda: "fresh", priority=0, about={"object": "b"})
    assert lane.drop(lambda one: one.about.get("object") == "a", "a newer click") == 1
    gate.open.set()
    assert fresh.future.result(60) == "fresh"
    with pytest.raises(CancelledError, match="a newer click"):
        stale.future.result(60)


def test_cancelled_work_is_passed_over(lane: Lane) -> None:
    gate, done = held(lane), list[int]()
    lane.submit(lambda: done.append(1), priority=0).future.cancel()
    last = lane.submit(lambda: done.append(2), priority=1)
    gate.open.set()
    last.future.result(60)
    assert done == [2]


def test_a_failure_reaches_its_asker_and_the_lane_goes_on(lane: Lane) -> None:
    broken = lane.submit(lambda: 1 // 0, priority=0)
    with pytest.raises(ZeroDivisionError):
        broken.future.result(60)
    assert lane.submit(lambda: "fine", priority=0).future.result(60) == "fine"


def test_what_hangs_is_left_behind_and_the_rest_goes_on() -> None:
    lane, gate = Lane("slow", timeout_s=0.05), Gate()
    hanging = lane.submit(gate, priority=0)
    with pytest.raises(EngineFailedError, match=r"no answer within 0\.05 s"):
        hanging.future.result(60)
    lane._timeout_s = 60
    assert lane.submit(lambda: "fine", priority=0).future.result(60) == "fine"
    gate.open.set()
    assert lane.submit(lambda: "still", priority=0).future.result(60) == "still"
    lane.close()


def test_all_shows_what_runs_and_what_waits(lane: Lane) -> None:
    gate = held(lane)
    lane.submit(lambda: None, priority=2, about={"name": "second"})
    lane.submit(lambda: None, priority=1, about={"name": "first"})
    shown = [(work.about.get("name"), runs) for work, runs in lane.all()]
    assert shown == [(None, True), ("first", False), ("second", False)]
    gate.open.set()


def test_a_full_lane_refuses_and_a_closed_one_lets_go(lane: Lane) -> None:
    gate = held(lane)
    works = [lane.submit(lambda: None, priority=0) for _ in range(MOST)]
    with pytest.raises(OverloadedError):
        lane.submit(lambda: None, priority=0)
    lane.close()
    with pytest.raises(CancelledError, match="closing"):
        works[0].future.result(60)
    with pytest.raises(OverloadedError):
        lane.submit(lambda: None, priority=0)
    gate.open.set()
