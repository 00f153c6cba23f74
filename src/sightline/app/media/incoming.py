"""A file while it comes in: counted, and whole or not there at all."""

from __future__ import annotations

import errno
import os
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from sightline.core.errors import StorageError, TooLargeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LOOK_AFTER: Final = 64 << 20
"""Bytes after which it is asked again whether there is room: others come in, too."""
_PROC: Final = Path("/proc/self/fd")


class Held:
    """A file without a name, which the system takes away when this process ends, however it ends.

    Where a file without a name cannot be opened again (anything but Linux), it has one in a folder
    that the next start empties.
    """

    def __init__(self, folder: Path) -> None:
        self._lock = threading.Lock()
        self._named = not (sys.platform == "linux" and _PROC.is_dir())
        self.file: IO[bytes]
        if self._named:
            self.file = (folder / "held.raw").open("w+b")
        else:
            self.file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed below

    @property
    def path(self) -> Path:
        """Where its owner can read it, until it is closed; others ask for `lent`."""
        return Path(self.file.name) if self._named else _PROC / str(self.file.fileno())

    @contextmanager
    def lent(self) -> Iterator[Path]:
        """Give where it can be read until the end of the block, even if it is closed meanwhile.

        The number of a closed file is given to the next one that is opened: who kept `path` alone
        would read that.

        Raises:
            FileNotFoundError: It is closed already.
        """
        with self._lock:
            if self.file.closed:
                raise FileNotFoundError(errno.ENOENT, "it was let go of")
            own = os.dup(self.file.fileno())
        try:
            yield self.path if self._named else _PROC / str(own)
        finally:
            os.close(own)

    @property
    def bytes(self) -> int:
        """How many it takes of the disk."""
        return 0 if self.file.closed else os.fstat(self.file.fileno()).st_size

    def close(self) -> None:
        """Let go of it, which erases it."""
        with self._lock:
            if self.file.closed:
                return
            path = self.path
            self.file.close()
            if self._named:
                path.unlink(missing_ok=True)


class Counted:
    """Writes into a file as long as the limits allow."""

    def __init__(self, file: IO[bytes], *, most: int, room: Callable[[], int]) -> None:
        self._file = file
        self._most = most
        self._room = room
        self._next_look = 0
        self.bytes = 0

    def write(self, data: bytes) -> None:
        """Write more of it.

        Raises:
            TooLargeError: It is larger than is allowed.
            StorageError: The disk, or what media may use of it, is full.
        """
        self.bytes += len(data)
        if self.bytes > self._most:
            raise too_large(self._most)
        if self.bytes > self._next_look:
            self._next_look = self.bytes + LOOK_AFTER
            if self._room() < len(data):
                raise no_room()
        try:
            self._file.write(data)
        except OSError as error:
            raise _refused(error) from error

    def finish(self) -> None:
        """Bring all of it to the disk.

        Raises:
            StorageError: The disk refuses.
        """
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise _refused(error) from error


def too_large(most: int) -> TooLargeError:
    """Return the error of a file over the limit."""
    return TooLargeError(
        f"the file is larger than {most / 1e6:,.0f} MB",
        hint="cut the clip or scale it down, or raise the setting media_max_mb",
    )


def no_room() -> StorageError:
    """Return the error of a budget that is used up."""
    return StorageError(
        "there is no room for more media: the disk, or the setting media_disk_mb, is used up",
        hint="erase what is not needed (sightline media list, media erase), or raise media_disk_mb",
    )


def _refused(error: OSError) -> StorageError:
    full = error.errno in {errno.ENOSPC, errno.EDQUOT}
    why = "the disk is full" if full else f"the disk refuses: {error.strerror}"
    return StorageError(
        f"the file cannot be kept: {why}", hint="free some space, then send it again"
    )
