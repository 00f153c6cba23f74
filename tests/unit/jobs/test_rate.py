from __future__ import annotations

from typing import Any

import pytest

from sightline.jobs.rate import RateMeter


class Clock:
    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def near(rate: float, eta_s: float) -> Any:
    return pytest.approx(rate), pytest.approx(eta_s)


def run(meter: RateMeter, clock: Clock, per_s: int, seconds: int, done: int) -> tuple[int, object]:
    answer: object = None
    for _ in range(seconds):
        clock.at += 1
        done += per_s
        answer = meter.update(done, 10_000)
    return done, answer


def test_steady_work_has_its_rate_from_the_second_report_on() -> None:
    clock = Clock()
    meter = RateMeter(clock=clock)
    assert meter.update(0, 100) == (None, None)
    clock.at = 2
    assert meter.update(20, 100) == near(10, 8)


def test_resumed_work_does_not_count_what_was_done_before() -> None:
    clock = Clock()
    meter = RateMeter(clock=clock)
    meter.update(900, 1000)
    clock.at = 1
    assert meter.update(910, 1000) == near(10, 9)


def test_change_of_speed_shows_within_the_window() -> None:
    clock = Clock()
    meter = RateMeter(clock=clock, window_s=8)
    meter.update(0, 10_000)
    done, answer = run(meter, clock, 10, 60, 0)
    assert answer == near(10, 940)
    _, answer = run(meter, clock, 100, 24, done)
    assert isinstance(answer, tuple)
    assert 90 < answer[0] < 100


def test_new_phase_starts_a_new_measurement() -> None:
    clock = Clock()
    meter = RateMeter(clock=clock)
    meter.update(0, 10)
    clock.at = 1
    meter.update(10, 10)
    clock.at = 2
    assert meter.update(0, 10) == (None, None)
    assert meter.update(5, 20) == (None, None)


def test_unknown_total_has_a_rate_and_no_end() -> None:
    clock = Clock()
    meter = RateMeter(clock=clock)
    meter.update(0, None)
    clock.at = 2
    rate, eta_s = meter.update(4, None)
    assert rate == pytest.approx(2)
    assert eta_s is None


def test_standing_work_has_no_end_in_sight() -> None:
    clock = Clock()
    meter = RateMeter(clock=clock)
    meter.update(5, 10)
    clock.at = 2
    assert meter.update(5, 10) == (None, None)
