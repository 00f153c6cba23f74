"""A lock between processes that the system takes away from the dead.

The lock is on an open file, not on the file's being there: whoever dies, even by SIGKILL, has
let go. The file stays; deleting a lock file would give two processes a lock each.
"""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Final

from sightline.core.errors import BusyError, StorageError

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

POLL_S: Final = 0.005

if sys.platform == "win32":
    import msvcrt

    def _try_lock(handle: int) -> bool:
        os.lseek(handle, 0, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(handle: int) -> None:
        os.lseek(handle, 0, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)
else:
    import fcntl

    def _try_lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)


class FileLock:
    """An exclusive lock at a path. Two objects exclude each other, in one process too."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None

    @property
    def held(self) -> bool:
        """Tell whether this object holds the lock."""
        return self._handle is not None

    def try_acquire(self) -> bool:
        """Take the lock unless somebody has it.

        Raises:
            StorageError: The file cannot be opened.
        """
        if self._handle is not None:
            return False
        try:
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise StorageError(
                f"cannot open the lock {self.path}: {error.strerror}",
                hint="check that the folder is there and may be written",
            ) from error
        if _try_lock(handle) and self._is_still_ours(handle):
            self._handle = handle
            return True
        os.close(handle)
        return False

    def acquire(self, *, timeout_s: float) -> None:
        """Take the lock, waiting for at most `timeout_s`.

        Raises:
            BusyError: Somebody kept it for longer.
            StorageError: The file cannot be opened.
        """
        deadline = time.monotonic() + timeout_s
        while not self.try_acquire():
            if time.monotonic() >= deadline:
                raise BusyError(
                    f"another process holds {self.path}", hint="wait until it is done, or stop it"
                )
            time.sleep(POLL_S)

    def release(self) -> None:
        """Let go; does nothing when not held."""
        handle, self._handle = self._handle, None
        if handle is not None:
            _unlock(handle)
            os.close(handle)

    def __enter__(self) -> FileLock:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    def _is_still_ours(self, handle: int) -> bool:
        """Tell whether the path still leads to the file that was locked."""
        try:
            there = self.path.stat()
        except FileNotFoundError:
            return False
        return sys.platform == "win32" or os.fstat(handle).st_ino == there.st_ino


def is_locked(path: Path) -> bool:
    """Tell whether a living process holds the lock at `path`."""
    if not path.exists():
        return False
    probe = FileLock(path)
    if probe.try_acquire():
        probe.release()
        return False
    return path.exists()
