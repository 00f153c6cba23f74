"""What a training gets of the store: the labelled images and how large pictures are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError
from sightline.core.labels import LABELLED, SPLITS
from sightline.core.samples import HALF, Sample, SampleSet
from sightline.store.odds import learned_as

if TYPE_CHECKING:
    from sightline.core.samples import LabelTask
    from sightline.store.projects import Project
    from sightline.store.store import Store

LOOKED_AT: Final = 256
"""Pictures whose sizes are enough to tell what kind they are."""


def samples(store: Store, project: Project, task: LabelTask = "single") -> SampleSet:
    """Return the labelled images of a project with their splits, classes in their order.

    `task`: multi takes an image's tags, and its class for a tag too; images that are none of the
    classes are among them.

    Raises:
        InvalidInputError: Nothing is labelled.
    """
    state = store.state.get(project.id)
    classes = store.classes.list(project.id)
    index = {row.id: place for place, row in enumerate(classes)}
    known = state.alive & (state.status == LABELLED)
    chosen = (known if task == "multi" else known & (state.class_id >= 0)).nonzero()[0]
    if not len(chosen):
        raise _nothing(project, tagged=bool(known.any()))
    tags = _tags(store, project, index) if task == "multi" else {}
    found = []
    for row in store.images.by_ordinals(project.id, [int(one) for one in chosen]):
        own = index.get(int(state.class_id[row.ordinal]), -1)
        has = tags.get(row.ordinal, {})
        if task == "multi" and own >= 0:
            has = {own: 1.0, **has}
        found.append(
            Sample(
                row.id,
                Path(row.path),
                row.page,
                own
                if task == "single"
                else min((k for k, p in has.items() if p >= HALF), default=-1),
                SPLITS[int(state.split[row.ordinal])],
                row.digest,
                tuple(sorted(has.items())),
            )
        )
    names = tuple(row.name for row in classes)
    return SampleSet(tuple(found), names, tuple(row.id for row in classes), task)


def asked_task(own: str, spec: dict[str, Any]) -> str:
    """Return what a spec learns: what it says, else its preset's, else the project's own task.

    Raises:
        InvalidInputError: No such preset, or it does not suit the project's labels.
    """
    from sightline.train.presets.fit import task_of

    preset = spec.get("preset")
    if spec.get("task") or not (isinstance(preset, str) and preset):
        return str(spec.get("task") or own)
    return task_of(preset, label_task(own))


def data(store: Store, project: Project, own: str, spec: dict[str, Any]) -> SampleSet:
    """Return the labelled images that a spec learns from; `own`: the project's task.

    Raises:
        InvalidInputError: There are none, or they are labelled for another task.
    """
    task = str(spec.get("task", "single"))
    if task != "multi" and own == "multi":
        raise InvalidInputError(
            f"{project.name} gives tags, and task {task} learns one class for each image",
            hint="leave task out, or change the project's setting task to single",
        )
    return samples(store, project, label_task(task))


def label_task(task: str) -> LabelTask:
    """Return what labels a training's task takes: an embedding learns from classes."""
    return "multi" if task == "multi" else "single"


def _tags(store: Store, project: Project, index: dict[int, int]) -> dict[int, dict[int, float]]:
    """Return by ordinal the places of tags with how probable they are; those that are absent not.

    What sidecars said of a tag's probability counts where the label agrees with it.
    """
    state = store.state.get(project.id)
    found: dict[int, dict[int, float]] = {}
    for ordinal, class_id in zip(
        state.tags.ordinal.tolist(), state.tags.class_id.tolist(), strict=True
    ):
        if class_id in index:
            found.setdefault(ordinal, {})[index[class_id]] = 1.0
    ordinals = dict(zip(state.image_id.tolist(), range(state.size), strict=True))
    for image_id, odds in store.odds.of_project(project.id).items():
        tags = found.setdefault(ordinals[image_id], {})
        for class_id, value in odds.items():
            place = index[class_id]
            learned = learned_as(tagged=place in tags, odds=value)
            if learned:
                tags[place] = learned
    return found


def _first(tags: dict[int, float]) -> int:
    """Return the first tag that is there, -1 for none."""
    return min((place for place, odds in tags.items() if odds >= HALF), default=-1)


def _nothing(project: Project, *, tagged: bool) -> InvalidInputError:
    if tagged:
        return InvalidInputError(
            f"{project.name} has tags, but no image with a class",
            hint="train its tags (task multi), or give each image one class",
        )
    return InvalidInputError(
        f"{project.name} has no labelled images", hint="label some, then train"
    )


def sizes(store: Store, project: Project) -> list[tuple[int, int]]:
    """Return (width, height), pixels, of the first pictures of a project."""
    rows = store.images.page_after(project.id, -1, LOOKED_AT)
    return [(row.width, row.height) for row in rows]
