"""Which pages of a file become images of their own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal, get_args

from sightline.ingest.scan import Skipped

if TYPE_CHECKING:
    from sightline.ingest.hashing import FileRead

Pages = Literal["auto", "all", "first"]
"""auto: the pages of a TIFF, but one image of a FITS cube and of a GIF. all: also its planes and
frames. first: one image of each file."""
PAGES: Final[tuple[Pages, ...]] = get_args(Pages)
STACKS: Final = (".tif", ".tiff", ".fits", ".fit", ".fts", ".gif")
"""Files that may hold more than one picture."""


def with_pages(read: FileRead | Skipped, pages: str) -> FileRead | Skipped:
    """Return a file whose header has the pages that are wanted, with the size of each."""
    if isinstance(read, Skipped):
        return read
    header = read.header
    sizes = header.page_sizes or ((header.width, header.height),)
    if pages == "first":
        sizes = sizes[:1]
    elif pages == "all" and len(sizes) < header.pages:
        sizes = sizes * header.pages
    return replace(read, header=replace(header, pages=len(sizes), page_sizes=sizes))
