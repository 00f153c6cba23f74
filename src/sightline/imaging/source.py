"""Where the bytes of a picture come from: memory, or a file read only where needed."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from sightline.core.errors import UnreadableImageError

if TYPE_CHECKING:
    from types import TracebackType

BLOCK: Final = 1 << 16
"""Bytes that one read of a file fetches at least."""

Source = Path | bytes


class Data(Protocol):
    """Bytes that can be measured and sliced; `bytes` is one, `FileWindow` is another."""

    def __len__(self) -> int:
        """Return how many bytes there are."""
        ...

    def __getitem__(self, part: slice, /) -> bytes:
        """Return a part; past the end it is shorter, never an error."""
        ...


class FileWindow:
    """A file as sliceable bytes that reads blocks on demand; safe when the file shrinks."""

    def __init__(self, path: Path) -> None:
        try:
            self._file = path.open("rb", buffering=0)
        except OSError as error:
            raise unreadable(path, error) from error
        self._size = os.fstat(self._file.fileno()).st_size
        self._start = 0
        self._block = b""

    def __len__(self) -> int:
        """Return the size of the file when it was opened."""
        return self._size

    def __getitem__(self, part: slice) -> bytes:
        """Return `part`, read from the file unless the last block holds it."""
        start, stop, step = part.indices(self._size)
        if stop <= start or step != 1:
            return b""
        low, high = self._start, self._start + len(self._block)
        if start < low or stop > high:
            self._file.seek(start)
            self._block = self._file.read(max(stop - start, BLOCK)) or b""
            self._start = low = start
        return self._block[start - low : stop - low]

    def __enter__(self) -> FileWindow:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()


def read_source(source: Source) -> bytes:
    """Return all bytes of `source`.

    Raises:
        UnreadableImageError: The file is empty, not there, not a file, or may not be read.
    """
    if isinstance(source, bytes):
        data = source
    else:
        try:
            data = source.read_bytes()
        except OSError as error:
            raise unreadable(source, error) from error
    if not data:
        raise empty(source)
    return data


def name_of(source: Any) -> str:
    """Return how to call a source in a message."""
    return repr(str(source)) if isinstance(source, Path) else "the picture"


def empty(source: Any) -> UnreadableImageError:
    """Return the error of a file without a byte."""
    return UnreadableImageError(
        f"{name_of(source)} is empty", reason="empty file", hint="copy the file again"
    )


def unreadable(path: Path, error: OSError) -> UnreadableImageError:
    """Return the error of a file that the system does not hand out, with its reason."""
    if isinstance(error, FileNotFoundError):
        link = path.is_symlink()
        reason = "dead link" if link else "missing"
        text = "points to nothing" if link else "is not there any more"
        hint = "mend or remove the link" if link else "put it back, or ingest the folder again"
    elif isinstance(error, PermissionError):
        reason, text, hint = "no permission", "may not be read", "allow reading it (chmod +r)"
    elif isinstance(error, IsADirectoryError):
        reason, text, hint = "not an image", "is a folder", "name a file"
    elif error.errno == errno.ELOOP:
        reason, text, hint = "dead link", "is a link to itself", "mend or remove the link"
    else:
        reason, text, hint = "read error", f"cannot be read: {error.strerror}", "check the disk"
    return UnreadableImageError(f"{name_of(path)} {text}", reason=reason, hint=hint)
