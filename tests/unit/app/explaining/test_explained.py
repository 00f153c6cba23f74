from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np

from sightline.app.explaining.explained import Explained, ExplainedCache, fitted, key_of, packed

if TYPE_CHECKING:
    from pathlib import Path


def one(number: int, size: int = 8) -> Explained:
    grid = np.random.default_rng(number).random((size, size)).astype(np.float32)
    return Explained(
        key=key_of(number),
        model="m",
        method="gradcam",
        layer="l",
        note="",
        class_index=1,
        probabilities=[0.25, 0.75],
        frame=(300, 200),
        square=(50.0, 0.0, 250.0, 200.0),
        image_id=7,
        path="a.png",
        **packed(grid),
    )


def test_what_is_kept_comes_back_the_same(tmp_path: Path) -> None:
    cache = ExplainedCache(tmp_path, limit_bytes=1 << 20)
    made = cache.keep(one(1), b"picture")
    assert cache.find(made.key) == made
    assert cache.picture(made.key) == b"picture"
    assert made.grid.shape == (8, 8)
    assert made.spread(150).shape == (100, 150)
    assert made.spread(10_000).shape == (200, 300)


def test_the_cache_stays_within_its_bound_and_the_longest_unseen_go_first(tmp_path: Path) -> None:
    cache = ExplainedCache(tmp_path, limit_bytes=40_000)
    first = cache.keep(one(0))
    for number in range(1, 120):
        cache.keep(one(number))
        path = next(tmp_path.glob(f"*/{one(number).key[2:]}.json"))
        os.utime(path, (number, number))
    cache.sweep()
    total = sum(path.stat().st_size for path in tmp_path.glob("*/*"))
    assert total <= 40_000
    assert cache.find(one(119).key) is not None
    assert cache.find(one(1).key) is None
    assert cache.find(first.key) is not None  # it was written last, by the clock


def test_a_damaged_file_counts_as_none(tmp_path: Path) -> None:
    cache = ExplainedCache(tmp_path, limit_bytes=1 << 20)
    made = cache.keep(one(1))
    path = next(tmp_path.glob("*/*.json"))
    for data in (b"", b"[1]", b"{}", path.read_bytes()[:50]):
        path.write_bytes(data)
        assert cache.find(made.key) is None


def test_a_frame_keeps_its_shape_and_is_not_made_larger() -> None:
    assert fitted((4000, 3000), 768) == (768, 576)
    assert fitted((30, 3000), 100) == (1, 100)
    assert fitted((24, 20), 768) == (24, 20)
