"""A store with a project and a folder of pictures, for the tests of this folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sightline.core.progress import Silent
from sightline.ingest.run import IngestOptions, ingest
from sightline.store.store import Store
from unit.imaging.pictures import encode

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.progress import Progress
    from sightline.store.images import ImageRow
    from sightline.store.projects import Project


@dataclass(frozen=True)
class Rule:
    split_seed: int = 1
    split_by: str = "image"
    val_share: float = 0.2
    test_share: float = 0.2


class Bench:
    """A store with one project, and a folder of pictures."""

    def __init__(self, root: Path) -> None:
        self.source = root / "source"
        self.source.mkdir()
        self.store = Store(root / "workspace")
        self.project: Project = self.store.projects.create("p")

    @property
    def folder(self) -> Path:
        return self.store.project_dir("p")

    def put(self, *names: str, seed: int | None = None) -> None:
        """Write a picture for each name; with the same seed, the same bytes."""
        for name in names:
            path = self.source / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(picture(hash(name) % 2**32 if seed is None else seed))

    def ingest(self, progress: Progress | None = None, **options: Any) -> dict[str, Any]:
        report = ingest(
            self.store,
            self.project,
            self.source,
            IngestOptions(**options),
            folder=self.folder,
            split_rule=Rule(),
            progress=progress or Silent(),
        )
        assert report["found"] == report["added"] + report["known"] + len(report["skipped"])
        return report

    def rows(self) -> dict[str, ImageRow]:
        """Return images by the name of their first place."""
        images = self.store.images.page_after(self.project.id, -1, 10_000)
        return {os.path.relpath(row.path, self.source): row for row in images if row.path}

    def labels(self) -> dict[str, str | None]:
        names = {row.id: row.name for row in self.store.classes.list(self.project.id)}
        return {name: names.get(row.class_id or 0) for name, row in self.rows().items()}


def picture(seed: int) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 255, (6, 8, 3), np.uint8)
    return encode(pixels, "PNG")
