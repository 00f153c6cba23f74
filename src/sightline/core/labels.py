"""What a person can say of a whole image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, get_args

from sightline.core.errors import InvalidInputError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

Status = Literal["unlabelled", "labelled", "unsure", "skipped", "conflict"]
STATUSES: Final[tuple[Status, ...]] = get_args(Status)
"""Stored as their place in this order; new ones go to the end."""
SPLITS: Final = ("train", "val", "test")
"""Stored as their place in this order."""
UNLABELLED, LABELLED, UNSURE, SKIPPED, CONFLICT = range(len(STATUSES))
TRAIN, VAL, TEST = range(len(SPLITS))


@dataclass(frozen=True, slots=True)
class LabelChange:
    """A wish: this image shall have this class and status, or these tags.

    `version` is the one that the person saw; None overrules whatever is there.
    """

    image_id: int
    class_id: int | None
    status: Status | None
    """None: of the tags alone is spoken; the class stays, and the image is labelled if it has
    a class or a tag then."""
    version: int | None = None
    tags: tuple[int, ...] | None = None
    """Class ids; None leaves the tags as they are; none at all with the status `labelled` says
    that a person found none of the tags in the image."""
    add: tuple[int, ...] = ()
    """Tags to give besides."""
    remove: tuple[int, ...] = ()
    """Tags to take away."""

    @property
    def touches_tags(self) -> bool:
        """Whether tags may change."""
        return self.status is None or self.tags is not None or bool(self.add or self.remove)

    @property
    def says_nothing(self) -> bool:
        """Whether neither a class nor tags are given, nor that there are none."""
        return self.class_id is None and self.tags is None and not self.add

    @property
    def is_none_of_these(self) -> bool:
        """Whether it says that an image has been looked at and has none of the tags."""
        given = self.class_id is not None or self.tags or self.add
        return self.status == "labelled" and self.tags is not None and not given

    def tags_after(self, before: Sequence[int]) -> list[int]:
        """Return the tags that the image has then, ascending."""
        base = before if self.tags is None else self.tags
        return sorted({*base, *self.add} - set(self.remove))


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
