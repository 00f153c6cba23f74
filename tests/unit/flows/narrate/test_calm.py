"""A classifier that wavers is not believed at every turn."""

from __future__ import annotations

import pytest

from sightline.flows.narrate.calm import Calm

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
