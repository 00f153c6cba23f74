"""What a training gets of the store: the labelled images and how large pictures are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from sightline.core.errors import InvalidInputError
from sightline.core.labels import LABELLED, SPLITS
from sightline.core.samples import Sample, SampleSet

if TYPE_CHECKING:
    from sightline.store.projects import Project
    from sightline.store.store import Store

LOOKED_AT: Final = 256
"""Pictures whose sizes are enough to tell what kind they are."""


def samples(store: Store, project: Project) -> SampleSet:
    """Return the labelled images of a project with their splits, classes in their order.

    Raises:
        InvalidInputError: Nothing is labelled.
    """
    state = store.state.get(project.id)
    classes = store.classes.list(project.id)
    index = {row.id: place for place, row in enumerate(classes)}
    chosen = (state.alive & (state.status == LABELLED) & (state.class_id >= 0)).nonzero()[0]
    if not len(chosen):
        raise InvalidInputError(
            f"{project.name} has no labelled images", hint="label some, then train"
        )
    found = [
        Sample(
            row.id,
            Path(row.path),
            row.page,
            index[int(state.class_id[row.ordinal])],
            SPLITS[int(state.split[row.ordinal])],
            row.digest,
        )
        for row in store.images.by_ordinals(project.id, [int(one) for one in chosen])
    ]
    names = tuple(row.name for row in classes)
    return SampleSet(tuple(found), names, tuple(row.id for row in classes))


def sizes(store: Store, project: Project) -> list[tuple[int, int]]:
    """Return (width, height), pixels, of the first pictures of a project."""
    rows = store.images.page_after(project.id, -1, LOOKED_AT)
    return [(row.width, row.height) for row in rows]
