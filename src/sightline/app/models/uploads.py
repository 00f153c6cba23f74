"""Models that come through the browser: a file, or the files of one folder."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from sightline.core.errors import InvalidInputError, StorageError
from sightline.formats.names import safe_part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.app.models.models import Models
    from sightline.store.model_plan import ImportOptions


class ModelUploads:
    """Adds what was dropped; nothing of it stays beside the model."""

    def __init__(self, models: Models, cache: Path) -> None:
        self._models = models
        self._cache = cache

    def add(self, files: Sequence[tuple[str, IO[bytes]]], options: ImportOptions) -> dict[str, Any]:
        """Add a model of one file, or of the files of a folder, and return it.

        Args:
            files: Name and content of each.
            options: An empty name: that of the first file.

        Raises:
            InvalidInputError: Two files have one name, or they make no model; the hint says why.
            StorageError: The disk refuses.
        """
        names = [safe_part(name) for name, _ in files]
        if len(set(names)) < len(names):
            raise InvalidInputError(
                "two of the files have one name", hint="drop the files of one folder only"
            )
        self._cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="model-", dir=self._cache) as temp:
            folder = Path(temp)
            for name, (_, file) in zip(names, files, strict=True):
                _write(folder / name, file)
            stem = Path(names[0]).stem
            named = replace(options, name=options.name or stem, source=options.source or names[0])
            return self._models.add(folder / names[0] if len(names) == 1 else folder, named)


def _write(path: Path, file: IO[bytes]) -> None:
    try:
        with path.open("wb") as out:
            shutil.copyfileobj(file, out, 1 << 20)
    except OSError as error:
        raise StorageError(
            f"the upload cannot be kept: {error.strerror}", hint="free some space, then again"
        ) from error
