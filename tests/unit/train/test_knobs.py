"""What a search may turn."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.core.errors import InvalidInputError
from sightline.train.knobs import Knob, check_knobs, parse_knob, usual_knobs, with_values
from sightline.train.spec import TrainSpec


def test_a_range_a_logarithmic_one_whole_numbers_and_choices_are_read() -> None:
    assert parse_knob("loss.label_smoothing=0..0.2") == Knob("loss.label_smoothing", 0.0, 0.2)
    assert parse_knob("optimizer.lr=log:1e-4..1e-2") == Knob("optimizer.lr", 1e-4, 1e-2, log=True)
    assert parse_knob("batch_size=8..64") == Knob("batch_size", 8, 64, whole=True)
    assert parse_knob("ema=0,0.99").values == (0, 0.99)
    assert parse_knob("model.name=resnet18,small_cnn").values == ("resnet18", "small_cnn")


@given(st.floats(1e-6, 1e-3), st.floats(2e-3, 0.9), st.booleans())
def test_a_knob_is_read_back_as_it_was_written(low: float, high: float, log: bool) -> None:
    knob = Knob("optimizer.lr", low, high, log=log)
    assert parse_knob(knob.text()) == knob


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("optimizer.rate=0..1", "no 'optimizer.rate'"), ("optimizer.lr", "no values"),
        ("optimizer.lr=", "no values"), ("optimizer.lr=0.1", "no choice"),
        ("optimizer.lr=a..b", "no range"), ("optimizer.lr=0.2..0.1", "empty range"),
        ("optimizer.lr=log:0..1", "empty range"), ("batch_size=1.5..3", "no range"),
    ],
)  # fmt: skip
def test_what_is_no_knob_is_refused_with_an_example(text: str, says: str) -> None:
    with pytest.raises(InvalidInputError, match=says) as caught:
        parse_knob(text)
    assert caught.value.hint


def test_a_range_that_leaves_what_is_allowed_is_found_before_any_work() -> None:
    with pytest.raises(InvalidInputError, match=r"model\.dropout"):
        check_knobs([parse_knob("model.dropout=0..1.5")], TrainSpec())
    with pytest.raises(InvalidInputError, match="twice"):
        check_knobs([parse_knob("ema=0,0.9"), parse_knob("ema=0,0.99")], TrainSpec())
    with pytest.raises(InvalidInputError, match="nothing to search"):
        check_knobs([], TrainSpec())


def test_the_usual_knobs_are_valid_around_any_rate() -> None:
    for rate in (1e-5, 1e-3, 10.0):
        base = with_values(TrainSpec(), {"optimizer.lr": rate})
        check_knobs(usual_knobs(base), base)
