"""Embedding hands over every row once, reports bad files and can be stopped and gone on with."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from sightline.core.errors import CancelledError
from sightline.core.progress import Silent
from sightline.curate import embed as module
from sightline.curate.embed import Item, embed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class MeanEncoder:
    """Answers with the mean colour; NaN for pure red."""

    key = "mean"
    dim = 3
    min_side_px = 8

    def encode(self, images: Sequence[np.ndarray]) -> np.ndarray:
        rows = np.array([image.mean(axis=(0, 1)) for image in images], np.float32)
        rows[(rows == [255, 0, 0]).all(axis=1)] = np.nan
        return rows


class Sink:
    def __init__(self) -> None:
        self.rows: dict[int, list[float]] = {}
        self.threads: set[int] = set()

    def __call__(self, ordinals: np.ndarray, rows: np.ndarray) -> None:
        assert rows.dtype == np.float16
        assert rows.shape == (len(ordinals), 3)
        assert not set(ordinals) & set(self.rows)
        self.threads.add(threading.get_ident())
        self.rows |= {int(one): row.tolist() for one, row in zip(ordinals, rows, strict=True)}


def files(folder: Path, n: int) -> list[Item]:
    items = []
    for at in range(n):
        path = folder / f"{at}.png"
        Image.new("RGB", (10, 12), (at, 2 * at, 7)).save(path)
        items.append(Item(1000 + at, path))
    return items


def test_every_picture_gets_its_own_row_from_one_thread(tmp_path: Path) -> None:
    sink = Sink()
    result = embed(MeanEncoder(), files(tmp_path, 50), sink, total=50, threads=3)
    assert (result.done, result.failures) == (50, [])
    assert sink.rows == {1000 + at: [at, 2 * at, 7] for at in range(50)}
    assert sink.threads == {threading.get_ident()}


def test_bad_files_are_reported_and_stop_nothing(tmp_path: Path) -> None:
    items = files(tmp_path, 4)
    (tmp_path / "1.png").write_bytes(b"")
    (tmp_path / "2.png").unlink()
    Image.new("RGB", (9, 9), (255, 0, 0)).save(tmp_path / "3.png")
    sink = Sink()
    items.append(Item(7, tmp_path / "0.png", page=5))
    result = embed(MeanEncoder(), items, sink)
    assert list(sink.rows) == [1000]
    reasons = {one.ordinal: one.reason for one in result.failures}
    assert sorted(reasons) == [7, 1001, 1002, 1003]
    assert reasons[1001] == "empty file"
    assert reasons[1003] == "not finite"
    assert reasons[7] == "no such page"


def test_what_was_ready_is_written_when_it_is_stopped(tmp_path: Path) -> None:
    class StopSoon(Silent):
        done = 0

        def advance(self, done: int, total: int | None, note: str = "") -> None:
            super().advance(done, total, note)
            self.done = done

        def check(self) -> None:
            if self.done >= module.BATCH:
                raise CancelledError("stop")

    items, sink = files(tmp_path, 60), Sink()
    with pytest.raises(CancelledError):
        embed(MeanEncoder(), items, sink, threads=1, progress=StopSoon())
    assert len(sink.rows) == module.BATCH
    missing = [item for item in items if item.ordinal not in sink.rows]
    embed(MeanEncoder(), missing, sink)
    assert len(sink.rows) == 60


def test_a_failing_encoder_is_not_hidden_but_earlier_rows_are_kept(tmp_path: Path) -> None:
    class Breaks(MeanEncoder):
        def encode(self, images: Sequence[np.ndarray]) -> np.ndarray:
            if images[0][0, 0, 0] >= module.BATCH:
                raise MemoryError("no more")
            return super().encode(images)

    sink = Sink()
    with pytest.raises(MemoryError):
        embed(Breaks(), files(tmp_path, 40), sink, threads=1)
    assert len(sink.rows) == module.BATCH


def test_rows_are_written_in_blocks_and_large_pictures_in_small_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[int] = []

    class Counts(MeanEncoder):
        def encode(self, images: Sequence[np.ndarray]) -> np.ndarray:
            runs.append(len(images))
            return super().encode(images)

    writes: list[int] = []
    monkeypatch.setattr(module, "WRITE_ROWS", 16)
    monkeypatch.setattr(module, "BATCH_BYTES", 10 * 12 * 3 * 2)
    embed(Counts(), files(tmp_path, 40), lambda o, _r: writes.append(len(o)), threads=1)
    assert set(runs) == {3, 2}
    assert sum(writes) == 40
    assert writes[0] == 16


def test_nothing_to_embed_is_no_error() -> None:
    assert embed(MeanEncoder(), [], Sink()).done == 0
