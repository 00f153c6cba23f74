"""Skeletons: read, checked, stored."""

from __future__ import annotations

import pytest

from sightline.core.errors import InvalidInputError
from sightline.core.skeletons import (
    check_skeleton,
    skeleton_from,
    skeleton_of_words,
    skeleton_text,
)


def test_words_of_a_person_become_names_and_edges_and_come_back() -> None:
    found = skeleton_of_words("nose, left eye,right eye; 1-2, 1-3")
    assert found == {"names": ["nose", "left eye", "right eye"], "edges": [[0, 1], [0, 2]]}
    assert skeleton_from(skeleton_text(found)) == found


def test_nothing_is_no_skeleton() -> None:
    assert skeleton_of_words("none") is None
    assert skeleton_text({"names": [], "edges": []}) is None
    assert skeleton_from(None) is None


@pytest.mark.parametrize(
    "words", ["a,b;1-3", "a,b;1-1", "a,b;0-1", "a,,b", "a,a", "a;1to2", f"{'x' * 81}"]
)
def test_what_cannot_be_is_refused_with_a_hint(words: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        skeleton_of_words(words)
    assert caught.value.hint


def test_too_many_points_are_refused() -> None:
    with pytest.raises(InvalidInputError):
        check_skeleton({"names": [str(one) for one in range(201)]})
