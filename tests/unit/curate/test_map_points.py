from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sightline.curate.map_points import fair_sample, pack, square_of, unpack


def test_a_small_pool_is_shown_whole() -> None:
    assert fair_sample(np.arange(5), [np.zeros(5, np.int32)], 10).tolist() == [0, 1, 2, 3, 4]


@given(st.integers(20, 400), st.integers(0, 30))
def test_a_sample_has_its_size_and_keeps_rare_groups(limit: int, rare: int) -> None:
    n = 3000
    classes = np.zeros(n, np.int32)
    classes[n - 3 :] = 7
    clusters = np.repeat(np.arange(3), 1000)
    clusters[rare] = -1
    chosen = fair_sample(np.arange(n), [classes, clusters], limit)
    assert len(chosen) == limit
    assert (np.diff(chosen) > 0).all()
    assert (classes[chosen] == 7).any()
    assert -1 in clusters[chosen]


def test_a_sample_stays_nearly_the_same_while_labels_change_and_pictures_come() -> None:
    ordinals = np.arange(4000)
    before = np.zeros(4000, np.int32)
    after = before.copy()
    after[:400] = 1
    one = set(fair_sample(ordinals, [before], 1000).tolist())
    two = set(fair_sample(ordinals, [after], 1000).tolist())
    more = set(fair_sample(np.arange(4200), [np.zeros(4200, np.int32)], 1000).tolist())
    assert len(one & two) > 900
    assert len(one & more) > 900


def test_many_groups_do_not_fill_more_than_the_sample() -> None:
    groups = np.arange(1000, dtype=np.int32)
    assert len(fair_sample(np.arange(1000), [groups, groups], 100)) == 100


def test_columns_come_back_as_they_were_packed() -> None:
    columns: dict[str, Any] = {
        "id": np.arange(5, dtype=np.float64),
        "split": np.arange(5, dtype=np.uint8),
        "x": np.linspace(0, 1, 5, dtype=np.float32),
    }
    header, found = unpack(pack(columns, {"method": "pca"}))
    assert header["count"] == 5
    assert header["method"] == "pca"
    assert all(field["offset"] % 8 == 0 for field in header["fields"])
    for name, column in columns.items():
        np.testing.assert_array_equal(found[name], column)


def test_no_points_are_packed_too() -> None:
    header, found = unpack(pack({"x": np.zeros(0, np.float32)}, {}))
    assert header["count"] == 0
    assert found["x"].shape == (0,)


def test_the_square_holds_every_point() -> None:
    xy = np.array([[0, 0], [4, 1]], np.float32)
    x0, y0, x1, y1 = square_of(xy)
    assert x1 - x0 == y1 - y0
    assert x0 < 0
    assert x1 > 4
    assert (y0 < 0) == (y1 > 1)
    same = square_of(np.zeros((3, 2), np.float32))
    assert same[2] > same[0]
