from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sightline.server.serving.rate import Buckets


@given(
    rate=st.floats(0.1, 50),
    gaps=st.lists(st.floats(0, 2), min_size=1, max_size=40),
)
def test_nobody_gets_more_than_the_burst_and_the_rate(rate: float, gaps: list[float]) -> None:
    now = 0.0
    buckets = Buckets(rate, clock=lambda: now)
    passed = 0
    for gap in gaps:
        now += gap
        wait = buckets.take("a")
        passed += wait == 0.0
        assert wait <= 1 / rate + 1e-9
    assert passed <= max(1.0, rate) + now * rate + 1e-6


def test_who_waits_as_long_as_told_passes() -> None:
    now = 0.0
    buckets = Buckets(0.5, clock=lambda: now)
    assert buckets.take("a") == 0.0
    now += buckets.take("a")
    assert buckets.take("a") == 0.0


def test_clients_that_asked_least_recently_are_forgotten() -> None:
    buckets = Buckets(1.0, clock=lambda: 0.0, most=2)
    for who in "abc":
        assert buckets.take(who) == 0.0
    assert buckets.take("c") > 0
    assert buckets.take("a") == 0.0
