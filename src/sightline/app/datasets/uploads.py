"""Data sets that came through the browser, kept for a day so that a look can become an import."""

from __future__ import annotations

import re
import shutil
import time
import uuid
from typing import IO, TYPE_CHECKING, Final

from sightline.core.errors import NotFoundError, StorageError
from sightline.formats.names import safe_part

if TYPE_CHECKING:
    from pathlib import Path

PREFIX: Final = "upload:"
KEEP_S: Final = 86_400.0
KEEP: Final = 5
_REF: Final = re.compile(r"upload:([0-9a-f]{32})")


class Uploads:
    """Uploaded files by a reference that only who sent them knows."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def keep(self, name: str, file: IO[bytes]) -> str:
        """Keep a file and return its reference; old ones go.

        Raises:
            StorageError: The disk refuses.
        """
        self._forget()
        key = uuid.uuid4().hex
        folder = self._root / key
        try:
            folder.mkdir(parents=True)
            with (folder / safe_part(name)).open("wb") as out:
                shutil.copyfileobj(file, out, 1 << 20)
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise StorageError(
                f"the upload cannot be kept: {error.strerror}", hint="free some space, then again"
            ) from error
        return f"{PREFIX}{key}"

    def path(self, ref: str) -> Path:
        """Return a kept file.

        Raises:
            NotFoundError: It is gone, or never was.
        """
        found = _REF.fullmatch(ref)
        files = sorted((self._root / found.group(1)).glob("*")) if found else []
        if not files:
            raise NotFoundError("the upload is gone", hint="send the file again")
        return files[0]

    def _forget(self) -> None:
        """Throw away what is old or too many."""
        kept = sorted(self._root.glob("*"), key=lambda one: one.stat().st_mtime, reverse=True)
        oldest = time.time() - KEEP_S
        for at, one in enumerate(kept):
            if at >= KEEP or one.stat().st_mtime < oldest:
                shutil.rmtree(one, ignore_errors=True)
