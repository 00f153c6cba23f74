"""The labelled pictures that a form is calibrated on, and those that it is judged by."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.app.training.data import samples
from sightline.core.errors import InvalidInputError, SightlineError
from sightline.core.splits import place_of
from sightline.export.compare import Truth
from sightline.flows.evaluation.truth import class_folders, meet
from sightline.store.models import file_digest
from sightline.train import manifest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sightline.core.cards import ModelCard
    from sightline.core.samples import Sample
    from sightline.flows.evaluation.truth import Named
    from sightline.store.projects import Project
    from sightline.store.store import Store

JUDGED_MOST: Final = 2000
"""More pictures would make an export long and its interval little narrower."""
FOLDER_CALIBRATES: Final = 1 / 3
"""Share of a folder's pictures that calibrates; the others judge."""
_HALF: Final = 0.5


@dataclass(frozen=True, slots=True)
class Labelled:
    """A picture and what it shows, in the order of the model's classes."""

    path: Path
    page: int
    label: int
    digest: str
    tags: tuple[int, ...] = ()
    group: str = ""


@dataclass(frozen=True, slots=True)
class Sets:
    """Pictures to calibrate on and to judge by; none is in both."""

    where: str
    """What to call their place, as in `project pets`; of a folder its name, as cards are published
    and a path says who keeps what where."""
    calibration: tuple[Labelled, ...]
    judged: tuple[Labelled, ...]
    split: str
    """Where those that judge are from: val, test, or folder."""
    notes: tuple[str, ...] = ()


def truth(card: ModelCard, split: str, rows: Sequence[Labelled]) -> Truth:
    """Return the labels of pictures as `export.compare` takes them."""
    labels = np.array([one.label for one in rows], np.int64)
    tags = None
    if card.task == "multi":
        tags = np.zeros((len(rows), len(card.classes)), np.bool_)
        for at, one in enumerate(rows):
            tags[at, list(one.tags)] = True
    names: dict[str, int] = {}
    groups = [names.setdefault(one.group or str(at), len(names)) for at, one in enumerate(rows)]
    grouped = any(one.group for one in rows)
    return Truth(split, labels, tags, np.array(groups) if grouped else None, card.limits)


def of_project(store: Store, project: Project, card: ModelCard, run_dir: Path | None) -> Sets:
    """Return a project's labelled pictures of the model's classes.

    The training split calibrates; val judges, test where there is no val. What the run was trained
    on never judges, wherever it lies now: in the model's own project told by the picture, in
    another one by its bytes.

    Raises:
        InvalidInputError: Nothing is labelled, or it is of other classes.
    """
    found = samples(store, project, "multi" if card.task == "multi" else "single")
    own = card.project == project.name
    place = _places(card, found.classes, found.class_ids, own=own)
    if not place:
        raise _others(f"project {project.name}", found.classes, card)
    rows = [(one, row) for one in found.samples if (row := _row(one, place, card)) is not None]
    learned = _learned(run_dir)
    known = {one.image_id for one in learned} if own else {one.digest for one in learned}
    by = {
        split: tuple(
            row
            for one, row in rows
            if one.split == split and (one.image_id if own else one.digest) not in known
        )
        for split in ("val", "test")
    }
    split = "val" if by["val"] or not by["test"] else "test"
    notes = [] if by["val"] or not by["test"] else ["there is no val split: judged on test"]
    return Sets(
        f"project {project.name}",
        tuple(row for one, row in rows if one.split == "train" and row.label >= 0),
        thinned(by[split]),
        split,
        tuple(notes),
    )


