from __future__ import annotations

import sys
import types
from typing import Any

import numpy as np
import pytest

from sightline.core.errors import (
    CancelledError,
    ConflictError,
    InvalidInputError,
    MissingExtraError,
)
from sightline.core.progress import Silent
from sightline.curate.map_methods import METHODS, Options, check_enough, method, neighbours_of


def rows(n: int = 60) -> Any:
    rng = np.random.default_rng(0)
    return (rng.standard_normal((n, 6)) + 8 * (np.arange(n) % 2)[:, None]).astype(np.float32)


class Told(Silent):
    def __init__(self, stop_at: int = 10**9) -> None:
        self.done: list[tuple[int, int | None]] = []
        self.stop_at = stop_at

    def advance(self, done: int, total: int | None, _note: str = "") -> None:
        self.done.append((done, total))

    def check(self) -> None:
        if self.done and self.done[-1][0] >= self.stop_at:
            raise CancelledError("stopped")


def test_pca_is_the_first_two_components() -> None:
    values = rows()
    laid = METHODS["pca"].lay_out(values, None, Options(), Silent())
    np.testing.assert_array_equal(laid, values[:, :2])
    one = METHODS["pca"].lay_out(values[:, :1], None, Options(), Silent())
    assert (one[:, 1] == 0).all()


def test_tsne_parts_two_groups_tells_its_progress_and_is_the_same_twice() -> None:
    told = Told()
    laid = METHODS["tsne"].lay_out(rows(), None, Options(neighbours=5), told)
    again = METHODS["tsne"].lay_out(rows(), None, Options(neighbours=5), Silent())
    np.testing.assert_array_equal(laid, again)
    assert told.done[-1] == (1000, 1000)
    even, odd = laid[::2].mean(axis=0), laid[1::2].mean(axis=0)
    assert np.linalg.norm(even - odd) > 3 * laid[::2].std()


def test_tsne_stops_when_asked_to() -> None:
    told = Told(stop_at=100)
    with pytest.raises(CancelledError):
        METHODS["tsne"].lay_out(rows(), None, Options(neighbours=5), told)
    assert told.done[-1] == (100, 1000)


@pytest.mark.nightly
@pytest.mark.parametrize("name", ["umap", "pacmap"])
def test_the_libraries_part_two_groups_and_are_the_same_twice(name: str) -> None:
    told = Told()
    laid = METHODS[name].lay_out(rows(), None, Options(neighbours=5), told)
    again = METHODS[name].lay_out(rows(), None, Options(neighbours=5), Silent())
    np.testing.assert_array_equal(laid, again)
    assert told.done
    assert told.done[-1][0] == told.done[-1][1]
    even, odd = laid[::2].mean(axis=0), laid[1::2].mean(axis=0)
    assert np.linalg.norm(even - odd) > 2 * laid[::2].std()


class Umap:
    """Stands in for umap-learn: draws its bar, and returns where it was told to begin."""

    def __init__(self, **options: Any) -> None:
        self.options = options

    def fit_transform(self, _: Any) -> Any:
        for done in range(3):
            self.options["tqdm_kwds"]["file"].write(f"\r{done + 1}/3")
        index, gap = self.options["precomputed_knn"]
        assert (index[:, 0] == np.arange(len(index))).all()
        assert (gap[:, 0] == 0).all()
        return self.options["init"]


@pytest.fixture
def umap(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("umap")
    module.UMAP = Umap  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "umap", module)


@pytest.mark.usefixtures("umap")
def test_umap_begins_at_the_components_with_our_neighbours_and_tells_each_epoch() -> None:
    told, values = Told(), rows()
    near = neighbours_of(values, Options(neighbours=4), Silent())
    laid = METHODS["umap"].lay_out(values, near, Options(neighbours=4), told)
    assert told.done == [(1, 3), (2, 3), (3, 3)]
    assert abs(np.corrcoef(laid[:, 0], values[:, 0])[0, 1]) > 0.999


@pytest.mark.usefixtures("umap")
def test_umap_stops_when_asked_to() -> None:
    with pytest.raises(CancelledError):
        METHODS["umap"].lay_out(rows(), None, Options(neighbours=4), Told(stop_at=2))


class Pacmap:
    """Stands in for pacmap: prints as it does."""

    def __init__(self, **options: Any) -> None:
        self.options = options

    def fit_transform(self, given: Any, **_: Any) -> Any:
        sys.stdout.write("Iteration:   10, Loss: 1.0\n")
        return given[:, :2] * self.options["n_neighbors"]


def test_pacmap_tells_what_it_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("pacmap")
    module.PaCMAP = Pacmap  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pacmap", module)
    told = Told()
    laid = METHODS["pacmap"].lay_out(rows(), None, Options(), told)
    assert laid.shape == (60, 2)
    assert told.done == [(10, 450)]


def test_what_is_not_installed_is_named_with_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sightline.curate.map_methods.installed", lambda _: False)
    METHODS["pca"].require()
    with pytest.raises(MissingExtraError) as caught:
        METHODS["umap"].require()
    assert "sightline[map]" in caught.value.hint


def test_a_handful_of_pictures_is_sent_to_pca() -> None:
    with pytest.raises(ConflictError) as caught:
        check_enough(9, "UMAP")
    assert "pca" in caught.value.hint


def test_an_unknown_method_is_answered_with_the_nearest() -> None:
    with pytest.raises(InvalidInputError) as caught:
        method("umpa")
    assert "umap" in caught.value.hint


@pytest.mark.parametrize("options", [{"neighbours": 1}, {"min_dist": 2.0}, {"seed": -1}])
def test_options_out_of_range_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        Options(**options).check()
