"""What is wrong with labelled pictures before a training begins, and what a person should know."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from sightline.core.errors import InvalidInputError
from sightline.metrics.retrieval import has_mate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.samples import Sample, SampleSet
    from sightline.train.spec_loss import Task

NAMED: Final = 8
"""Classes that a note names before it counts the rest."""


def check_samples(samples: SampleSet, task: Task = "single") -> list[str]:
    """Return notes about the pictures, a line each.

    Raises:
        InvalidInputError: There is nothing to learn from them, or they are of another task.
    """
    _check_task(samples, task)
    train = samples.of("train")
    if not train:
        raise InvalidInputError(
            "there are no training pictures", hint="label some pictures, at least two classes"
        )
    _check_places(samples)
    counts = Counter(place for one in train for place in samples.places(one))
    if task == "multi":
        _check_tags(samples, counts, len(train))
    else:
        _check_classes(samples, counts)
    notes = _rare(samples, counts, len(train))
    if not samples.of("val"):
        notes.append("no val pictures: the last epoch is kept, and nothing calibrates the model")
    elif task == "embedding" and not _mates(samples.of("val")):
        notes.append(
            "no two val pictures share a class: recall cannot be measured, val_loss counts"
        )
    return notes


def _check_task(samples: SampleSet, task: Task) -> None:
    if task == "multi" and samples.task != "multi":
        raise InvalidInputError(
            "these pictures have one class each, and the training learns tags",
            hint="set task to single",
        )
    if task != "multi" and samples.task == "multi":
        raise InvalidInputError(
            f"these pictures have any number of tags, and the training learns {task}",
            hint="set task to multi",
        )


def _check_places(samples: SampleSet) -> None:
    places = {place for one in samples.samples for place in samples.places(one)}
    wrong = places - set(range(len(samples.classes)))
    if wrong:
        raise InvalidInputError(
            f"labels {sorted(wrong)} are no classes", hint=f"there are {len(samples.classes)}"
        )


def _check_classes(samples: SampleSet, counts: Counter[int]) -> None:
    if len(counts) == 1:
        name = samples.classes[next(iter(counts))]
        raise InvalidInputError(
            f"all training pictures are {name!r}", hint="label pictures of another class too"
        )


def _check_tags(samples: SampleSet, counts: Counter[int], total: int) -> None:
    if not counts:
        raise InvalidInputError(
            "no training picture has a tag", hint="tag some pictures before you train"
        )
    if all(count == total for count in counts.values()):
        names = _listed(samples, counts)
        raise InvalidInputError(
            f"every training picture has {names}: there is nothing to tell apart",
            hint="label pictures without a tag too, as none of these",
        )


def _rare(samples: SampleSet, counts: Counter[int], total: int) -> list[str]:
    """Return notes about classes that hardly can be learned."""
    multi = samples.task == "multi"
    every = range(len(samples.classes))
    absent = [place for place in every if not counts[place]]
    single = [place for place in every if counts[place] == 1]
    always = [place for place in every if multi and counts[place] == total]
    notes = []
    if absent:
        what = f"no training picture of {_listed(samples, absent)}"
        notes.append(f"{what}: they cannot be learned")
    if single:
        what = f"a single training picture of {_listed(samples, single)}"
        notes.append(f"{what}: do not rely on what is said of it")
    if always:
        notes.append(f"every training picture has {_listed(samples, always)}: it is always said")
    return notes


def _mates(val: Sequence[Sample]) -> bool:
    import numpy as np

    return bool(has_mate(np.array([one.label for one in val], np.int64)).any())


def _listed(samples: SampleSet, places: Sequence[int] | Counter[int]) -> str:
    names = [samples.classes[place] for place in places]
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
