from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from sightline.core.errors import BusyError, StorageError
from sightline.store.locks import FileLock, is_locked

if TYPE_CHECKING:
    from pathlib import Path

HOLD = """
import sys
from pathlib import Path
from sightline.store.locks import FileLock
lock = FileLock(Path(sys.argv[1]))
lock.acquire(timeout_s=60)
print("held", flush=True)
sys.stdin.read()
"""


def test_second_holder_waits_and_then_gives_up(tmp_path: Path) -> None:
    with FileLock(tmp_path / "lock") as lock:
        lock.acquire(timeout_s=1)
        assert lock.held
        assert not lock.try_acquire()
        with pytest.raises(BusyError):
            FileLock(tmp_path / "lock").acquire(timeout_s=0.02)
    assert not is_locked(tmp_path / "lock")
    with FileLock(tmp_path / "lock") as lock:
        lock.acquire(timeout_s=0)


def test_the_dead_hold_nothing(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        assert is_locked(path)
        process.kill()
        process.wait(60)
        assert not is_locked(path)


def test_a_lock_whose_file_was_deleted_is_not_taken_for_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with FileLock(path) as old, FileLock(path) as new:
        old.acquire(timeout_s=0)
        path.unlink()
        assert not is_locked(path)
        new.acquire(timeout_s=0)
        assert is_locked(path)


def test_missing_folder_is_a_storage_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot open"):
        FileLock(tmp_path / "no" / "lock").try_acquire()
    assert not is_locked(tmp_path / "no" / "lock")
