"""What a model is judged on: pictures whose class or tags are known, from folders or a project."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sightline.core.errors import InvalidInputError
from sightline.core.labels import LABELLED, SPLITS
from sightline.flows.evaluation.truth import Meeting, class_folders, meet
from sightline.predict.rows import Picture
from sightline.store.models import file_digest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.arrays import F64, I64, Bool
    from sightline.core.cards import ModelCard
    from sightline.store.projects import Project
    from sightline.store.store import Store


@dataclass(frozen=True, slots=True)
class Truth:
    """N pictures that a model can be judged on."""

    pictures: tuple[Picture, ...]
    y: F64
    """(N,) places in the model's classes, or (N, K) of tags."""
    ids: I64
    """(N,) ids of a project's images, else 0, 1, 2, ..."""
    meeting: Meeting
    about: dict[str, Any]
    """Where they are from: {folder} or {project}, and {split}."""
    left_out: int = 0
    """Pictures of classes that the model does not know."""
    digests: tuple[str, ...] = field(default=())
    """BLAKE3 of each where it is known already."""


def of_folder(card: ModelCard, folder: Path, *, split: str | None = None) -> Truth:
    """Return the pictures of class folders that a model can be judged on.

    Raises:
        InvalidInputError: There are none, the model knows none of their classes, or it gives tags.
    """
    if card.task == "multi":
        raise InvalidInputError(
            f"{card.name} gives tags, and a folder for each class says only one of a picture",
            hint="judge it on a project: sightline evaluate MODEL --project NAME",
        )
    named = class_folders(folder, split=split)
    meeting = meet(named.names, card.classes)
    kept = [at for at, name in enumerate(named.names) if name in meeting.index]
    return Truth(
        tuple(named.pictures[at] for at in kept),
        np.array([meeting.index[named.names[at]] for at in kept], np.float64),
        np.arange(len(kept), dtype=np.int64),
        meeting,
        {"folder": str(folder.resolve()), "project": None, "split": named.split or None},
        left_out=len(named.names) - len(kept),
    )


def of_project(
    store: Store, card: ModelCard, project: Project, *, split: str | None = None
) -> Truth:
    """Return the labelled images of a project's split that a model can be judged on.

    Args:
        store: The workspace.
        card: Classes of the project's own ids meet by id, others by name.
        project: Its labels as they are now.
        split: None: test, else val, else train.

    Raises:
        InvalidInputError: There are none, or the model knows none of their classes.
    """
    state = store.state.get(project.id)
    multi = card.task == "multi"
    known = state.alive & (state.status == LABELLED)
    known &= np.ones(state.size, np.bool_) if multi else state.class_id >= 0
    name, chosen = _split(project, state.split, known, split)
    classes = {one.id: one.name for one in store.classes.list(project.id)}
    own = dict(zip(card.class_ids, range(len(card.classes)), strict=False))
    same = card.project == project.name and len(card.class_ids) == len(card.classes)
    if same:
        meeting = _by_id(classes, card)
        index = own
    else:
        meeting = meet(classes.values(), card.classes)
        index = {one: meeting.index[word] for one, word in classes.items() if word in meeting.index}
    if multi:
        ids = {place: one for one, place in index.items()}
        columns = np.array([ids.get(k, -1 - k) for k in range(len(card.classes))], np.int64)
        y = state.tags.matrix(chosen, columns).astype(np.float64)
        y[:, [k for k in range(len(card.classes)) if k not in ids]] = np.nan
        left_out = 0
    else:
        places = np.array([index.get(int(one), -1) for one in state.class_id[chosen]], np.int64)
        left_out = int((places < 0).sum())
        chosen, y = chosen[places >= 0], places[places >= 0].astype(np.float64)
    rows = store.images.by_ordinals(project.id, [int(one) for one in chosen])
    return Truth(
        tuple(Picture(row.path, Path(row.path), row.page) for row in rows),
        y,
        np.array([row.id for row in rows], np.int64),
        meeting,
        {"folder": None, "project": project.name, "split": name},
        left_out=left_out,
        digests=tuple(row.digest for row in rows),
    )


def _split(project: Project, split: I64 | Any, known: Bool, asked: str | None) -> tuple[str, I64]:
    """Return the name of a split and the ordinals that are known in it."""
    order = (asked,) if asked else tuple(reversed(SPLITS))
    for name in order:
        if name not in SPLITS:
            raise InvalidInputError(f"no split {name!r}", hint=f"there are {', '.join(SPLITS)}")
        found = (known & (split == SPLITS.index(name))).nonzero()[0]
        if len(found):
            return name, found
    where = f"in the {asked} split of" if asked else "in"
    raise InvalidInputError(
        f"no labelled pictures {where} {project.name}", hint="label some, or choose another split"
    )


def _by_id(classes: dict[int, str], card: ModelCard) -> Meeting:
    """Return how a project's classes meet those of a model that was trained on it."""
    own = dict(zip(card.class_ids, card.classes, strict=True))
    index = {name: at for at, name in enumerate(card.classes)}
    unknown = tuple(name for one, name in classes.items() if one not in own)
    unseen = tuple(name for one, name in own.items() if one not in classes)
    return Meeting(index, unknown, unseen)


def digests_of(truth: Truth) -> Sequence[str]:
    """Return the BLAKE3 of each picture; files that cannot be read have none."""
    if truth.digests:
        return truth.digests
    return [_digest(one.source) for one in truth.pictures]


def _digest(source: Path | bytes) -> str:
    try:
        return file_digest(source) if isinstance(source, Path) else ""
    except (OSError, ValueError):
        return ""
