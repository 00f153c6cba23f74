"""Vectors come back as they were kept, and damage costs a vector, never gives a wrong one."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sightline.store.vector_cache import VectorCache, halved

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.arrays import F16


def key(n: int) -> bytes:
    return n.to_bytes(16, "big")


def row(*numbers: int, dim: int = 4) -> F16:
    return np.array([[n + 0.5 * d for d in range(dim)] for n in numbers], np.float16)


def test_rows_are_found_by_another_reader_and_others_are_absent(tmp_path: Path) -> None:
    writer, reader = VectorCache(tmp_path, 4), VectorCache(tmp_path, 4)
    assert not reader.find([key(1)])[1].any()
    writer.add([key(1), key(2)], row(1, 2))
    writer.add([key(3)], row(3))
    rows, there = reader.find([key(3), key(9), key(1)])
    assert there.tolist() == [True, False, True]
    assert (rows == np.concatenate([row(3), np.zeros((1, 4)), row(1)])).all()


@given(st.lists(st.integers(0, 30), max_size=20, unique=True), st.integers(1, 9))
def test_whatever_is_kept_is_found(tmp_path_factory: object, numbers: list[int], dim: int) -> None:
    folder = tmp_path_factory.mktemp("vectors")  # type: ignore[attr-defined]
    cache = VectorCache(folder, dim)
    for n in numbers:
        cache.add([key(n)], row(n, dim=dim))
    rows, there = cache.find([key(n) for n in numbers])
    assert there.all()
    assert (rows == row(*numbers, dim=dim).reshape(-1, dim)).all()


def test_a_torn_write_costs_the_torn_rows_only(tmp_path: Path) -> None:
    VectorCache(tmp_path, 4).add([key(1), key(2)], row(1, 2))
    rows, names = tmp_path / "rows.bin", tmp_path / "keys.bin"
    rows.write_bytes(rows.read_bytes()[:-3])
    cache = VectorCache(tmp_path, 4)
    cache.add([key(3)], row(3))
    assert cache.find([key(1), key(2), key(3)])[1].tolist() == [True, False, True]
    names.write_bytes(names.read_bytes() + b"half a key")
    cache.add([key(4)], row(4))
    found, there = VectorCache(tmp_path, 4).find([key(1), key(3), key(4)])
    assert there.all()
    assert (found == row(1, 3, 4)).all()


def test_a_changed_byte_is_noticed(tmp_path: Path) -> None:
    VectorCache(tmp_path, 4).add([key(1), key(2)], row(1, 2))
    raw = bytearray((tmp_path / "rows.bin").read_bytes())
    raw[1] ^= 1
    (tmp_path / "rows.bin").write_bytes(raw)
    assert VectorCache(tmp_path, 4).find([key(1), key(2)])[1].tolist() == [False, True]


def test_a_deleted_folder_is_begun_anew(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path / "a", 4)
    cache.add([key(1)], row(1))
    assert cache.find([key(1)])[1].all()
    shutil.rmtree(tmp_path / "a")
    assert not cache.find([key(1)])[1].any()
    cache.add([key(2)], row(2))
    assert cache.find([key(1), key(2)])[1].tolist() == [False, True]


def test_what_is_too_large_for_half_precision_stays_finite() -> None:
    assert np.isfinite(halved(np.array([[1e9, -1e9]], np.float32))).all()
