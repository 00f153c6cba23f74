from __future__ import annotations

import sys

import numpy as np
import pytest

from sightline.core.errors import CancelledError
from sightline.core.progress import Silent
from sightline.curate.map_place import centres, place


def two_groups(n: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    group = np.arange(n) % 2
    rows = (rng.standard_normal((n, 6)) * 0.1 + group[:, None] * 5).astype(np.float32)
    on_map = np.column_stack([group * 10 + rng.random(n), rng.random(n), group])
    return rows, on_map.astype(np.float32)


@pytest.mark.parametrize("with_faiss", [True, False])
def test_newcomers_land_in_the_group_of_their_neighbours(
    with_faiss: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sightline.curate.map_place.LISTS_FROM", 100)
    monkeypatch.setattr("sightline.curate.map_place.ANCHORS", 150)
    if not with_faiss:
        monkeypatch.setitem(sys.modules, "faiss", None)
    rows, on_map = two_groups(200)
    found = place(rows, on_map, rows[:20] + np.float32(0.01))
    assert found[:, 2].tolist() == [0, 1] * 10
    assert (np.abs(found[:, 0] - found[:, 2] * 10) < 1.1).all()


def test_a_picture_like_another_lands_on_it() -> None:
    rows, on_map = two_groups(40)
    np.testing.assert_allclose(place(rows, on_map, rows[:4]), on_map[:4], atol=1e-2)


def test_a_cluster_lies_at_the_median_of_its_members_and_outliers_are_none() -> None:
    on_map = np.array([[0, 0, 1], [9, 9, 0], [8, 9, 0], [7, 9, 0], [5, 5, -1]], np.float32)
    assert centres(on_map) == [(0, 8.0, 9.0, 3), (1, 0.0, 0.0, 1)]


class Stopped(Silent):
    def check(self) -> None:
        raise CancelledError("stopped")


def test_placing_stops_when_asked_to() -> None:
    rows, on_map = two_groups(20)
    with pytest.raises(CancelledError):
        place(rows, on_map, rows, progress=Stopped())
