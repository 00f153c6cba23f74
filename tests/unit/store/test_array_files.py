"""What is on the disk after a crash or when the disk refuses."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from sightline.core.errors import StorageError
from sightline.store.arrays import ArrayStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ArrayStore]:
    store = ArrayStore(tmp_path / "arrays")
    yield store
    store.close()


ROWS = np.arange(12, dtype=np.float32).reshape(4, 3)
CHILD = """
import os, sys
import numpy as np
from pathlib import Path
from sightline.store import arrays
from sightline.store.arrays import ArrayStore
array = ArrayStore(Path(sys.argv[1])).open(
    1, "embeddings", "k", dtype=np.int64, row_shape=(512,), create=True)
"""
DIES_BEFORE_THE_BITMAP = """
real = arrays.set_bits
def die(folder, ordinals, *, on):
    if on:
        os.kill(os.getpid(), 9)
    return real(folder, ordinals, on=on)
arrays.set_bits = die
array.write(np.arange(5, 10), np.full((5, 512), 77))
"""
WRITES_FOR_EVER = """
print("ready", flush=True)
random = np.random.default_rng(0)
turn = 0
while True:
    turn += 1
    where = random.choice(300, 40, replace=False)
    array.write(where, (where * 1000 + turn)[:, None] + np.zeros((1, 512), np.int64))
"""


def child(tmp_path: Path, code: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", CHILD + code, str(tmp_path / "arrays")]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_rows_do_not_count_when_the_writer_dies_before_the_bitmap(
    store: ArrayStore, tmp_path: Path
) -> None:
    array = store.open(1, "embeddings", "k", dtype=np.int64, row_shape=(512,))
    array.write(np.arange(7), np.ones((7, 512), np.int64))
    with child(tmp_path, DIES_BEFORE_THE_BITMAP) as process:
        assert process.wait(60) != 0
    rows, valid = array.read(np.arange(10))
    assert valid.tolist() == [True] * 5 + [False] * 5
    assert rows[:5].all()
    assert not rows[5:].any()
    array.write(np.arange(5, 10), np.full((5, 512), 3))
    assert array.count() == 10


def test_no_row_is_garbage_after_kill_at_any_moment(store: ArrayStore, tmp_path: Path) -> None:
    array = store.open(1, "embeddings", "k", dtype=np.int64, row_shape=(512,))
    for _ in range(5):
        before = array.count()
        with child(tmp_path, WRITES_FOR_EVER) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            deadline = time.monotonic() + 60
            while array.count() <= min(before, 200) and time.monotonic() < deadline:
                pass
            process.kill()
        rows, valid = array.read(np.arange(300))
        assert valid.any()
        assert (rows == rows[:, :1]).all(), "a row is torn"
        assert (rows[valid, 0] // 1000 == np.flatnonzero(valid)).all()


@pytest.mark.skipif(sys.platform == "win32", reason="needs RLIMIT_FSIZE")
def test_disk_that_refuses_is_an_error_and_breaks_nothing(store: ArrayStore) -> None:
    import resource

    array = store.open(1, "embeddings", "k", dtype=np.float32, row_shape=(3,))
    array.write(np.arange(4), ROWS[:4])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    far = np.arange(200_000, 200_004)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
        with pytest.raises(StorageError, match="cannot write"):
            array.write(far, ROWS[:4])
        with pytest.raises(StorageError):
            array.replace([(0, np.zeros((200_000, 3), np.float32), None)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert array.count() == 4
    assert np.array_equal(array.read(np.arange(4))[0], ROWS[:4])
    array.write(far, ROWS[:4])
    assert array.count() == 8
