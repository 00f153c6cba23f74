"""A classifier that wavers is not believed at every turn."""

from __future__ import annotations

import pytest

from sightline.flows.narrate.calm import Calm, Steady

GLASS = (("glass", 0.9), ("metal", 0.1))
METAL = (("metal", 0.8), ("glass", 0.2))


def test_the_first_answer_and_one_after_a_long_time_stand_as_they_are() -> None:
    calm = Calm()
    assert calm.take(0.0, GLASS) == GLASS
    found = dict(calm.take(60.0, METAL))
    assert found["metal"] == pytest.approx(0.8)


def test_one_odd_frame_changes_nothing_and_a_lasting_change_does() -> None:
    calm = Calm()
    names = [calm.take(at / 8, METAL if at == 5 else GLASS)[0][0] for at in range(10)]
    assert set(names) == {"glass"}
    names = [calm.take(at / 8, METAL)[0][0] for at in range(10, 20)]
    assert names[0] == "glass"
    assert names[-1] == "metal"


def test_nothing_stays_nothing_and_time_that_goes_back_does_no_harm() -> None:
    calm = Calm()
    assert calm.take(5.0, ()) == ()
    calm.take(6.0, GLASS)
    assert calm.take(0.0, METAL)[0][0] == "glass"


def test_a_tag_that_flickers_neither_comes_nor_goes() -> None:
    steady = Steady()
    wet = (("wet", 0.9),)
    assert steady.take(0.0, wet) == wet
    assert steady.take(0.125, ()) == wet
    for at in range(2, 12):
        told = steady.take(at / 8, ())
    assert told == ()
    assert steady.take(1.5, wet) == ()
    for at in range(13, 20):
        told = steady.take(at / 8, (("wet", 0.8), ("dark", 0.95)))
    assert told == (("dark", 0.95), ("wet", 0.8))


def test_tags_far_apart_in_time_stand_as_they_are() -> None:
    steady = Steady()
    steady.take(0.0, (("wet", 0.9),))
    assert steady.take(10.0, (("dark", 0.6),)) == (("dark", 0.6),)
