"""Tests of chance, against figures worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from sightline.metrics.significance import adjusted, mcnemar, worse_than_rest


def test_mcnemar_looks_only_at_pictures_that_one_alone_gets_right() -> None:
    one = np.array([True] * 50 + [True] * 8 + [False] * 2 + [False] * 40)
    other = np.array([True] * 50 + [False] * 8 + [True] * 2 + [False] * 40)
    # Ten pictures tell them apart, eight to two: 2 * (C(10,0) + C(10,1) + C(10,2)) / 2^10.
    assert mcnemar(one, other) == pytest.approx(2 * (1 + 10 + 45) / 1024)
    assert mcnemar(one, one) == 1.0


def test_a_slice_is_held_against_the_rest_on_one_side() -> None:
    right = np.array([False] * 8 + [True] * 2 + [True] * 90)
    inside = np.arange(100) < 10
    assert worse_than_rest(right, inside) < 1e-6
    assert worse_than_rest(right, ~inside) > 0.99


def test_asking_often_raises_every_p_and_keeps_the_order() -> None:
    p = np.array([0.01, 0.04, 0.03, 0.5])
    assert adjusted(p) == pytest.approx([0.04, 0.16 / 3, 0.16 / 3, 0.5])
    assert len(adjusted(np.array([]))) == 0
