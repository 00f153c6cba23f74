"""Objects keep their number from frame to frame."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.flows.narrate.motion import Motion
from sightline.flows.narrate.tracker import Rule, Tracker, _assigned, believing

if TYPE_CHECKING:
    from sightline.core.narration import Thing

SIZE = (640, 480)
Seen = tuple[str, float, tuple[float, float, float, float]]


def follow(tracker: Tracker, time_s: float, *seen: Seen) -> tuple[Thing, ...]:
    boxes = [box for _, _, box in seen]
    scores = [score for _, score, _ in seen]
    names = [name for name, _, _ in seen]
    return tracker.follow(time_s, boxes, scores, names, size_wh=SIZE)


def at(x: float, y: float, side: float = 60.0) -> tuple[float, float, float, float]:
    return x, y, x + side, y + side


def test_what_the_first_frame_shows_is_there_at_once() -> None:
    things = follow(Tracker(), 0.0, ("dog", 0.9, at(10, 10)), ("cat", 0.8, at(300, 300)))
    assert [(one.name, one.track) for one in things] == [("dog", 1), ("cat", 2)]


def test_later_it_must_be_seen_three_times() -> None:
    tracker = Tracker()
    follow(tracker, 0.0)
    numbers = [
        [one.track for one in follow(tracker, step / 10, ("dog", 0.9, at(10 + step, 10)))]
        for step in range(1, 5)
    ]
    assert numbers == [[], [], [1], [1]]


@pytest.mark.parametrize("fps", [4.0, 8.0, 30.0])
def test_one_that_crosses_the_frame_is_one_whatever_the_rate(fps: float) -> None:
    tracker = Tracker()
    follow(tracker, 0.0)
    seen: set[int] = set()
    for step in range(1, int(2 * fps)):
        things = follow(tracker, step / fps, ("car", 0.8, at(-30 + 300 * step / fps, 200, 120)))
        seen |= {one.track for one in things}
    assert seen == {1}


def test_what_is_renamed_keeps_its_new_name_against_a_few_looks() -> None:
    tracker = Tracker()
    for step in range(4):
        follow(tracker, step / 8, ("cell phone", 0.9, at(10, 10)), ("dog", 0.9, at(300, 300)))
    tracker.rename({1: "car", 9: "bus"})
    things = follow(tracker, 0.5, ("bus", 0.9, at(10, 10)), ("dog", 0.9, at(300, 300)))
    assert [(one.name, one.track) for one in things] == [("car", 1), ("dog", 2)]


def test_two_that_meet_keep_their_numbers() -> None:
    tracker = Tracker()
    for step in range(41):
        there = follow(
            tracker,
            step / 20,
            ("car", 0.9, at(10 + 12 * step, 100)),
            ("car", 0.9, at(490 - 12 * step, 150)),
        )
    assert {one.track: round(one.box[0] / 50) for one in there} == {1: 10, 2: 0}


def test_one_that_is_hidden_for_a_moment_comes_back_as_itself() -> None:
    tracker = Tracker()
    for step in range(30):
        seen = [] if 10 <= step < 16 else [("dog", 0.9, at(50 + 10 * step, 100))]
        things = follow(tracker, step / 10, *seen)
    assert [one.track for one in things] == [1]


def test_one_that_was_away_for_long_is_another_one() -> None:
    tracker = Tracker()
    numbers = set()
    for step in range(60):
        seen = [] if 10 <= step < 40 else [("dog", 0.9, at(100, 100))]
        numbers |= {one.track for one in follow(tracker, step / 10, *seen)}
    assert numbers == {1, 2}


def test_one_that_leaves_the_frame_is_not_waited_for() -> None:
    tracker = Tracker()
    for step in range(10):
        follow(tracker, step / 10, ("car", 0.9, at(400 + 40 * step, 100)))
    for step in range(10, 15):
        follow(tracker, step / 10)
    for step in range(15, 20):
        things = follow(tracker, step / 10, ("car", 0.9, at(560, 100)))
    assert [one.track for one in things] == [2]


def test_doubtful_boxes_keep_a_track_alive_and_begin_none() -> None:
    tracker = Tracker()
    for step in range(30):
        score = 0.9 if step < 5 else 0.2
        things = follow(tracker, step / 10, ("dog", score, at(50, 50)), ("cat", 0.3, at(300, 300)))
    assert [(one.name, one.track) for one in things] == [("dog", 1)]


def test_what_was_never_clear_is_never_there() -> None:
    tracker = Tracker(believing(0.6))
    for step in range(20):
        assert follow(tracker, step / 10, ("kite", 0.55, at(50, 50))) == ()


def test_two_boxes_of_one_object_are_one_and_the_class_it_has_most_often_counts() -> None:
    tracker = Tracker()
    for step in range(12):
        things = follow(
            tracker,
            step / 10,
            ("truck" if step % 3 == 0 else "car", 0.8, at(100, 100)),
            ("bus", 0.5, at(102, 101)),
        )
    assert [(one.name, one.track) for one in things] == [("car", 1)]


def test_numbers_go_on_after_another_tracker() -> None:
    tracker = Tracker(after=7)
    assert [one.track for one in follow(tracker, 0.0, ("dog", 0.9, at(1, 1)))] == [8]
    assert tracker.count == 8


def test_a_slow_camera_is_waited_for_as_long_as_three_looks() -> None:
    tracker = Tracker()
    numbers = set()
    for step in range(12):
        seen = [] if step == 6 else [("dog", 0.9, at(100, 100))]
        numbers |= {one.track for one in follow(tracker, step * 2.0, *seen)}
    assert numbers == {1}


def test_motion_foresees_what_moves_evenly() -> None:
    motion = Motion(at(0, 0))
    for step in range(1, 21):
        motion.advance(0.1)
        motion.correct(at(10 * step, 5 * step))
    motion.advance(0.5)
    np.testing.assert_allclose(motion.box, at(250, 125), atol=6)


@settings(max_examples=50)
@given(
    st.integers(1, 5).flatmap(
        lambda n: st.lists(
            st.lists(st.sampled_from([0.0, 0.2, 0.5, 0.9]), min_size=n, max_size=n), min_size=1
        )
    )
)
def test_pairs_are_those_of_the_greatest_sum(rows: list[list[float]]) -> None:
    table = np.array(rows[:5])
    found = _assigned(table)
    assert all(table[pair] > 0 for pair in found)
    assert len({row for row, _ in found}) == len({column for _, column in found}) == len(found)
    wide = table if table.shape[0] <= table.shape[1] else table.T
    best = max(
        sum(wide[row, column] for row, column in enumerate(order))
        for order in permutations(range(wide.shape[1]), wide.shape[0])
    )
    assert sum(table[pair] for pair in found) == pytest.approx(best)


boxes = st.tuples(
    st.floats(0, 600), st.floats(0, 440), st.floats(1, 300), st.floats(1, 300), st.floats(0, 1)
)


@settings(max_examples=25)
@given(st.lists(st.lists(boxes, max_size=6), max_size=8))
def test_whatever_is_found_numbers_are_unique_and_boxes_within_the_frame(
    frames: list[list[tuple[float, float, float, float, float]]],
) -> None:
    tracker = Tracker(Rule(hits=1))
    for step, found in enumerate(frames):
        seen: list[Seen] = [("dog", s, (x, y, x + w, y + h)) for x, y, w, h, s in found]
        things = follow(tracker, step / 10, *seen)
        numbers = [one.track for one in things]
        assert len(set(numbers)) == len(numbers)
        assert all(0 <= one.box[0] <= one.box[2] <= SIZE[0] for one in things)
        assert all(0 <= one.score <= 1 for one in things)
