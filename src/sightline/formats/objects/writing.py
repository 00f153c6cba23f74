"""What all writers of objects share: names of pictures, their bytes, texts, counts."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import TYPE_CHECKING

from sightline.formats.names import Taken, safe_path
from sightline.formats.objects.source import stem_of

if TYPE_CHECKING:
    from sightline.formats.objects.records import PictureRecord
    from sightline.formats.sinks import Sink


class Output:
    """Puts the files of a data set into a sink and counts.

    Args:
        sink: Where to.
        images: none: labels only; copy or link: the pictures too.
    """

    def __init__(self, sink: Sink, images: str = "none") -> None:
        self.counts = {"pictures": 0, "objects": 0, "files": 0, "missing": 0, "bytes": 0}
        self._sink = sink
        self._images = images
        self._taken = Taken()

    def claim(self, picture: PictureRecord) -> str:
        """Return a name for a picture, with its ending, whose stem no other one has."""
        path = safe_path(picture.path)
        stem = stem_of(path)
        mark = hashlib.sha256(picture.path.encode("utf-8", "surrogatepass")).hexdigest()
        free = self._taken.claim(stem, mark)
        self.counts["pictures"] += 1
        self.counts["objects"] += len(picture.objects)
        return free + path[len(stem) :]

    def place(self, picture: PictureRecord, name: str) -> bool:
        """Write a picture's bytes, where that was asked for; say whether they are there now."""
        if self._images == "none":
            return False
        path = Path(picture.source)
        if not picture.source or not path.is_file():
            self.counts["missing"] += 1
            return False
        self.counts["bytes"] += self._sink.place(name, path)[1]
        self.counts["files"] += 1
        return True

    def text(self, name: str, text: str) -> None:
        """Write a text."""
        self.bytes(name, text.encode())

    def bytes(self, name: str, data: bytes) -> None:
        """Write a file."""
        self._sink.add(name, io.BytesIO(data), len(data))
        self.counts["bytes"] += len(data)

    def file(self, name: str, path: Path) -> None:
        """Write a file that lies somewhere already."""
        with path.open("rb") as source:
            size = path.stat().st_size
            self._sink.add(name, source, size)
        self.counts["bytes"] += size


def tidy(value: float) -> str:
    """Return a number as text: whole ones without a point, all others exact."""
    return str(int(value)) if value == int(value) else repr(value)
