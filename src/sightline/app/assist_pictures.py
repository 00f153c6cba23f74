"""Pictures as segmenters see them, whole and upright, and what tells one from another."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sightline.app.assist_cache import encoding_key
from sightline.core.tone import DEFAULT_TONE
from sightline.imaging.decode import decode
from sightline.imaging.science import TONED
from sightline.imaging.source import unreadable

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.app.projects import Projects
    from sightline.core.arrays import U8
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
        return Subject(Path(row.path), row.page, tone, row.id, row.project_id)

    def of_file(self, path: Path) -> Subject:
        """Return a file as a subject; it need not belong to a project."""
        return Subject(path)

    def pixels(self, subject: Subject) -> U8:
        """Return a picture (H, W, 3), upright.

        Raises:
            UnreadableImageError: It cannot be read.
        """
        return decode(subject.path, page=subject.page, limits=self._limits(), tone=subject.tone)

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
