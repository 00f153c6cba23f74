"""The part of a spec that says which pictures are learned from."""

from __future__ import annotations

from pydantic import Field, field_validator

from sightline.core.errors import InvalidInputError
from sightline.core.groups import parse_grouping
from sightline.train.spec_base import Part


class DataPart(Part):
    """Which pictures, and what stays together in a fold."""

    build: str = Field(
        default="",
        max_length=80,
        description="Name of a build: its pictures, edited and resized, take the originals' place.",
    )
    group_by: str = Field(
        default="image",
        max_length=220,
        description="What stays together in one fold: image, folder, folder:2, name, name:REGEX, "
        "near, day.",
    )
    fold_seed: int = Field(
        default=0, ge=0, le=2**31 - 1, description="Another seed gives other folds."
    )

    @field_validator("group_by")
    @classmethod
    def _known(cls, text: str) -> str:
        try:
            return str(parse_grouping(text))
        except InvalidInputError as error:
            raise ValueError(f"{error}; {error.hint}") from error
