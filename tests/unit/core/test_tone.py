"""A tone is refused when it cannot be carried out, and survives JSON and text."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.core.errors import InvalidInputError
from sightline.core.preprocess import Preprocess
from sightline.core.tone import (
    DEFAULT_TONE,
    STRETCHES,
    Tone,
    parse_channels,
    parse_tone,
    tone_text,
)

CHANNEL = st.integers(0, 30)
TONES = st.builds(
    Tone,
    stretch=st.sampled_from(STRETCHES),
    low=st.none() | st.floats(0, 40),
    high=st.none() | st.floats(41, 100),
    channels=st.just(()) | st.tuples(CHANNEL) | st.tuples(CHANNEL, CHANNEL, CHANNEL),
    hdu=st.none() | st.integers(0, 99),
    slice=st.none() | st.integers(0, 99),
)


@given(TONES)
def test_a_tone_survives_json_and_text(tone: Tone) -> None:
    assert Tone.from_dict(tone.to_dict()) == tone
    assert parse_tone(tone_text(tone)) == tone


@given(TONES, TONES)
def test_keys_are_equal_for_equal_tones_only(one: Tone, other: Tone) -> None:
    assert (one.key() == other.key()) == (one == other)


def test_the_default_has_no_key_and_no_text() -> None:
    assert (DEFAULT_TONE.key(), tone_text(DEFAULT_TONE), DEFAULT_TONE.to_dict()) == ("", "", {})
    assert parse_tone("  ") == DEFAULT_TONE


@pytest.mark.parametrize(
    "values",
    [
        {"stretch": "gamma"},
        {"low": 5.0, "high": 5.0},
        {"stretch": "linear", "low": 9.0, "high": 2.0},
        {"low": -1.0},
        {"stretch": "percentile", "high": 101.0},
        {"low": float("nan")},
        {"stretch": "log", "high": float("inf")},
        {"channels": (1, 2)},
        {"channels": (-1,)},
        {"channels": (True,)},
        {"hdu": -1},
        {"slice": 1.5},
    ],
)
def test_what_cannot_be_carried_out_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError) as caught:
        Tone(**values)
    assert caught.value.hint


@pytest.mark.parametrize(
    "text",
    [
        "gamma",
        "asinh log",
        "low",
        "low=",
        "low=x",
        "size=3",
        "channels=a",
        "hdu=1.5",
        "low=1 low=2",
    ],
)
def test_a_text_that_is_no_tone_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError):
        parse_tone(text)


@pytest.mark.parametrize("data", [[], {"colour": 1}, {"channels": 3}, "asinh"])
def test_json_that_is_no_tone_is_refused(data: Any) -> None:
    with pytest.raises(InvalidInputError):
        Tone.from_dict(data)


def test_channels_are_read_from_text() -> None:
    assert parse_channels("") == ()
    assert parse_channels(" 2, 1,0") == (2, 1, 0)
    with pytest.raises(InvalidInputError):
        parse_channels("red")


def test_preprocessing_carries_a_tone_and_keeps_its_key_without_one() -> None:
    plain = Preprocess(size=32)
    assert "tone" not in plain.to_dict()
    toned = Preprocess(size=32, tone=Tone(stretch="asinh", channels=(2,)))
    assert toned.to_dict()["tone"] == {"stretch": "asinh", "channels": [2]}
    assert Preprocess.from_dict(toned.to_dict()) == toned
    assert plain.key() != toned.key()
    with pytest.raises(InvalidInputError):
        Preprocess.from_dict({"size": 32, "tone": {"stretch": "gamma"}})
