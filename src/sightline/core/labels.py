"""What a person can say of a whole image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

from sightline.core.errors import InvalidInputError, did_you_mean

Status = Literal["unlabelled", "labelled", "unsure", "skipped", "conflict"]
STATUSES: Final[tuple[Status, ...]] = get_args(Status)
"""Stored as their place in this order; new ones go to the end."""
SPLITS: Final = ("train", "val", "test")
"""Stored as their place in this order."""
UNLABELLED, LABELLED, UNSURE, SKIPPED, CONFLICT = range(len(STATUSES))
TRAIN, VAL, TEST = range(len(SPLITS))


@dataclass(frozen=True, slots=True)
class LabelChange:
    """A wish: this image shall have this class and status.

    `version` is the one that the person saw; None overrules whatever is there.
    """

    image_id: int
    class_id: int | None
    status: Status
    version: int | None = None
    tags: tuple[int, ...] | None = None
    """Class ids; None leaves the tags as they are."""


def status_code(status: str) -> int:
    """Return how a status is stored.

    Raises:
        InvalidInputError: There is no such status.
    """
    try:
        return STATUSES.index(status)
    except ValueError:
        raise InvalidInputError(
            f"no status {status!r}", hint=did_you_mean(status, STATUSES)
        ) from None


def split_code(split: str) -> int:
    """Return how a split is stored.

    Raises:
        InvalidInputError: There is no such split.
    """
    try:
        return SPLITS.index(split)
    except ValueError:
        raise InvalidInputError(f"no split {split!r}", hint=did_you_mean(split, SPLITS)) from None
