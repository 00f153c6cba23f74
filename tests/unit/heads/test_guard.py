"""The guard takes what is sure, ahead of the next class and ahead of the background."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.core.errors import InvalidInputError
from sightline.heads.guard import Guard

CLASSES = ("cat", "dog", "owl", "__bg_0", "__bg_1")


@pytest.mark.parametrize(
    ("values", "taken", "why"),
    [
        ((0.9, 0.05, 0.0, 0.05, 0.0), "cat", "sure enough"),
        ((0.45, 0.1, 0.05, 0.2, 0.2), None, "under 0.5"),
        ((0.55, 0.45, 0.0, 0.0, 0.0), None, "leads dog by 0.10"),
        ((0.5, 0.0, 0.0, 0.25, 0.25), None, "leads the background by 0.00"),
        ((0.1, 0.05, 0.0, 0.8, 0.05), None, "under 0.5"),
        ((0.5, 0.3, 0.0, 0.1, 0.1), "cat", "sure enough"),
    ],
)
def test_a_class_is_taken_only_when_every_lead_is_kept(
    values: tuple[float, ...], taken: str | None, why: str
) -> None:
    decision = Guard().decide(np.array(values), CLASSES)
    assert decision.class_name == taken
    assert why in decision.why
    assert next(name for name, _ in decision.top3) == "cat"


def test_the_top_three_name_no_background() -> None:
    decision = Guard().decide(np.array([0.01, 0.02, 0.03, 0.9, 0.04]), CLASSES)
    assert [name for name, _ in decision.top3] == ["owl", "dog", "cat"]
    assert decision.p == pytest.approx(0.03)
    assert decision.margin == pytest.approx(0.01)


def test_a_head_of_background_alone_decides_nothing() -> None:
    decision = Guard().decide(np.array([1.0]), ("__bg_0",))
    assert (decision.class_name, decision.top3) == (None, ())


@given(st.lists(st.floats(0, 1), min_size=5, max_size=5), st.floats(0, 1), st.floats(0, 1))
def test_a_stricter_guard_never_takes_more(
    values: list[float], min_prob: float, lead: float
) -> None:
    shares = np.array(values) / max(1e-9, sum(values))
    mild, strict = Guard(min_prob=min_prob, margin=0), Guard(min_prob=min_prob, margin=lead)
    assert mild.decide(shares, CLASSES).accepted or not strict.decide(shares, CLASSES).accepted


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
def test_a_threshold_that_is_no_share_is_refused(value: float) -> None:
    with pytest.raises(InvalidInputError, match="margin"):
        Guard(margin=value)
