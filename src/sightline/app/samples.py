"""The sample projects: handwritten digits and photographs that need no network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sightline.flows.samples import write_sample

if TYPE_CHECKING:
    from sightline.app.workbench import Workbench
    from sightline.core.progress import Progress

DIGITS: Final = "digits"
PHOTOS: Final = "photographs"


def make_samples(bench: Workbench, progress: Progress) -> list[str]:
    """Make the sample projects of a new workspace and return their names.

    A workspace that has (or had) any project is left as it is.
    """
    every = bench.projects.all(archived=None) + bench.projects.all(archived=None, trashed=True)
    if every:
        return []
    for name in (PHOTOS, DIGITS):
        project = bench.projects.create(name)
        folder = bench.projects.folder(project) / "images"
        write_sample(name, folder)
        labels = "auto" if name == DIGITS else "none"
        bench.pictures.ingest(name, folder, labels=labels, progress=progress)
    return [PHOTOS, DIGITS]
