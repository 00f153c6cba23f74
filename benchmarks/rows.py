"""Projects with many rows and no files: what listing and labelling cost does not hang on pixels."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sightline.store.register import NewFile

if TYPE_CHECKING:
    from sightline.app import Workbench
    from sightline.store.projects import Project

AT_ONCE = 50_000


def fill(bench: Workbench, name: str, count: int) -> Project:
    """Make a project of `count` images that stand in the database only."""
    project = bench.projects.create(name)
    for start in range(0, count, AT_ONCE):
        numbers = range(start, min(count, start + AT_ONCE))
        bench.store.images.register(project, [_file(number) for number in numbers])
    return bench.projects.get(name)


def _file(number: int) -> NewFile:
    return NewFile(
        path=f"/pictures/shelf {number // 1000:04d}/photo {number:07d}.jpg",
        bytes=170_000,
        mtime_ns=1_700_000_000_000_000_000 + number,
        digest=hashlib.blake2b(str(number).encode(), digest_size=32).hexdigest(),
        format="JPEG",
        raw_width=1152,
        raw_height=864,
        orientation=1,
        page_sizes=((1152, 864),),
        split="train",
    )
