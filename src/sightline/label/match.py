"""Which images of a project the records of a data set are of: by bytes, else path, else name."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sightline.formats.records import Record
    from sightline.label.paths import PathIndex

MOST_PARTS: Final = 12
"""Ends of a path that are tried, the longest first."""


@dataclass(slots=True)
class Matches:
    """Records with the images that they are of."""

    images: list[tuple[Record, tuple[int, ...]]] = field(default_factory=list)
    unmatched: list[Record] = field(default_factory=list)
    by: Counter[str] = field(default_factory=Counter)
    """How many records were found by digest, path and name."""
    other_bytes: int = 0
    """Records found by their path although their bytes are others."""


@dataclass(frozen=True, slots=True)
class Known:
    """A project's files. An asset is a file, known by its bytes; its images are its pages."""

    assets: Mapping[str, int]
    """Digest to asset."""
    paths: PathIndex
    pages: Mapping[int, Mapping[int, int]]
    """Asset to page to image."""


def match(records: Sequence[Record], known: Known) -> Matches:
    """Return which images the records are of.

    A record without a page is of all pages of its file. A file that is found only by its bare name
    counts if no other record has that name.
    """
    found = Matches()
    names = Counter(one.path.replace("\\", "/").rpartition("/")[2] for one in records)
    for one in records:
        asset, how = _asset(one, known, names)
        pages = known.pages.get(asset, {})
        if one.page is None:
            ids = tuple(image for _, image in sorted(pages.items()))
        else:
            ids = (pages[one.page],) if one.page in pages else ()
        if not ids:
            found.unmatched.append(one)
            continue
        found.by[how] += 1
        found.other_bytes += bool(one.digest) and how != "digest"
        found.images.append((one, ids))
    return found


def _asset(one: Record, known: Known, names: Counter[str]) -> tuple[int, str]:
    """Return the file of a record and how it was found; (0, "") for none."""
    if one.digest in known.assets:
        return known.assets[one.digest], "digest"
    asset = known.paths.find(one.path)
    if asset is not None:
        return asset, "path"
    parts = [part for part in one.path.replace("\\", "/").split("/") if part]
    for start in range(max(1, len(parts) - MOST_PARTS), len(parts)):
        end = "/".join(parts[start:])
        is_name = start == len(parts) - 1
        asset = None if is_name and names[end] > 1 else known.paths.find(end)
        if asset is not None:
            return asset, "name" if is_name else "path"
    return 0, ""
