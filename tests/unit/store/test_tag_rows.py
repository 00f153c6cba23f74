from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sightline.store.tag_rows import TagRows

Tagged = st.dictionaries(st.integers(0, 30), st.sets(st.integers(1, 6)), max_size=20)


def pairs(tagged: dict[int, set[int]]) -> list[tuple[int, int]]:
    return [(ordinal, tag) for ordinal, tags in tagged.items() for tag in tags]


@given(Tagged, Tagged)
def test_what_changed_is_replaced_and_the_rest_stays(
    before: dict[int, set[int]], change: dict[int, set[int]]
) -> None:
    first = TagRows.none().replaced(np.arange(31), pairs(before))
    second = first.replaced(np.array(list(change), dtype=np.int64), pairs(change))
    truth = before | change
    for ordinal in range(31):
        assert second.of(ordinal) == sorted(truth.get(ordinal, set()))
    matrix = second.matrix(np.arange(31)[::-1], np.array([6, 1, 9, 3]))
    for row, ordinal in zip(matrix, range(30, -1, -1), strict=True):
        assert row.tolist() == [tag in truth.get(ordinal, set()) for tag in (6, 1, 9, 3)]
    wanted = [bool(truth.get(ordinal, set()) & {2, 5}) for ordinal in range(31)]
    assert second.having([2, 5], 31).tolist() == wanted
    counts = second.counts()
    assert sum(counts.values()) == sum(len(tags) for tags in truth.values())


def test_where_nobody_has_tags_nothing_is_copied() -> None:
    none = TagRows.none()
    assert none.replaced(np.array([3, 4]), []) is none
    assert none.matrix(np.arange(3), np.zeros(0, np.int64)).shape == (3, 0)
    assert none.matrix(np.arange(2), np.array([5])).tolist() == [[False], [False]]
