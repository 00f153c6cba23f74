"""Files that were never on a disk."""

from __future__ import annotations

from sightline.store.register import NewFile


def new_file(
    number: int, *, pages: int = 1, path: str = "", split: str = "train", label: str | None = None
) -> NewFile:
    """Return a file whose digest is its number."""
    return NewFile(
        path=path or f"/pictures/{number}.jpg",
        bytes=1000 + number,
        mtime_ns=number,
        digest=f"{number:064x}",
        format="JPEG",
        raw_width=40,
        raw_height=30,
        orientation=1,
        page_sizes=((40, 30),) * pages,
        split=split,
        label=label,
    )