def of_folder(folder: Path, card: ModelCard, run_dir: Path | None = None) -> Sets:
    """Return the pictures of a folder that has a folder for each class, or train/ and val/ so.

    What the run was trained on, told by its bytes, never judges.

    Raises:
        InvalidInputError: There is no such folder, it is of other classes, it has no train where it
            has val, tags are asked for, or the run was trained on all that would judge.
    """
    if card.task == "multi":
        raise InvalidInputError(
            f"{card.name} gives tags, which folders cannot say", hint="name a project instead"
        )
    found, where = class_folders(folder), folder.resolve().name
    if found.split:
        train = _folder_rows(class_folders(folder, split="train"), card)
        judges = found if found.split != "test" else _val_first(folder, found)
        judged = () if judges.split == "train" else _folder_rows(judges, card)
        return _unlearned(Sets(where, train, judged, judges.split), card, run_dir)
    rows = _folder_rows(found, card)
    calibrates = [place_of(one.digest, seed=0) < FOLDER_CALIBRATES for one in rows]
    whole = Sets(
        where,
        tuple(one for one, yes in zip(rows, calibrates, strict=True) if yes),
        tuple(one for one, yes in zip(rows, calibrates, strict=True) if not yes),
        "folder",
        ("a third of the folder calibrates, the rest judges",),
    )
    return _unlearned(whole, card, run_dir)


def _unlearned(sets: Sets, card: ModelCard, run_dir: Path | None) -> Sets:
    """Return sets without what a run was trained on among those that judge, and at most so many.

    Raises:
        InvalidInputError: It was trained on all of them.
    """
    learned = {one.digest for one in _learned(run_dir)}
    judged = tuple(one for one in sets.judged if one.digest not in learned)
    lost = len(sets.judged) - len(judged)
    if lost and not judged:
        raise InvalidInputError(
            f"{card.name} learned from all {lost} pictures of {sets.where} that would judge it",
            hint="name a folder of other pictures, or a project whose val split judges",
        )
    notes = (f"{lost} pictures that it learned from do not judge",) if lost else ()
    return replace(sets, judged=thinned(judged), notes=(*sets.notes, *notes))


def _val_first(folder: Path, found: Named) -> Named:
    """Return the val split of a folder, what was found where it has none."""
    try:
        return class_folders(folder, split="val")
    except InvalidInputError:
        return found


def _folder_rows(named: Named, card: ModelCard) -> tuple[Labelled, ...]:
    index = meet(named.names, card.classes).index
    return tuple(
        Labelled(one.source, one.page, index[name], file_digest(one.source))
        for one, name in zip(named.pictures, named.names, strict=True)
        if name in index and isinstance(one.source, Path) and one.source.stat().st_size
    )


def thinned(rows: tuple[Labelled, ...], most: int = JUDGED_MOST) -> tuple[Labelled, ...]:
    """Return at most so many, the same ones at every call."""
    return rows if len(rows) <= most else tuple(sorted(rows, key=_by_digest)[:most])


def _by_digest(one: Labelled) -> str:
    return f"{place_of(one.digest, seed=1):.17f}"


def _places(
    card: ModelCard, classes: Sequence[str], class_ids: Sequence[int], *, own: bool
) -> dict[int, int]:
    """Return the place among the model's classes for those of a project that it knows."""
    if own and set(card.class_ids) & set(class_ids):
        ids = {one: at for at, one in enumerate(card.class_ids)}
        return {at: ids[one] for at, one in enumerate(class_ids) if one in ids}
    try:
        index = meet(classes, card.classes).index
    except InvalidInputError:
        return {}
    return {at: index[name] for at, name in enumerate(classes) if name in index}


def _row(sample: Sample, place: dict[int, int], card: ModelCard) -> Labelled | None:
    if not sample.path.is_file():
        return None
    tags = tuple(place[at] for at, odds in sample.tags if odds >= _HALF and at in place)
    if card.task != "multi" and sample.label not in place:
        return None
    label = place.get(sample.label, tags[0] if tags else -1)
    return Labelled(sample.path, sample.page, label, sample.digest, tags, sample.group)


def _learned(run_dir: Path | None) -> tuple[Sample, ...]:
    """Return the pictures that a run was trained on; none where it kept no list."""
    if run_dir is None:
        return ()
    try:
        return manifest.load(run_dir).of("train")
    except (SightlineError, OSError):
        return ()


def _others(where: str, there: Iterable[str], card: ModelCard) -> InvalidInputError:
    shown = ", ".join(list(there)[:5]) or "none"
    return InvalidInputError(
        f"{where} has none of the classes of {card.name} ({', '.join(card.classes[:5])}); "
        f"it has {shown}",
        hint="name the project or folder whose pictures show what the model knows",
    )
