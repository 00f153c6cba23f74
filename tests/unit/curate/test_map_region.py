from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sightline.core.errors import InvalidInputError
from sightline.curate.map_region import inside

NUMBER = st.floats(-8, 8, width=32).map(lambda one: round(one, 2))


def by_hand(x: float, y: float, polygon: Any) -> bool:
    """Even-odd by comparing one point with every edge (Shimrat 1962)."""
    odd = False
    for (x0, y0), (x1, y1) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        if (y0 > y) != (y1 > y) and x < (x1 - x0) / (y1 - y0) * (y - y0) + x0:
            odd = not odd
    return odd


@given(
    points=arrays(np.float32, st.tuples(st.integers(1, 60), st.just(2)), elements=NUMBER),
    polygon=arrays(np.float64, st.tuples(st.integers(3, 12), st.just(2)), elements=NUMBER),
)
def test_every_point_is_judged_as_by_comparing_it_with_every_edge(
    points: Any, polygon: Any
) -> None:
    wanted = [by_hand(float(x), float(y), polygon) for x, y in points]
    assert inside(points, polygon).tolist() == wanted


def test_a_lasso_with_many_corners_is_judged_as_by_hand() -> None:
    rng = np.random.default_rng(0)
    angle = np.linspace(0, 2 * np.pi, 300, endpoint=False)
    reach = 1 + 0.4 * np.sin(7 * angle)
    polygon = np.stack([reach * np.cos(angle), reach * np.sin(angle)], axis=1)
    points = rng.standard_normal((2000, 2)).astype(np.float32)
    found = inside(points, polygon)
    assert found.tolist() == [by_hand(float(x), float(y), polygon) for x, y in points]
    assert 0 < found.sum() < len(points)


def test_points_that_are_nowhere_are_outside() -> None:
    points = np.array([[np.nan, 0], [0.5, np.inf], [0.5, 0.5]], np.float32)
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float64)
    assert inside(points, square).tolist() == [False, False, True]


@pytest.mark.parametrize("polygon", [[[0, 0], [1, 1]], [[0, 0], [1, 0], [0, float("nan")]], []])
def test_what_is_no_region_is_refused(polygon: Any) -> None:
    with pytest.raises(InvalidInputError):
        inside(np.zeros((3, 2), np.float32), np.array(polygon, np.float64))
