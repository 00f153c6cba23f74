"""What a build of polygons has worked out, picture by picture, on disk from the moment it is done.

A line is written by one call, so whatever ends the work leaves whole lines and at most one torn at
the end. A line counts as long as its key does, which stands for the picture, its objects and all
that was wished: what changed since is worked out again, and nothing else.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

import orjson

if TYPE_CHECKING:
    from pathlib import Path


class Ledger:
    """The lines of one build. To be used by one thread."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a+b", buffering=0)
        self._places: dict[int, tuple[str, int, int]] = {}
        self._end = 0
        self._read(path)

    def key(self, image_id: int) -> str | None:
        """Return the key of a picture's newest line, None where it has none."""
        found = self._places.get(image_id)
        return None if found is None else found[0]

    def add(self, image_id: int, key: str, told: dict[str, Any]) -> None:
        """Keep what was worked out of a picture."""
        line = orjson.dumps({"image_id": image_id, "key": key, **told}) + b"\n"
        written = 0
        while written < len(line):  # once, unless a signal or a full disk cuts it short
            written += self._file.write(line[written:]) or 0
        self._places[image_id] = (key, self._end, len(line))
        self._end += len(line)

    def get(self, image_id: int) -> dict[str, Any]:
        """Return what was worked out of a picture that has a line."""
        _, at, size = self._places[image_id]
        self._file.seek(at)
        told: dict[str, Any] = orjson.loads(self._file.read(size) or b"")
        return told

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def __enter__(self) -> Self:
        """Use it in a `with` block, which closes it."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Close it."""
        self.close()

    def _read(self, path: Path) -> None:
        """Find the lines that are there and cut off a torn one."""
        with suppress(orjson.JSONDecodeError), path.open("rb") as lines:
            for line in lines:
                if not line.endswith(b"\n"):
                    break
                told = orjson.loads(line)
                self._places[told["image_id"]] = (told["key"], self._end, len(line))
                self._end += len(line)
        self._file.truncate(self._end)
