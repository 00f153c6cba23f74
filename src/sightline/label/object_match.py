"""Which image a label file means, and where its shapes lie in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from sightline.formats.objects.source import stem_of
from sightline.label.paths import PathIndex

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

MOST_PARTS: Final = 12
"""Ends of a path that are tried, the longest first."""
_PAGE: Final = re.compile(r"^(.+)_page(\d+)$")


class Picture(NamedTuple):
    """What is known of an image before anything of it is read."""

    id: int
    asset_id: int
    page: int
    width: int
    """Upright."""
    height: int
    raw_width: int
    """As the file holds it, before EXIF turns it."""
    raw_height: int
    orientation: int
    objects: int
    """How many it has."""


@dataclass(frozen=True, slots=True)
class Found:
    """An image, or why there is none."""

    image: Picture | None
    how: str = ""
    """digest, path, name or stem."""
    reason: str = ""
    """Why it is not clear which; empty: nothing here is called so."""


class Finder:
    """Finds images by the bytes of their file, by path, by name, by name without ending.

    Args:
        images: All of the project.
        assets: Digest to asset.
        places: Every path of each asset.
        bases: Folders that a written path may be below, each ending in "/" or empty.
        suffixes: How the names of pictures end.
    """

    def __init__(
        self,
        images: Iterable[Picture],
        assets: Mapping[str, int],
        places: Iterable[tuple[str, int]],
        bases: Sequence[str],
        suffixes: Collection[str],
    ) -> None:
        self._assets = assets
        self._suffixes = frozenset(suffixes)
        self._pages: dict[int, dict[int, Picture]] = {}
        for one in images:
            self._pages.setdefault(one.asset_id, {})[one.page] = one
        known = [(path.replace("\\", "/"), key) for path, key in places if key in self._pages]
        self._paths = PathIndex(known, bases)
        self._stems = PathIndex([(stem_of(path), key) for path, key in known], bases)
        self._names: dict[str, set[int]] = {}
        for path, key in known:
            self._names.setdefault(stem_of(path.rpartition("/")[2]), set()).add(key)

    def find(self, written: str, *, digest: str = "", twins: Collection[str] = ()) -> Found:
        """Return the image that a path means.

        Args:
            written: As the label file has it, with or without an ending.
            digest: Of the picture's bytes, where the data set holds it.
            twins: Bare names that the data set has more than once: they alone decide nothing.
        """
        if digest and digest in self._assets and self._assets[digest] in self._pages:
            return self._paged(self._assets[digest], "digest", written)
        path = written.replace("\\", "/").removeprefix("./")
        dot = path.rfind(".")
        has_ending = dot > path.rfind("/") and path[dot:].lower() in self._suffixes
        stem = stem_of(path) if has_ending else path
        if has_ending:
            found = self._ends(self._paths, path, twins, "path", "name")
            if found is not None:
                return self._paged(found[0], found[1], stem)
        found = self._ends(self._stems, stem, twins, "path", "stem")
        if found is not None:
            return self._paged(found[0], found[1], stem)
        paged = _PAGE.match(stem)
        if paged:
            return self.find(paged[1], twins=twins) if int(paged[2]) == 0 else self._page(paged)
        return Found(None, reason=self._why(stem, twins))

    def _page(self, paged: re.Match[str]) -> Found:
        found = self._ends(self._stems, paged[1], (), "path", "stem")
        pages = {} if found is None else self._pages[found[0]]
        number = int(paged[2]) - 1
        return Found(pages[number], "page") if number in pages else Found(None)

    def _paged(self, asset: int, how: str, written: str) -> Found:
        pages = self._pages[asset]
        if len(pages) > 1:
            paged = _PAGE.match(stem_of(written))
            number = int(paged[2]) - 1 if paged else -1
            if number in pages:
                return Found(pages[number], how)
            return Found(None, reason=f"it has {len(pages)} pages, and the labels name none")
        return Found(next(iter(pages.values())), how)

    def _ends(
        self, index: PathIndex, path: str, twins: Collection[str], whole: str, bare: str
    ) -> tuple[int, str] | None:
        """Look a path up, then its ends; a bare name counts if the data set has it once."""
        parts = [part for part in path.split("/") if part]
        name = parts[-1] if parts else path
        is_twin = name in twins or stem_of(name) in twins
        if len(parts) > 1 or not is_twin:
            asset = index.find(path)
            if asset is not None:
                return asset, whole if len(parts) > 1 else bare
        for start in range(max(1, len(parts) - MOST_PARTS), len(parts)):
            is_name = start == len(parts) - 1
            asset = None if is_name and is_twin else index.find("/".join(parts[start:]))
            if asset is not None:
                return asset, bare if is_name else whole
        return None

    def _why(self, stem: str, twins: Collection[str]) -> str:
        name = stem.rpartition("/")[2]
        here = len(self._names.get(name, ()))
        if here and name in twins:
            return (
                f"the data set has several pictures called {name!r}; their folders decide nothing"
            )
        if here > 1:
            return f"{here} pictures here are called {name!r}, and its path fits none of them"
        return ""
