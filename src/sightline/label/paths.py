"""Which image a person means who writes a path."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class PathIndex:
    """Finds files by how a person writes their path.

    Args:
        places: Each known path with a key of what lies there.
        bases: Tried in order before a written path, each ending in "/" or empty.
    """

    def __init__(self, places: Iterable[tuple[str, int]], bases: Sequence[str]) -> None:
        self._bases = tuple(bases)
        self._keys: dict[str, int] = {}
        self._by_name: dict[str, list[str]] = defaultdict(list)
        for place, key in places:
            path = place.replace("\\", "/")
            self._keys[path] = key
            self._by_name[PurePosixPath(path).name].append(path)

    def find(self, written: str) -> int | None:
        """Return the key of a path: whole, below a base, or by its end when that names one."""
        path = written.replace("\\", "/").removeprefix("./")
        for base in self._bases:
            key = self._keys.get(posixpath.normpath(base + path))
            if key is not None:
                return key
        ends = [
            known
            for known in self._by_name.get(PurePosixPath(path).name, ())
            if known.endswith(f"/{path}")
        ]
        keys = {self._keys[known] for known in ends}
        return keys.pop() if len(keys) == 1 else None
