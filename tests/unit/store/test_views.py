from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from sightline.core.errors import UnknownViewError
from sightline.store import views
from sightline.store.views import ViewStore

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.store.db import Database
    from sightline.store.projects import Project


def test_a_window_holds_its_places_scores_and_reasons(
    db: Database, project: Project, tmp_path: Path
) -> None:
    store = ViewStore(db, tmp_path)
    order = np.arange(9, -1, -1, dtype=np.int32)
    view = store.create(
        project.id, {"queue": "x"}, order, scores=order.astype(np.float32), whys=["a", "b"]
    )
    window = store.window(view.id, 1, 3)
    assert window.ordinals.tolist() == [8, 7, 6]
    assert window.scores is not None
    assert window.scores.tolist() == [8, 7, 6]
    assert window.whys == ("b",)
    assert store.window(view.id, 100, 3).ordinals.tolist() == []


def test_a_view_outlives_its_process_until_its_file_goes(
    db: Database, project: Project, tmp_path: Path
) -> None:
    view = ViewStore(db, tmp_path).create(project.id, {}, np.arange(3, dtype=np.int32))
    assert ViewStore(db, tmp_path).ordinals(view.id).tolist() == [0, 1, 2]
    (tmp_path / f"{view.id}.npy").unlink()
    with pytest.raises(UnknownViewError):
        ViewStore(db, tmp_path).window(view.id, 0, 1)


def test_old_views_go_with_their_files(
    db: Database, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "KEEP", 3)
    store = ViewStore(db, tmp_path)
    made = [store.create(project.id, {}, np.arange(2, dtype=np.int32)) for _ in range(6)]
    assert len(list(tmp_path.glob("*.npy"))) == 3
    with pytest.raises(UnknownViewError):
        ViewStore(db, tmp_path).get(made[0].id) and ViewStore(db, tmp_path).window("no", 0, 1)


def test_places_that_are_worked_out_when_somebody_goes_there(
    db: Database, project: Project, tmp_path: Path
) -> None:
    asked = []

    def rest(start: int, stop: int) -> np.ndarray:
        asked.append((start, stop))
        return np.arange(10, 20)[start:stop]

    store = ViewStore(db, tmp_path)
    front = np.arange(3, dtype=np.int32)
    view = store.create(project.id, {}, front, more=10, rest=rest)
    assert view.size == 13
    assert store.window(view.id, 0, 3).ordinals.tolist() == [0, 1, 2]
    assert asked == []
    assert store.window(view.id, 2, 3).ordinals.tolist() == [2, 10, 11]
    assert store.window(view.id, 11, 100).ordinals.tolist() == [18, 19]
    assert asked == [(0, 2), (8, 10)], "no more than was asked for"
    assert store.ordinals(view.id).tolist() == [0, 1, 2, *range(10, 20)]
    assert ViewStore(db, tmp_path).ordinals(view.id).tolist() == [0, 1, 2, *range(10, 20)]
