"""A camera that looks straight down gives itself away by what moves."""

from __future__ import annotations

import numpy as np
import pytest

from sightline.core.narration import Thing
from sightline.flows.narrate.slant import CARRIED, MOST, PROOFS, Slant, Words

SIDE = 60.0
Boxes = list[tuple[str, float, tuple[float, float, float, float]]]


def thing(x: float, name: str = "cell phone", track: int = 1) -> Thing:
    return Thing(name=name, score=0.9, box=(x, 100.0, x + SIDE, 100.0 + SIDE), track=track)


def compare(slant: Slant, doubted: list[Thing], seen: Boxes) -> dict[int, str]:
    boxes = np.array([box for _, _, box in seen], np.float64).reshape(-1, 4)
    scores = np.array([score for _, score, _ in seen])
    return slant.compare(doubted, boxes, scores, [name for name, _, _ in seen])


def driven(slant: Slant, seen: str, score: float = 0.8, looks: int = 12) -> dict[int, str]:
    """What things are after a cell phone crossed the view."""
    for step in range(looks):
        one = thing(10.0 * step)
        doubted = slant.doubtful([one])
        if doubted:
            found = compare(slant, doubted, [(seen, score, one.box)])
            if found:
                return found
    return {}


def test_a_cell_phone_that_drives_and_is_a_car_where_it_is_flattened_is_a_car() -> None:
    slant = Slant()
    assert driven(slant, "car") == {1: "car"}
    assert slant.settled
    assert not slant.doubtful([thing(0), thing(500)])


@pytest.mark.parametrize(("seen", "score"), [("vase", 0.9), ("person", 0.9), ("car", 0.3)])
def test_anything_but_a_sure_vehicle_proves_nothing(seen: str, score: float) -> None:
    assert driven(Slant(), seen, score) == {}


def test_one_look_less_than_the_proof_asks_for_changes_nothing() -> None:
    slant = Slant()
    for step in range(PROOFS - 1):
        assert compare(slant, [thing(10.0 * step)], [("car", 0.9, thing(10.0 * step).box)]) == {}
    assert not slant.settled


def test_what_stands_still_or_only_trembles_is_what_it_is_called() -> None:
    slant = Slant()
    assert not any(slant.doubtful([thing(0.5 * (step % 2))]) for step in range(20))
    for x in (0.0, 30.0, 60.0):
        slant.doubtful([thing(x)])
    assert not slant.doubtful([thing(60.0)]), "it was put down"


def test_what_a_person_carries_is_what_it_is_called() -> None:
    slant = Slant()
    for step in range(10):
        assert not slant.doubtful([thing(20.0 * step), thing(20.0 * step + 30, "person", 2)])


def test_vehicles_animals_and_what_is_thrown_go_where_they_like() -> None:
    assert {"cell phone", "bottle", "suitcase", "remote", "toilet"} <= CARRIED
    for name in ("car", "bus", "dog", "kite", "airplane", "a class of one's own"):
        slant = Slant()
        assert not any(slant.doubtful([thing(20.0 * step, name)]) for step in range(10))


def test_the_likeliest_vehicle_over_all_looks_is_meant_also_for_what_was_doubted_before() -> None:
    slant = Slant()
    near, far = thing(100.0), thing(400.0, track=2)
    assert compare(slant, [far], []) == {}
    assert compare(slant, [near], [("car", 0.7, near.box)]) == {}
    both: Boxes = [("bus", 0.45, near.box), ("car", 0.4, near.box)]
    assert compare(slant, [near], both) == {}
    assert compare(slant, [near], both) == {1: "car", 2: "car"}


def test_a_camera_that_proves_nothing_is_not_looked_at_twice_for_ever() -> None:
    slant = Slant()
    for _ in range(MOST):
        assert compare(slant, [thing(0)], []) == {}
    assert slant.settled


COCO = ("person", "cell phone", "bottle", "car", "bus", "dog")


@pytest.mark.parametrize(
    ("calls", "carried", "vehicles"),
    [
        ({}, {"cell phone", "bottle"}, {"car", "bus"}),
        ({"cell phone": "mobile", "car": "taxi"}, {"mobile", "bottle"}, {"taxi", "bus"}),
        ({"cell phone": "car", "bus": "car"}, {"bottle"}, set()),
        ({"dog": "bottle"}, {"cell phone"}, {"car", "bus"}),
    ],
)
def test_classes_are_doubted_under_the_names_that_they_are_given(
    calls: dict[str, str], carried: set[str], vehicles: set[str]
) -> None:
    words = Words.of(COCO, calls)
    assert words.carried == carried
    assert words.vehicles == vehicles


def test_a_name_that_another_model_gives_as_well_is_not_doubted() -> None:
    assert Words.of(COCO, {}, others=["bottle", "crate"]).carried == {"cell phone"}


def test_a_detector_that_knows_no_vehicles_or_nothing_to_carry_is_never_doubted() -> None:
    assert not Words.of(("cell phone", "bottle"), {}).doubtable
    assert not Words.of(("car", "helmet"), {}).doubtable
    assert Words.of(COCO, {}).doubtable


def test_what_is_called_otherwise_is_found_out_all_the_same() -> None:
    slant = Slant(Words.of(COCO, {"cell phone": "mobile", "car": "taxi"}))
    for step in range(12):
        one = thing(10.0 * step, "mobile")
        doubted = slant.doubtful([one])
        if doubted and (found := compare(slant, doubted, [("taxi", 0.8, one.box)])):
            assert found == {1: "taxi"}
            return
    raise AssertionError("nothing was found out")
