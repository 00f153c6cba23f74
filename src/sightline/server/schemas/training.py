"""Settings of trainings, what changes a running one, and trainings side by side."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from sightline.server.schemas.common import In, Mode, Out, Text


class SpecCheck(In):
    """Settings to complete and check: as values, or as a text that somebody writes."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"spec": {"epochs": 8}}]})

    spec: dict[str, Any] = Field(default_factory=dict)
    text: Annotated[str, Field(max_length=1_000_000)] | None = Field(
        default=None, description="takes the place of `spec`"
    )
    format: Literal["json", "yaml"] = Field(
        default="json", description="of `text`, in both directions"
    )
    mode: Mode = "new"
    parent: Text | None = Field(default=None, description="id of the run to go on from")


class SpecProblem(Out):
    """What is wrong with a setting."""

    key: str = Field(description="dotted; empty where no single setting is wrong")
    message: str
    hint: str


class Moved(Out):
    """A setting that an older version of the spec had elsewhere."""

    from_: str = Field(serialization_alias="from", validation_alias="from")
    to: str


class SpecChecked(Out):
    """The whole spec, or what to mend."""

    spec: dict[str, Any] | None = Field(description="null while there are problems")
    text: str = Field(description="the same in the format asked for")
    problems: list[SpecProblem]
    moved: list[Moved]
