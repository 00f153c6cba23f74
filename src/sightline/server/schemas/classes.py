"""Classes."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, Field

from sightline.server.schemas.common import In, Out, Text


class Class(Out):
    """A class of a project."""

    id: int
    name: str = Field(examples=["cat"])
    colour: str = Field(examples=["#5aa9ff"])
    hotkey: str | None = Field(examples=["1"])
    count: int = Field(description="images that bear it")


class NewClass(In):
    """A class to make; colour and hotkey are chosen when they are left out."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "cat", "hotkey": "1"}]})

    name: Text
    colour: str | None = Field(default=None, max_length=20, examples=["#5aa9ff"])
    hotkey: str | None = Field(default=None, max_length=1, examples=["1"])


class ClassEdit(In):
    """What to change; `hotkey: null` takes the key away."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"colour": "#ff0000"}]})

    name: Text | None = None
    colour: str | None = Field(default=None, max_length=20)
    hotkey: str | None = Field(default=None, max_length=1)

    def changes(self) -> dict[str, Any]:
        """Return what was said; only the hotkey can be set to nothing."""
        said = self.model_dump(exclude_unset=True)
        return {key: one for key, one in said.items() if one is not None or key == "hotkey"}


class Deleted(Out):
    """What was deleted."""

    deleted: int | str
