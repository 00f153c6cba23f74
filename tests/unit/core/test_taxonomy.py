from __future__ import annotations

import colorsys
from itertools import combinations, pairwise

import pytest

from sightline.core.errors import InvalidInputError
from sightline.core.taxonomy import HOTKEYS, check_colour, colour_at, free_hotkey


def hue(colour: str) -> float:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return colorsys.rgb_to_hsv(red, green, blue)[0]


def test_the_colours_of_a_hundred_classes_differ_and_neighbours_differ_in_hue() -> None:
    colours = [colour_at(position) for position in range(100)]
    assert len(set(colours)) == 100
    assert all(check_colour(one) == one for one in colours)
    apart = [abs(hue(a) - hue(b)) for a, b in pairwise(colours)]
    assert all(min(one, 1 - one) > 0.3 for one in apart)
    first = [hue(one) for one in colours[:9]]
    assert all(min(abs(a - b), 1 - abs(a - b)) > 0.04 for a, b in combinations(first, 2))


def test_a_colour_is_kept_in_small_letters() -> None:
    assert check_colour("#3FA9F5") == "#3fa9f5"


@pytest.mark.parametrize(
    "colour", ["", "red", "#fff", "3fa9f5", "#3fa9fg", "#3fa9f5f", "#3fa9f5\n", " #3fa9f5"]
)
def test_what_is_no_colour_is_refused_with_an_example(colour: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_colour(colour)
    assert "#3fa9f5" in caught.value.hint


def test_the_lowest_free_key_is_taken() -> None:
    assert free_hotkey([]) == "1"
    assert free_hotkey([None, "1", "3", None]) == "2"
    assert free_hotkey(HOTKEYS) is None
