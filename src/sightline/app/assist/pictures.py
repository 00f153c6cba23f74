"""Pictures as segmenters see them, whole and upright, and what tells one from another."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.app.assist.cache import encoding_key
from sightline.core.errors import UnreadableImageError
from sightline.core.tone import DEFAULT_TONE
from sightline.imaging.decode import decode
from sightline.imaging.header import read_header
from sightline.imaging.science import TONED
from sightline.imaging.source import unreadable

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.app.projects import Projects
    from sightline.core.arrays import U8
    from sightline.core.geometry.tiles import Tile
    from sightline.core.tone import Tone
    from sightline.imaging.limits import Limits
    from sightline.store.images import ImageRow
    from sightline.store.store import Store

REMEMBERED: Final = 10_000
"""Keys of pictures whose files did not change since they were read."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A picture that is asked about."""

    path: Path
    page: int = 0
    tone: Tone = DEFAULT_TONE
    image_id: int | None = None
    project_id: int | None = None
    size: tuple[int, int] | None = None
    """Width and height of the upright picture; None until its file is looked at."""
    tile: Tile | None = None
    """The part of the picture that is meant; None: all of it."""


class AssistPictures:
    """Finds pictures, reads them, and remembers the keys of their encodings."""

    def __init__(self, store: Store, projects: Projects, limits: Callable[[], Limits]) -> None:
        self._store = store
        self._projects = projects
        self._limits = limits
        self._keys: OrderedDict[tuple[Any, ...], str] = OrderedDict()

    def of_image(self, image_id: int) -> Subject:
        """Return an image of any project.

        Raises:
            UnknownImageError: There is none.
        """
        return self.of_row(self._store.images.get(image_id))

    def of_row(self, row: ImageRow) -> Subject:
        """Return an image as a subject."""
        tone = self._projects.tone(row.project_id) if row.format in TONED else DEFAULT_TONE
        size = (row.width, row.height)
        return Subject(Path(row.path), row.page, tone, row.id, row.project_id, size)

    def of_file(self, path: Path) -> Subject:
        """Return a file as a subject; it need not belong to a project."""
        return Subject(path)

    def pixels(self, subject: Subject) -> U8:
        """Return a picture, or the tile of it that is meant, (H, W, 3), upright.

        Raises:
            UnreadableImageError: It cannot be read.
        """
        whole = decode(subject.path, page=subject.page, limits=self._limits(), tone=subject.tone)
        tile = subject.tile
        if tile is None:
            return whole
        part = whole[tile.y : tile.y + tile.height, tile.x : tile.x + tile.width]
        if part.shape[:2] != (tile.height, tile.width):
            raise UnreadableImageError(
                f"{subject.path} is {whole.shape[1]} x {whole.shape[0]} pixels now",
                hint="add the picture again: it has changed",
                reason="changed",
            )
        return np.ascontiguousarray(part)

    def size(self, subject: Subject) -> tuple[int, int]:
        """Return the width and height of the whole picture, pixels.

        Raises:
            UnreadableImageError: It cannot be read.
        """
        if subject.size is not None:
            return subject.size
        header = read_header(subject.path, limits=self._limits())
        return (header.page_sizes or ((header.width, header.height),))[subject.page]

    def mark(self, subject: Subject, engine_key: str) -> tuple[Any, ...]:
        """Return what is equal as long as the file did not change.

        Raises:
            UnreadableImageError: The file is gone.
        """
        try:
            seen = subject.path.stat()
        except OSError as error:
            raise unreadable(subject.path, error) from error
        return (
            str(subject.path),
            seen.st_mtime_ns,
            seen.st_size,
            subject.page,
            subject.tone.key(),
            subject.tile,
            engine_key,
        )

    def key(self, mark: tuple[Any, ...]) -> str | None:
        """Return the key of an encoding, None while the picture was not read yet."""
        return self._keys.get(mark)

    def note(self, mark: tuple[Any, ...], pixels: U8, engine_key: str) -> str:
        """Work out the key of a picture's encoding, and remember it."""
        key = self._keys[mark] = encoding_key(pixels, engine_key)
        while len(self._keys) > REMEMBERED:
            self._keys.popitem(last=False)
        return key
