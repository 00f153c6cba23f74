from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sightline.core.errors import CancelledError
from sightline.core.progress import Silent
from sightline.curate.map_make import STEPS, make_map, newcomers
from sightline.curate.map_methods import METHODS, Options

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sightline.curate.map_methods import Method


class Rows:
    def __init__(self, n: int) -> None:
        rng = np.random.default_rng(0)
        centres = 6 * rng.standard_normal((3, 12))
        self.rows = (centres[np.arange(n) % 3] + rng.standard_normal((n, 12))).astype(np.float16)

    def iter_chunks(self, n: int) -> Iterator[tuple[int, Any, Any]]:
        yield 0, self.rows[:n], np.ones(n, np.bool_)


class Told(Silent):
    def __init__(self) -> None:
        self.done: list[int] = []

    def advance(self, done: int, total: int | None, _note: str = "") -> None:
        assert total == STEPS
        self.done.append(done)


@pytest.fixture
def plain() -> Method:
    """UMAP's stages with a layout that costs nothing."""
    return replace(METHODS["umap"], lay_out=METHODS["pca"].lay_out, needs=())


def test_progress_never_goes_back_and_reaches_its_end(plain: Method) -> None:
    told = Told()
    made = make_map(plain, Rows(120), np.ones(120, np.bool_), Options(), progress=told)
    assert told.done == sorted(told.done)
    assert told.done[-1] == STEPS
    assert made.points.shape == (120, 3)
    assert set(made.points[:, 2]) >= {0, 1, 2}


def test_above_its_limit_a_method_lays_out_a_sample_and_the_others_follow(plain: Method) -> None:
    few = replace(plain, most=100)
    made = make_map(few, Rows(300), np.ones(300, np.bool_), Options())
    again = make_map(few, Rows(300), np.ones(300, np.bool_), Options())
    np.testing.assert_array_equal(made.points, again.points)
    assert made.ordinals.tolist() == list(range(300))
    group = [np.bincount(made.points[at::3, 2].astype(int) + 1).argmax() for at in range(3)]
    assert len(set(group)) == 3


def test_finished_stages_are_not_done_again(plain: Method, tmp_path: Path) -> None:
    calls = []

    def stopping(*_: Any) -> Any:
        calls.append("lay out")
        raise CancelledError("stopped")

    def lay_out(*given: Any) -> Any:
        calls.append("lay out")
        return METHODS["pca"].lay_out(*given)

    every = np.ones(120, np.bool_)
    with pytest.raises(CancelledError):
        make_map(replace(plain, lay_out=stopping), Rows(120), every, Options(), scratch=tmp_path)
    kept = sorted(path.name.partition("-")[0] for path in tmp_path.iterdir())
    assert kept == ["neighbours"]
    one = make_map(replace(plain, lay_out=lay_out), Rows(120), every, Options(), scratch=tmp_path)
    two = make_map(replace(plain, lay_out=stopping), Rows(120), every, Options(), scratch=tmp_path)
    assert calls == ["lay out", "lay out"]
    np.testing.assert_array_equal(one.points, two.points)


def test_newcomers_are_placed_and_nobody_moves(plain: Method) -> None:
    old = np.ones(150, np.bool_)
    old[120:] = False
    made = make_map(plain, Rows(150), old, Options())
    grown = newcomers(Rows(150), np.ones(150, np.bool_), made.ordinals, made.points)
    assert grown.ordinals.tolist() == list(range(150))
    np.testing.assert_array_equal(grown.points[:120], made.points)
    for ordinal in range(120, 150):
        group = made.points[ordinal % 3 :: 3, 2]
        assert grown.points[ordinal, 2] == np.bincount(group.astype(int) + 1).argmax() - 1
